package dev.espalier.data;

import dev.espalier.artifacts.ArtifactStore;
import dev.espalier.platform.CanonicalJson;
import dev.espalier.platform.Database;
import dev.espalier.platform.Digest;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Events;
import dev.espalier.platform.Json;
import java.io.IOException;
import java.io.InputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * The datasets: what was added to them, the production rows labelled since, and the snapshots that
 * runs are made from.
 *
 * <p>An addition is applied whole or not at all; memory stays flat whatever its length. An id names
 * one row for ever: a later row with a known id is dropped when a snapshot is made, except that a
 * corrected production label replaces the earlier one. Thread-safe: {@code freezing} lets one
 * snapshot be made at a time; everything else is one transaction each.
 */
public final class Datasets {
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");
  private static final int MAX_MANIFEST = 16 << 20;

  /** What a snapshot's digest is the digest of. */
  private record SnapshotManifest(String format, long rows, List<Digest> segments) {}

  private record Aside(List<String> reasons) {}

  private final DatasetStore store;
  private final ArtifactStore artifacts;
  private final Segments segments;
  private final Events events;
  private final InstantSource clock;
  private final ReentrantLock freezing = new ReentrantLock();

  /**
   * @param clock dates rows that come without a time
   */
  public Datasets(Database database, ArtifactStore artifacts, Events events, InstantSource clock) {
    this.store = new DatasetStore(database);
    this.artifacts = artifacts;
    this.segments = new Segments(artifacts);
    this.events = events;
    this.clock = clock;
  }

  /**
   * Adds a file. Columns: {@code text} (required), {@code label}, {@code id}, {@code at} (ISO-8601
   * with zone, or a date); every other is an attribute. Rows that break a rule are counted and left
   * out. The same bytes again add nothing and give the first answer.
   *
   * @throws EspalierException INVALID when the whole is unreadable, ends early, is not UTF-8 (with
   *     byte and line) or has no acceptable row; LIMIT beyond 5,000,000 rows. Nothing is added then
   */
  public Added add(String dataset, InputStream body, Format format) {
    requireName(dataset);
    MessageDigest hash = Digest.sha256();
    Intake intake = new Intake(segments, clock.instant());
    try (StrictUtf8 text = new StrictUtf8(new DigestInputStream(body, hash))) {
      switch (format) {
        case CSV -> CsvRows.read(text, intake);
        case JSONL -> JsonlRows.read(text, intake);
      }
    } catch (IOException failure) {
      EspalierException invalid =
          EspalierException.invalid("The upload ended early; nothing was added.");
      invalid.initCause(failure);
      throw invalid;
    }
    return apply(dataset, Digest.of(hash), intake);
  }

  /** Adds finished rows; {@code rejected} counts those that whoever read them had to leave out. */
  public Added addRows(String dataset, Iterable<Row> rows, long rejected) {
    requireName(dataset);
    Intake intake = new Intake(segments, clock.instant());
    MessageDigest hash = Digest.sha256();
    rows.forEach(row -> {
      hash.update(Json.bytes(row));
      intake.accept(row);
    });
    intake.rejectedElsewhere(rejected);
    return apply(dataset, Digest.of(hash), intake);
  }

  private Added apply(String dataset, Digest source, Intake intake) {
    List<Digest> runs = intake.finish();
    Optional<Digest> aside =
        intake.reasons().isEmpty()
            ? Optional.empty()
            : Optional.of(artifacts.put(Json.bytes(new Aside(intake.reasons()))));
    Added added =
        new Added(dataset, source, intake.rows(), intake.rejected(), intake.reasons(), aside);
    Added applied = store.add(added, runs, intake.newestSecond(), clock.instant());
    events.publish(dataset, "dataset.added", applied);
    return applied;
  }

  /**
   * Adds a production row whose label has become known; durable when this returns. The same id
   * again replaces the earlier label.
   *
   * @param source who said so; kept as the attribute {@code source}
   */
  public void label(String dataset, Row row, String source) {
    requireName(dataset);
    if (row.label().isEmpty()) {
      throw RowProblem.of("label", "a labelled row needs its label");
    }
    store.label(dataset, row.with("source", source));
  }

  /**
   * Freezes everything that was added and labelled so far, in the order of (at, id).
   *
   * @throws EspalierException NOT_FOUND when the dataset is empty
   */
  public Snapshot snapshot(String dataset) {
    requireName(dataset);
    freezing.lock();
    try {
      return store.labelled(dataset, labelled -> merged(dataset, labelled)).apply(store);
    } finally {
      freezing.unlock();
    }
  }

  /** A snapshot whose segments are stored and whose record is not yet. */
  private record Made(DatasetStore.Frozen frozen) {
    Snapshot apply(DatasetStore store) {
      return store.freeze(frozen);
    }
  }

