package dev.espalier.training.transformer;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;

/**
 * An endless stream of batches of rows of about equal length: each epoch is shuffled, cut into
 * groups of eight batches, sorted by length inside the group, and its batches shuffled again. The
 * order is a function of the seed. Not thread-safe.
 */
final class Batches {
  private static final int GROUP = 8;
  private final List<long[]> rows;
  private final int size;
  private final SplittableRandom random;
  private final Deque<int[]> ready = new ArrayDeque<>();

  Batches(List<long[]> rows, int size, SplittableRandom random) {
    this.rows = rows;
    this.size = size;
    this.random = random;
  }

  /** The indices of the next batch; every row appears once per epoch. */
  int[] next() {
    if (ready.isEmpty()) {
      epoch();
    }
    return ready.removeFirst();
  }

  private void epoch() {
    int[] order = new int[rows.size()];
    Arrays.setAll(order, i -> i);
    for (int i = order.length - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      int kept = order[i];
      order[i] = order[other];
      order[other] = kept;
    }
    List<int[]> batches = new ArrayList<>();
    for (int from = 0; from < order.length; from += size * GROUP) {
      int[] group =
          Arrays.stream(order, from, Math.min(order.length, from + size * GROUP))
              .boxed()
              .sorted(Comparator.comparingInt(row -> rows.get(row).length))
              .mapToInt(Integer::intValue)
              .toArray();
      for (int start = 0; start < group.length; start += size) {
        batches.add(Arrays.copyOfRange(group, start, Math.min(group.length, start + size)));
      }
    }
    Collections.shuffle(batches, new java.util.Random(random.nextLong()));
    ready.addAll(batches);
  }
}
