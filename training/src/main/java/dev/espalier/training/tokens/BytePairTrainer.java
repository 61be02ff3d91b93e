package dev.espalier.training.tokens;

import dev.espalier.platform.EspalierException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Trains a byte-level BPE tokenizer (Sennrich et al. 2016, on bytes as in GPT-2): the most frequent
 * neighbouring pair of symbols becomes a symbol until the vocabulary is full. No text is
 * unreachable, because every byte is a symbol.
 *
 * <p>Words are split as the {@code ByteLevel} pre-tokenizer of {@code tokenizer.json} splits them.
 * Pair counts are kept incrementally with an index from each pair to its words. Ties go to the pair
 * whose symbols are smaller, so equal texts give an equal file. Not thread-safe.
 */
public final class BytePairTrainer {
  private static final Pattern WORDS =
      Pattern.compile(
          "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
          Pattern.UNICODE_CHARACTER_CLASS);
  private static final int MAX_WORD = 64;
  private static final int MIN_PAIR = 2;

  private record Pair(int left, int right) {}

  private record Candidate(Pair pair, long count) {}

  private static final class Word {
    private int[] symbols;
    private final long count;

    private Word(int[] symbols, long count) {
      this.symbols = symbols;
      this.count = count;
    }
  }

  private final int size;
  private final List<String> symbols = new ArrayList<>();
  private final List<Word> words = new ArrayList<>();
  private final Map<Pair, Long> counts = new HashMap<>();
  private final Map<Pair, TreeSet<Integer>> places = new HashMap<>();
  private final PriorityQueue<Candidate> heap = new PriorityQueue<>(order());

  private BytePairTrainer(int size) {
    this.size = size;
  }

  /**
   * Learns a tokenizer of at most {@code size} tokens, special tokens and the 256 bytes included.
   *
   * @throws EspalierException INVALID when {@code size} has no room for special tokens and bytes
   */
  public static TokenizerFile train(Iterable<String> texts, int size) {
    int smallest = TokenizerFile.SPECIAL.size() + 256;
    if (size < smallest) {
      throw EspalierException.invalid(
          "A vocabulary of %d tokens is too small: at least %d.".formatted(size, smallest));
    }
    return new BytePairTrainer(size).learn(texts);
  }

  private TokenizerFile learn(Iterable<String> texts) {
    ByteAlphabet alphabet = new ByteAlphabet();
    symbols.addAll(alphabet.symbols());
    countWords(texts)
        .forEach((word, count) -> words.add(new Word(ByteAlphabet.bytes(word), count)));
    for (int index = 0; index < words.size(); index++) {
      count(index, 1);
    }
    counts.forEach((pair, count) -> heap.add(new Candidate(pair, count)));
    List<TokenizerFile.Merge> merges = new ArrayList<>();
    int room = size - TokenizerFile.SPECIAL.size() - symbols.size();
    while (merges.size() < room && !heap.isEmpty()) {
      Candidate best = heap.poll();
      long now = counts.getOrDefault(best.pair(), 0L);
      if (now != best.count()) {
        if (now >= MIN_PAIR) {
          heap.add(new Candidate(best.pair(), now));
        }
      } else if (now >= MIN_PAIR) {
        merges.add(
            new TokenizerFile.Merge(
                symbols.get(best.pair().left()), symbols.get(best.pair().right())));
        merge(best.pair());
      }
    }
    return new TokenizerFile(symbols, merges);
  }

  private static Map<String, Long> countWords(Iterable<String> texts) {
    Map<String, Long> counted = new TreeMap<>();
    for (String text : texts) {
      Matcher matcher = WORDS.matcher(text);
      while (matcher.find()) {
        if (matcher.end() - matcher.start() <= MAX_WORD) {
          counted.merge(matcher.group(), 1L, Long::sum);
        }
      }
    }
    return counted;
  }

  private void merge(Pair pair) {
    int merged = symbols.size();
    symbols.add(symbols.get(pair.left()) + symbols.get(pair.right()));
    for (int index : List.copyOf(places.getOrDefault(pair, new TreeSet<>()))) {
      Word word = words.get(index);
      count(index, -1);
      word.symbols = joined(word.symbols, pair, merged);
      count(index, 1);
      for (int i = 0; i + 1 < word.symbols.length; i++) {
        Pair neighbour = new Pair(word.symbols[i], word.symbols[i + 1]);
        if (neighbour.left() == merged || neighbour.right() == merged) {
          heap.add(new Candidate(neighbour, counts.getOrDefault(neighbour, 0L)));
        }
      }
    }
    counts.remove(pair);
    places.remove(pair);
  }

  /** Adds (sign 1) or takes away (sign -1) a word's pairs. */
  private void count(int index, int sign) {
    Word word = words.get(index);
    for (int i = 0; i + 1 < word.symbols.length; i++) {
      Pair pair = new Pair(word.symbols[i], word.symbols[i + 1]);
      counts.merge(pair, sign * word.count, Long::sum);
      if (sign > 0) {
        places.computeIfAbsent(pair, _ -> new TreeSet<>()).add(index);
      } else {
        places.getOrDefault(pair, new TreeSet<>()).remove(index);
      }
    }
  }

  private static int[] joined(int[] before, Pair pair, int merged) {
    int[] after = new int[before.length];
    int length = 0;
    for (int i = 0; i < before.length; i++) {
      boolean match =
          i + 1 < before.length && before[i] == pair.left() && before[i + 1] == pair.right();
      after[length++] = match ? merged : before[i];
      if (match) {
        i++;
      }
    }
    return java.util.Arrays.copyOf(after, length);
  }

  private Comparator<Candidate> order() {
    return Comparator.comparingLong(Candidate::count)
        .reversed()
        .thenComparing(candidate -> symbols.get(candidate.pair().left()))
        .thenComparing(candidate -> symbols.get(candidate.pair().right()));
  }
}
