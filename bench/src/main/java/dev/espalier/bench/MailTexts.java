package dev.espalier.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Made-up mails of two folders. Words are drawn by Zipf's law from one vocabulary, one word in six
 * from the folder's own; lengths are log-normal with a median of 1,500 characters, 20,000 at most,
 * like the mails of the demo. The same seed gives the same mails.
 */
final class MailTexts {
  static final List<String> LABELS = List.of("inbox", "spam");
  private static final int VOCABULARY = 6000;
  private static final int OWN = 150;
  private static final String[] SYLLABLES = {
    "ba", "co", "de", "fi", "gu", "ha", "in", "jo", "ka", "le", "mi", "no", "or", "pe", "qua", "re",
    "sta", "tu", "ver", "wi"
  };
  private final SplittableRandom random;

  MailTexts(long seed) {
    this.random = new SplittableRandom(seed);
  }

  /** A mail with its folder. */
  record Mail(String text, String label) {}

  List<Mail> take(int n) {
    List<Mail> mails = new ArrayList<>(n);
    for (int i = 0; i < n; i++) {
      int label = i % LABELS.size();
      mails.add(new Mail(text(label), LABELS.get(label)));
    }
    return mails;
  }

  private String text(int label) {
    int length = (int) Math.min(20_000, 1500 * Math.exp(0.8 * gaussian()));
    StringBuilder text = new StringBuilder(length + 16);
    while (text.length() < length) {
      text.append(random.nextInt(6) == 0 ? word(VOCABULARY + label * OWN + zipf(OWN)) : common());
      text.append(random.nextInt(12) == 0 ? ".\n" : " ");
    }
    return text.toString();
  }

  private String common() {
    return word(zipf(VOCABULARY));
  }

  /** Rank by the continuous form of Zipf's law. */
  private int zipf(int ranks) {
    return (int) Math.min(ranks - 1, Math.exp(random.nextDouble() * Math.log(ranks)));
  }

  private static String word(int number) {
    StringBuilder word = new StringBuilder();
    for (int rest = number + SYLLABLES.length; rest > 0; rest /= SYLLABLES.length) {
      word.append(SYLLABLES[rest % SYLLABLES.length]);
    }
    return word.toString();
  }

  private double gaussian() {
    return Math.sqrt(-2 * Math.log(1 - random.nextDouble()))
        * Math.cos(2 * Math.PI * random.nextDouble());
  }
}
