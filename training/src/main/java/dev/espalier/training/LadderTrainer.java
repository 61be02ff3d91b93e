package dev.espalier.training;

import com.sun.management.OperatingSystemMXBean;
import dev.espalier.artifacts.ArtifactStore;
import dev.espalier.canvas.Spec;
import dev.espalier.data.Row;
import dev.espalier.model.BagOfWords;
import dev.espalier.model.Bundles;
import dev.espalier.model.Engine;
import dev.espalier.model.LinearModel;
import dev.espalier.model.Signature;
import dev.espalier.platform.CanonicalJson;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import dev.espalier.training.transformer.TransformerTraining;
import dev.espalier.training.transformer.TransformerTraining.Example;
import dev.espalier.training.transformer.TransformerTraining.Setting;
import dev.espalier.training.transformer.TransformerTraining.Trained;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Trains the rungs of a ladder on the same rows, cheapest first, and stores each as a bundle with
 * golden rows. A rung that this machine cannot train is skipped with its reason: it never fails the
 * others. Not thread-safe.
 *
 * <p>Calibration. A rung is trained twice: first without the validation part, on which its
 * temperature is then fitted, and again on all rows, keeping that temperature (scikit-learn's
 * {@code CalibratedClassifierCV(ensemble=False)} does the same with folds). So the newest labelled
 * rows train too, and no model is calibrated on rows that it has learned.
 */
final class LadderTrainer {
  /** Reloading a model is proven on this many rows. */
  static final int GOLDEN_ROWS = 200;

  /** Hears how far training is, in thousandths of the ladder. */
  interface Listener {
    void progress(long done, long total);

    void log(String line);
  }

  /** A rung's files before they are stored. */
  private record Files(Map<String, byte[]> files, SortedMap<String, String> facts) {}

  private static final int RUNG_UNITS = 1_000;
  private final LadderTask task;
  private final Bundles bundles;
  private final Path cache;
  private final Listener listener;
  private final Signature signature;
  private final List<String> texts;
  private final int[] labels;

  /** The first of {@link #texts} train in both passes; the rest is the validation part. */
  private final int beforeValidation;

  LadderTrainer(
      LadderTask task,
      List<String> labels,
      List<Row> train,
      List<Row> validation,
      ArtifactStore artifacts,
      Path cache,
      Listener listener) {
    this.task = task;
    this.bundles = new Bundles(artifacts);
    this.cache = cache;
    this.listener = listener;
    this.signature = new Signature(Signature.TEXT_CLASSIFICATION, labels, task.maxCharacters());
    List<Row> rows = Stream.concat(train.stream(), validation.stream()).toList();
    this.texts = rows.stream().map(row -> signature.read(row.text())).toList();
    this.labels =
        rows.stream().mapToInt(row -> labels.indexOf(row.label().orElseThrow())).toArray();
    this.beforeValidation = train.size();
  }

  List<TrainedRung> train() {
    List<TrainedRung> trained = new ArrayList<>();
    for (Spec.Rung rung : task.rungs()) {
      listener.progress(trained.size() * (long) RUNG_UNITS, total());
      trained.add(train(rung, trained.size()));
    }
    listener.progress(total(), total());
    return trained;
  }

  private long total() {
    return task.rungs().size() * (long) RUNG_UNITS;
  }

  private TrainedRung train(Spec.Rung rung, int position) {
    double before = cpuSeconds();
    Optional<String> obstacle = obstacle(rung);
    if (obstacle.isPresent()) {
      listener.log("%s skipped: %s".formatted(rung.id(), obstacle.get()));
      return new TrainedRung(
          rung.id(), rung.approach(), Optional.empty(), 0, obstacle, new TreeMap<>());
    }
    SortedMap<String, String> calibration = calibration(rung, position);
    Files files =
        files(
            rung,
            new Part(
                texts, labels, golden(), done -> advance(position, RUNG_UNITS / 2 + done / 2)));
    SortedMap<String, String> facts = new TreeMap<>(files.facts());
    facts.putAll(calibration);
    facts.put("seed", String.valueOf(task.seed()));
    facts.put("rows", String.valueOf(texts.size()));
    facts.putIfAbsent("config", CanonicalJson.digest(task).text());
    Map<String, byte[]> complete = new TreeMap<>(files.files());
    try (Engine engine = Bundles.engine(rung.approach(), signature, files.files(), facts)) {
      complete.put(Bundles.GOLDEN, Bundles.goldenFile(engine, golden()));
    }
    var bundle = bundles.write(rung.approach(), signature, complete, facts);
    double spent = cpuSeconds() - before;
    listener.log("%s trained in %.1f CPU-seconds".formatted(rung.id(), spent));
    return new TrainedRung(
        rung.id(), rung.approach(), Optional.of(bundle), spent, Optional.empty(), facts);
  }

  private static Optional<String> obstacle(Spec.Rung rung) {
    return switch (rung.approach()) {
      case "encoder" -> TransformerTraining.unavailable();
      case "frozen_encoder" -> FrozenEncoder.unavailable();
      case "majority", "linear" -> Optional.empty();
      case "external" -> Optional.of("made elsewhere");
      default -> Optional.of("nothing here trains a " + rung.approach());
    };
  }

  /**
   * What one pass trains on.
   *
   * @param golden texts on which an export is proven
   * @param progress hears how far the pass is, in thousandths
   */
  @SuppressWarnings("ArrayRecordComponent") // Handed straight to the trainer.
  private record Part(
      List<String> texts, int[] labels, List<String> golden, LongConsumer progress) {}

