package dev.espalier.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TextPropertiesTest {
  @Test
  void counts_every_character_as_the_platform_defines_it() {
    for (String text :
        new String[] {every(0, 128), every(0, 65_536), every(900, 1_200), mixed(7), mixed(8)}) {
      double[] values = TextProperties.of(text).values();
      double all = text.length();
      String[] words = words(text);
      assertThat(values[0]).isEqualTo(all);
      assertThat(values[1]).isEqualTo(words.length);
      assertThat(values[2]).isEqualTo((double) String.join("", words).length() / words.length);
      assertThat(values[3]).isEqualTo(text.chars().filter(Character::isDigit).count() / all);
      assertThat(values[4]).isEqualTo(text.chars().filter(Character::isUpperCase).count() / all);
      assertThat(values[5]).isEqualTo(text.chars().filter(c -> c > 127).count() / all);
    }
  }

  /** What stands between characters that {@link Character#isWhitespace} calls blank. */
  private static String[] words(String text) {
    String blanks =
        text.chars()
            .mapToObj(c -> Character.isWhitespace(c) ? " " : "x")
            .collect(Collectors.joining());
    return blanks.strip().split(" +", -1);
  }

  private static String every(int from, int until) {
    return IntStream.range(from, until).mapToObj(Character::toString).collect(Collectors.joining());
  }

  private static String mixed(long seed) {
    Random random = new Random(seed);
    String from = "aZ9 \t\u00e9\u00c9\u0660\u2003\u3000.\n";
    return IntStream.range(0, 5_000)
        .mapToObj(_ -> from.substring(random.nextInt(from.length())).substring(0, 1))
        .collect(Collectors.joining());
  }
}
