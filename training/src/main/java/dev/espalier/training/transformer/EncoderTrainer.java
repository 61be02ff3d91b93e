package dev.espalier.training.transformer;

import ai.djl.engine.Engine;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.espalier.platform.Digest;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.training.tokens.BytePairTrainer;
import dev.espalier.training.tokens.TokenizerFile;
import dev.espalier.training.transformer.TransformerTraining.Example;
import dev.espalier.training.transformer.TransformerTraining.Setting;
import dev.espalier.training.transformer.TransformerTraining.Trained;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.IntConsumer;

/**
 * The training loop: class-balanced cross-entropy, AdamW, warm-up then cosine. Native tensors are
 * invisible to the collector, so each step owns a manager that closes with it; only parameters and
 * moments live longer.
 */
final class EncoderTrainer {
  private static final double FLOOR = 0.1;
  private static final int MIN_WARM_UP = 5;

  private final Setting setting;
  private final List<long[]> rows;
  private final int[] labels;
  private final double[] classWeights;
  private final Weights weights;
  private final NDManager root;
  private double lastLoss;

  private EncoderTrainer(
      Setting setting, List<long[]> rows, int[] labels, Weights weights, NDManager root) {
    this.setting = setting;
    this.rows = rows;
    this.labels = labels;
    this.classWeights = balanced(labels, setting.classes());
    this.weights = weights;
    this.root = root;
  }

  static void startEngine() {
    Engine _ = Engine.getEngine("PyTorch");
  }

  static Trained train(
      Setting setting, List<Example> train, List<String> golden, IntConsumer progress) {
    SplittableRandom seeds = new SplittableRandom(setting.seed());
    Engine engine = Engine.getEngine("PyTorch");
    engine.setRandomSeed((int) setting.seed());
    Autograd.threads(setting.threads());
    TokenizerFile file =
        BytePairTrainer.train(
            () -> train.stream().map(Example::text).iterator(), setting.vocabulary());
    byte[] tokenizer = file.bytes();
    try (NDManager root = engine.newBaseManager();
        HuggingFaceTokenizer encoder = tokenizer(tokenizer, setting.maxLength())) {
      Weights weights = Weights.initial(shape(setting, file.size()), root, seeds.split());
      List<long[]> rows = train.stream().map(row -> encoder.encode(row.text()).getIds()).toList();
      int[] labels = train.stream().mapToInt(Example::label).toArray();
      EncoderTrainer trainer = new EncoderTrainer(setting, rows, labels, weights, root);
      trainer.run(seeds.split(), progress);
      byte[] onnx =
          OnnxExport.write(
              weights,
              OnnxExport.Outputs.LOGITS,
              Map.of("task", "text_classification", "config", setting.digest().text()));
      List<long[]> checked = golden.stream().map(text -> encoder.encode(text).getIds()).toList();
      SortedMap<String, String> facts = trainer.facts(file);
      facts.putAll(Parity.prove(weights, onnx, checked, root));
      return new Trained(
          new TreeMap<>(Map.of("model.onnx", onnx, "tokenizer.json", tokenizer)), facts);
    }
  }

  private static EncoderShape shape(Setting setting, int vocabulary) {
    return new EncoderShape(
        setting.layers(),
        setting.heads(),
        setting.width(),
        setting.feedForward(),
        setting.maxLength(),
        vocabulary,
        setting.classes());
  }

  static HuggingFaceTokenizer tokenizer(byte[] file, int maxLength) {
    try {
      return HuggingFaceTokenizer.newInstance(
          new ByteArrayInputStream(file),
          Map.of("padding", "false", "truncation", "true", "maxLength", String.valueOf(maxLength)));
    } catch (IOException failure) {
      throw new EspalierException(ErrorCode.INTERNAL, "Cannot read the tokenizer", failure);
    }
  }

  private SortedMap<String, String> facts(TokenizerFile file) {
    SortedMap<String, String> facts = new TreeMap<>();
    facts.put("parameters", String.valueOf(weights.count()));
    facts.put("config", setting.digest().text());
    facts.put("tokenizer", Digest.of(file.bytes()).text());
    facts.put("vocabulary", String.valueOf(file.size()));
    facts.put("steps", String.valueOf(setting.steps()));
    facts.put("loss", "%.4f".formatted(lastLoss));
    facts.put("maxLength", String.valueOf(setting.maxLength()));
    return facts;
  }

  /** Runs every step; the mean loss of the last tenth is kept. */
  void run(SplittableRandom random, IntConsumer progress) {
    Autograd.mode(Autograd.Mode.RECORDING);
    try {
      Encoder encoder = new Encoder(weights, (float) setting.dropout());
      AdamW optimizer = new AdamW(weights);
      Batches batches = new Batches(rows, setting.batch(), random);
      for (int step = 0; step < setting.steps(); step++) {
        double loss = step(encoder, optimizer, batches.next(), rate(step));
        lastLoss = step == 0 ? loss : 0.9 * lastLoss + 0.1 * loss;
        progress.accept(step + 1);
      }
    } finally {
      Autograd.mode(Autograd.Mode.OFF);
    }
  }

  private double step(Encoder encoder, AdamW optimizer, int[] members, double rate) {
    try (NDManager step = root.newSubManager()) {
      List<long[]> chosen = new ArrayList<>();
      float[] targets = new float[members.length * setting.classes()];
      double total = 0;
      for (int i = 0; i < members.length; i++) {
        chosen.add(rows.get(members[i]));
        int label = labels[members[i]];
        targets[i * setting.classes() + label] = (float) classWeights[label];
        total += classWeights[label];
      }
      NDArray target = step.create(targets, new Shape(members.length, setting.classes()));
      NDArray loss =
          encoder
              .forward(Encoder.Batch.of(step, chosen))
              .logits()
              .logSoftmax(-1)
              .mul(target)
              .sum()
              .neg()
              .div((float) total);
      Autograd.zero(weights.all().values());
      Autograd.backward(loss);
      double _ = optimizer.step(rate, step);
      return loss.getFloat();
    }
  }

  /** Linear warm-up over a tenth of the steps, then cosine to a tenth of the peak. */
  double rate(int step) {
    int warmUp = Math.min(setting.steps(), Math.max(MIN_WARM_UP, setting.steps() / 10));
    if (step < warmUp) {
      return setting.peakRate() * (step + 1) / warmUp;
    }
    double done = (step - warmUp) / (double) Math.max(1, setting.steps() - warmUp);
    return setting.peakRate() * (FLOOR + (1 - FLOOR) * 0.5 * (1 + Math.cos(Math.PI * done)));
  }

  /** n / (classes · n_class), as scikit-learn's {@code class_weight="balanced"}. */
  private static double[] balanced(int[] labels, int classes) {
    double[] counts = new double[classes];
    for (int label : labels) {
      counts[label]++;
    }
    double[] balanced = new double[classes];
    for (int i = 0; i < classes; i++) {
      balanced[i] = counts[i] == 0 ? 0 : labels.length / (classes * counts[i]);
    }
    return balanced;
  }
}
