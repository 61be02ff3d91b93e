package dev.espalier.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.canvas.Spec;
import dev.espalier.data.Format;
import dev.espalier.data.Row;
import dev.espalier.evaluation.Confusion;
import dev.espalier.evaluation.GateResult;
import dev.espalier.evaluation.Predictions;
import dev.espalier.evaluation.Scored;
import dev.espalier.model.BagOfWords;
import dev.espalier.model.LinearModel;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example data and what the README promises of them. */
class QuickstartTest {
  private static final Path TICKETS = Path.of("../examples/quickstart/tickets.csv");
  private static final List<String> LABELS = List.of("billing", "technical");
  @TempDir private Path folder;

  @Test
  void the_tickets_arrive_whole() throws IOException {
    assertThat(tickets())
        .hasSize(1_088)
        .allSatisfy(row -> assertThat(LABELS).contains(row.label().orElseThrow()));
  }

  @Test
  void bag_of_words_sorts_tickets_as_well_as_scikit_learn() throws IOException {
    // scikit-learn 1.9.1: HashingVectorizer(2**16, binary, l2) on the same words and
    // LogisticRegression(C=10, class_weight="balanced"), first 472 rows of the file against the
    // 84 after them: macro F1 0.952. One row is 0.012.
    List<Row> rows = tickets();
    List<Row> train = rows.subList(0, 472);
    LinearModel model =
        SoftmaxRegression.train(
            SparseRows.ofBags(train.stream().map(row -> BagOfWords.buckets(row.text())).toList()),
            train.stream().mapToInt(row -> LABELS.indexOf(row.label().orElseThrow())).toArray(),
            2,
            SoftmaxRegression.Setting.bags(42));
    List<Scored> scored = new ArrayList<>();
    for (Row row : rows.subList(472, 556)) {
      double[] probabilities = model.score(BagOfWords.buckets(row.text()));
      scored.add(
          new Scored(
              row.id(),
              row.at(),
              row.label().orElseThrow(),
              probabilities,
              LABELS.get(Scorer.largest(probabilities)),
              row.attributes()));
    }

    assertThat(Confusion.of(new Predictions(LABELS, scored)).macroF1()).isBetween(0.92, 0.99);
  }

  @Test
  void the_model_of_the_tickets_is_calibrated_within_the_default_bound() {
    try (TestPipeline pipeline = new TestPipeline(folder);
        InputStream file = Files.newInputStream(TICKETS)) {
      pipeline.datasets.add(TestPipeline.DATASET, file, Format.CSV);
      Spec.Gate calibration =
          new Spec.Gate(
              "ece",
              Spec.Op.AT_MOST,
              0.05,
              Spec.Versus.ABSOLUTE,
              Optional.empty(),
              1,
              "block",
              true);
      pipeline.run(
          TestPipeline.withLastOf(
              TestPipeline.canvas(new Spec.Split("random", 0.5, 0.2, 0.3, 42), calibration),
              Spec.Split.class),
          "manual");
      GateResult gate =
          pipeline.gates().results().stream()
              .filter(row -> row.metric().equals("ece"))
              .findFirst()
              .orElseThrow();
      assertThat(gate.verdict()).as(gate.detail()).isEqualTo(GateResult.Verdict.PASS);
      assertThat(gate.n()).isEqualTo(326);
      TrainedRung words = pipeline.output("train", TrainedLadder.class).rungs().getLast();
      assertThat(Double.parseDouble(words.facts().get("temperature"))).isBetween(0.2, 0.8);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** The rows in the order of the file. */
  private List<Row> tickets() throws IOException {
    try (TestPipeline pipeline = new TestPipeline(folder);
        InputStream file = Files.newInputStream(TICKETS)) {
      pipeline.datasets.add("tickets", file, Format.CSV);
      List<String> order =
          Files.readAllLines(TICKETS).stream()
              .skip(1)
              .map(line -> line.substring(0, line.lastIndexOf(',')))
              .map(text ->
                  text.startsWith("\"")
                      ? text.substring(1, text.length() - 1).replace("\"\"", "\"")
                      : text)
              .toList();
      List<Row> rows =
          new ArrayList<>(pipeline.datasets.rows(pipeline.datasets.snapshot("tickets").digest()));
      rows.sort(java.util.Comparator.comparingInt(row -> order.indexOf(row.text())));
      return rows;
    }
  }
}
