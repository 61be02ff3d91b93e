package dev.espalier.server.demo;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Spec;
import dev.espalier.data.Datasets;
import dev.espalier.data.Row;
import dev.espalier.server.Espalier;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** The corpus as history: what was known at the start, and what arrived later. */
final class History {
  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("d MMMM uuuu", Locale.ENGLISH).withZone(ZoneOffset.UTC);

  private final List<Row> known;
  private final List<Row> later;
  private final long rejected;

  private History(List<Row> known, List<Row> later, long rejected) {
    this.known = known;
    this.later = later;
    this.rejected = rejected;
  }

  /**
   * Reads the corpus; {@code shuffle} deals the same mails to the instants at random, the same way
   * for the same seed.
   */
  static History of(Corpus corpus, Progress progress, boolean shuffle, long seed) {
    Corpus.Reading reading = corpus.read();
    List<Row> rows = new ArrayList<>(reading.rows());
    rows.sort(Comparator.comparing(Row::at).thenComparing(Row::id));
    if (shuffle) {
      rows = dealt(rows, seed);
    }
    Instant start = corpus.start();
    List<Row> known = rows.stream().filter(row -> row.at().isBefore(start)).toList();
    List<Row> later = rows.stream().filter(row -> !row.at().isBefore(start)).toList();
    progress.line(
        "%,d mails read, %,d kept aside as unreadable; %,d delivered before %s, %,d after."
            .formatted(
                rows.size(), reading.rejected(), known.size(), DAY.format(start), later.size()));
    return new History(known, later, reading.rejected());
  }

  private static List<Row> dealt(List<Row> rows, long seed) {
    List<Row> shuffled = new ArrayList<>(rows);
    Collections.shuffle(shuffled, new Random(seed));
    List<Row> dealt = new ArrayList<>(rows.size());
    for (int i = 0; i < rows.size(); i++) {
      Row row = shuffled.get(i);
      dealt.add(new Row(row.id(), rows.get(i).at(), row.text(), row.label(), row.attributes()));
    }
    return dealt;
  }

  List<Row> later() {
    return later;
  }

  /** Stores what was known at the start as the canvas' training dataset, once. */
  void store(Datasets datasets, CanvasVersion canvas) {
    String dataset = trainingDataset(canvas).dataset();
    if (datasets.additions(dataset).isEmpty()) {
      datasets.addRows(dataset, known, rejected);
    }
  }

  Duration labelDelay(Espalier espalier, String product) {
    return trainingDataset(espalier.canvases().require(product)).labelDelay();
  }

  private static Spec.Dataset trainingDataset(CanvasVersion canvas) {
    return canvas.specs(Spec.Dataset.class).stream()
        .filter(dataset -> dataset.role().equals("training"))
        .findFirst()
        .orElseThrow();
  }
}