  /** The rung's temperature and the number of rows that it rests on, as facts; or neither. */
  private SortedMap<String, String> calibration(Spec.Rung rung, int position) {
    int rows = texts.size() - beforeValidation;
    long classes = IntStream.of(labels).limit(beforeValidation).distinct().count();
    if (rung.approach().equals("majority")) {
      return new TreeMap<>();
    }
    if (rows < TemperatureScaling.MIN_ROWS || classes < signature.labels().size()) {
      listener.log(
          "%s is not calibrated: %d validation rows, %d of %d labels before them"
              .formatted(rung.id(), rows, classes, signature.labels().size()));
      return new TreeMap<>();
    }
    Files first =
        files(
            rung,
            new Part(
                texts.subList(0, beforeValidation),
                Arrays.copyOf(labels, beforeValidation),
                List.of(),
                done -> advance(position, done / 2)));
    double temperature;
    try (Engine engine = Bundles.engine(rung.approach(), signature, first.files(), first.facts())) {
      temperature =
          TemperatureScaling.fit(
              engine.score(texts.subList(beforeValidation, texts.size())),
              Arrays.copyOfRange(labels, beforeValidation, labels.length),
              TemperatureScaling.smoothing(rows));
    }
    listener.log(
        "%s has temperature %.3f, fitted on %d rows".formatted(rung.id(), temperature, rows));
    return new TreeMap<>(
        Map.of(
            Bundles.TEMPERATURE,
            String.valueOf(temperature),
            "calibrationRows",
            String.valueOf(rows)));
  }

  private Files files(Spec.Rung rung, Part part) {
    return switch (rung.approach()) {
      case "majority" -> majority(part);
      case "linear" -> linear(part);
      case "frozen_encoder" -> frozenEncoder(part);
      case "encoder" -> encoder(part);
      default -> throw EspalierException.invalid("Nothing trains a " + rung.approach());
    };
  }

  private Files majority(Part part) {
    double[] shares = new double[signature.labels().size()];
    for (int label : part.labels()) {
      shares[label] += 1.0 / part.labels().length;
    }
    return new Files(
        Map.of(Bundles.SHARES, Json.bytes(shares)),
        new TreeMap<>(Map.of("parameters", String.valueOf(shares.length))));
  }

  private Files linear(Part part) {
    List<int[]> bags = part.texts().stream().map(BagOfWords::buckets).toList();
    LinearModel model =
        SoftmaxRegression.train(
            SparseRows.ofBags(bags),
            part.labels(),
            signature.labels().size(),
            SoftmaxRegression.Setting.bags(task.seed()));
    return new Files(Map.of(Bundles.WEIGHTS, model.bytes()), facts(model));
  }

  private Files frozenEncoder(Part part) {
    FrozenEncoder encoder = FrozenEncoder.open(task.encoderTokens(), cache);
    int rows = part.texts().size();
    List<float[]> vectors =
        encoder.embed(
            part.texts(),
            done -> {
              if (done % 50 == 0) {
                part.progress().accept((long) RUNG_UNITS * done / rows);
              }
            });
    listener.log(
        "%d of %d vectors came from the cache".formatted(encoder.cached(), vectors.size()));
    LinearModel head =
        SoftmaxRegression.train(
            SparseRows.ofVectors(vectors),
            part.labels(),
            signature.labels().size(),
            SoftmaxRegression.Setting.embeddings(task.seed()));
    Map<String, byte[]> files = new TreeMap<>(encoder.files());
    files.put(Bundles.HEAD, head.bytes());
    SortedMap<String, String> facts = facts(head);
    facts.putAll(encoder.facts());
    return new Files(files, facts);
  }

  private static SortedMap<String, String> facts(LinearModel model) {
    return new TreeMap<>(
        Map.of("parameters", String.valueOf(model.labels() * (model.dimension() + 1L))));
  }

  private Files encoder(Part part) {
    List<Example> examples = new ArrayList<>();
    for (int row = 0; row < part.labels().length; row++) {
      examples.add(new Example(part.texts().get(row), part.labels()[row]));
    }
    Setting setting = setting();
    Trained trained =
        TransformerTraining.train(
            setting,
            examples,
            part.golden(),
            step -> part.progress().accept((long) RUNG_UNITS * step / setting.steps()));
    SortedMap<String, String> facts = new TreeMap<>(trained.facts());
    facts.put("maxTokens", String.valueOf(setting.maxLength()));
    return new Files(trained.files(), facts);
  }

  private Setting setting() {
    Spec.Architecture shape =
        task.architecture()
            .orElse(new Spec.Architecture("encoder", 2, 4, 64, 256, 128, 8_000, "bpe", 0.1));
    return new Setting(
        shape.layers(),
        shape.heads(),
        shape.width(),
        shape.feedForward(),
        shape.maxLength(),
        shape.vocabulary(),
        signature.labels().size(),
        task.transformerSteps(),
        task.transformerBatch(),
        shape.dropout(),
        shape.width() < 256 ? 3e-3 : 5e-4,
        1,
        task.seed());
  }

  private void advance(int position, long thousandths) {
    listener.progress(position * (long) RUNG_UNITS + thousandths, total());
  }

  /** Training texts spread over the whole set. */
  private List<String> golden() {
    int count = Math.min(GOLDEN_ROWS, texts.size());
    return IntStream.range(0, count)
        .mapToObj(i -> texts.get((int) ((long) i * texts.size() / count)))
        .toList();
  }

  private static double cpuSeconds() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime()
        / 1e9;
  }
}
