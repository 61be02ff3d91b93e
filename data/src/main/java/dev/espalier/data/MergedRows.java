package dev.espalier.data;

import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.PriorityQueue;

/**
 * Several sorted streams of rows as one, in the order of (at, id), each id once. Where two rows
 * have the same time and id, the earlier stream's row stays. Holds one row a stream and 8 to 16
 * bytes an id; ids are told apart by 64 bits, so among 5 million the chance that any two are mixed
 * up is below 1e-6.
 */
final class MergedRows implements Iterator<Row> {
  /** The order of every snapshot. */
  static final Comparator<Row> ORDER = Comparator.comparing(Row::at).thenComparing(Row::id);

  private record Head(Row row, int rank, Iterator<Row> rest) {}

  private final PriorityQueue<Head> heads =
      new PriorityQueue<>(Comparator.comparing(Head::row, ORDER).thenComparingInt(Head::rank));
  private final IdSet seen = new IdSet();
  private Optional<Row> next = Optional.empty();

  MergedRows(List<Iterator<Row>> streams) {
    for (int rank = 0; rank < streams.size(); rank++) {
      push(streams.get(rank), rank);
    }
  }

  private void push(Iterator<Row> stream, int rank) {
    if (stream.hasNext()) {
      heads.add(new Head(stream.next(), rank, stream));
    }
  }

  @Override
  public boolean hasNext() {
    while (next.isEmpty() && !heads.isEmpty()) {
      Head head = heads.remove();
      push(head.rest(), head.rank());
      if (seen.add(head.row().id())) {
        next = Optional.of(head.row());
      }
    }
    return next.isPresent();
  }

  @Override
  public Row next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    Row row = next.orElseThrow();
    next = Optional.empty();
    return row;
  }
}