  private Made merged(String dataset, Iterator<Row> labelled) {
    List<DatasetStore.Addition> additions = store.additions(dataset);
    Optional<DatasetStore.Frozen> before = store.newest(dataset);
    long covered = before.map(DatasetStore.Frozen::additions).orElse(0L);
    List<Iterator<Row>> streams = new ArrayList<>();
    streams.add(labelled);
    before.ifPresent(frozen -> streams.add(iterate(frozen.snapshot().digest())));
    for (DatasetStore.Addition addition : additions) {
      if (addition.seq() > covered) {
        addition.segments().forEach(run -> streams.add(segments.read(List.of(run))));
      }
    }
    Tally tally = new Tally(new MergedRows(streams));
    List<Digest> written = segments.write(tally);
    if (written.isEmpty()) {
      throw unknown(dataset);
    }
    SnapshotManifest manifest = new SnapshotManifest("rows/1", tally.rows, written);
    Snapshot snapshot =
        new Snapshot(
            dataset,
            artifacts.put(CanonicalJson.bytes(Json.tree(manifest))),
            tally.rows,
            additions.stream().mapToLong(addition -> addition.added().rejected()).sum(),
            tally.from,
            tally.to,
            clock.instant(),
            tally.labels);
    long last = additions.isEmpty() ? 0 : additions.getLast().seq();
    return new Made(new DatasetStore.Frozen(snapshot, last));
  }

  /** Counts what passes. */
  private static final class Tally implements Iterator<Row> {
    private final Iterator<Row> rest;
    private final Map<String, Long> labels = new TreeMap<>();
    private long rows;
    private Optional<Instant> from = Optional.empty();
    private Optional<Instant> to = Optional.empty();

    Tally(Iterator<Row> rest) {
      this.rest = rest;
    }

    @Override
    public boolean hasNext() {
      return rest.hasNext();
    }

    @Override
    public Row next() {
      Row row = rest.next();
      rows++;
      from = from.isEmpty() ? Optional.of(row.at()) : from;
      to = Optional.of(row.at());
      row.label().ifPresent(label -> labels.merge(label, 1L, Long::sum));
      return row;
    }
  }

  /** The newest snapshot. */
  public Optional<Snapshot> latest(String dataset) {
    return store.newest(dataset).map(DatasetStore.Frozen::snapshot);
  }

  /**
   * The newest row that training could use: a returned label, an addition, or what a snapshot
   * holds. Rows of the future (a wrong clock) do not count. Reads one index entry and one row an
   * addition.
   */
  public Optional<Newest> newest(String dataset, Instant now) {
    return store.newestTimes(dataset, now).stream().max(Comparator.comparing(Newest::at));
  }

  /** How many rows have come since the newest snapshot was frozen: labels by event time. */
  public long since(String dataset) {
    Optional<DatasetStore.Frozen> frozen = store.newest(dataset);
    long added =
        store.additions(dataset).stream()
            .filter(one -> one.seq() > frozen.map(DatasetStore.Frozen::additions).orElse(0L))
            .mapToLong(one -> one.added().rows())
            .sum();
    Instant after = frozen.flatMap(one -> one.snapshot().to()).orElse(Instant.EPOCH);
    return added + store.labelledAfter(dataset, after);
  }

  /**
   * How many bytes a dataset's rows fill: what was added, every snapshot, and the labelled rows
   * that wait for the next one. A file that several share counts once. Reads every manifest.
   */
  public long bytes(String dataset) {
    Set<Digest> files = new HashSet<>();
    store.additions(dataset).forEach(addition -> files.addAll(addition.segments()));
    for (Snapshot snapshot : store.history(dataset)) {
      files.add(snapshot.digest());
      files.addAll(Json.read(artifacts.read(snapshot.digest()), SnapshotManifest.class).segments());
    }
    return store.labelledBytes(dataset)
        + files.stream().filter(artifacts::exists).mapToLong(artifacts::size).sum();
  }

  /** All snapshots, oldest first. */
  public List<Snapshot> history(String dataset) {
    return store.history(dataset);
  }

  /** Every dataset that has rows, by name. */
  public List<String> names() {
    return store.names();
  }

  /** What was added, oldest first. */
  public List<Added> additions(String dataset) {
    return store.additions(dataset).stream().map(DatasetStore.Addition::added).toList();
  }

  /** All rows of a snapshot, in memory. */
  public List<Row> rows(Digest snapshot) {
    List<Row> rows = new ArrayList<>();
    forEach(snapshot, rows::add);
    return rows;
  }

  /** Streams the rows of a snapshot, each segment verified against its digest. */
  public void forEach(Digest snapshot, Consumer<Row> action) {
    iterate(snapshot).forEachRemaining(action);
  }

  /** The rows of a snapshot in order, one segment in memory at a time. */
  public Stream<Row> stream(Digest snapshot) {
    return StreamSupport.stream(
        Spliterators.spliteratorUnknownSize(iterate(snapshot), Spliterator.ORDERED), false);
  }

  /** Rows in order, one segment in memory at a time. */
  Iterator<Row> iterate(Digest snapshot) {
    if (artifacts.size(snapshot) > MAX_MANIFEST) {
      throw EspalierException.invalid("Artifact %s is not a snapshot.".formatted(snapshot));
    }
    return segments.read(Json.read(artifacts.read(snapshot), SnapshotManifest.class).segments());
  }

  private static void requireName(String dataset) {
    if (!NAME.matcher(dataset).matches()) {
      throw EspalierException.invalidField(
          "name",
          "pattern",
          "A dataset's name has 1 to 63 of a-z, 0-9 and '-', and does not start with '-'.",
          Optional.empty());
    }
  }

  static EspalierException unknown(String dataset) {
    return EspalierException.notFound("There is no dataset '%s'.".formatted(dataset));
  }
}
