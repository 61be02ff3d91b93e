package dev.espalier.training.transformer;

import dev.espalier.platform.CanonicalJson;
import dev.espalier.platform.Digest;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.IntConsumer;

/**
 * Trains the small transformer and exports it. It needs the class path of the training process (DJL
 * with PyTorch); {@link #unavailable} says why where that is missing. One training at a time per
 * process: the engine has one gradient mode and one random state.
 */
public final class TransformerTraining {
  /** A text and the index of its class. */
  public record Example(String text, int label) {}

  /**
   * What to train.
   *
   * @param vocabulary largest number of tokens
   * @param steps optimiser steps
   * @param batch texts per step
   * @param threads engine threads; 1 is deterministic
   */
  public record Setting(
      int layers,
      int heads,
      int width,
      int feedForward,
      int maxLength,
      int vocabulary,
      int classes,
      int steps,
      int batch,
      double dropout,
      double peakRate,
      int threads,
      long seed) {

    /** The digest of every choice above: the configuration's identity. */
    public Digest digest() {
      return CanonicalJson.digest(this);
    }
  }

  /**
   * A trained model.
   *
   * @param files {@code model.onnx}, the graph that serving runs, and {@code tokenizer.json}
   * @param facts parameter count, configuration digest, parity, attention check, loss
   */
  public record Trained(SortedMap<String, byte[]> files, SortedMap<String, String> facts) {}

  private TransformerTraining() {}

  /** Why no transformer can be trained here, in words; empty when one can. */
  public static Optional<String> unavailable() {
    try {
      Class.forName("ai.djl.pytorch.engine.PtEngineProvider");
      EncoderTrainer.startEngine();
      return Optional.empty();
    } catch (ClassNotFoundException absent) {
      return Optional.of("the PyTorch class path (lib/training) is missing");
    } catch (RuntimeException | LinkageError failure) {
      return Optional.of("PyTorch does not start on this machine: " + failure.getMessage());
    }
  }

  /**
   * Trains on {@code train}, exports, and proves that the export answers as the trained model does
   * on {@code golden}.
   *
   * @param progress hears the number of finished steps
   * @throws dev.espalier.platform.EspalierException INTERNAL when training is unstable or the
   *     export differs by more than 1e-5 + 1e-5·abs
   */
  public static Trained train(
      Setting setting, List<Example> train, List<String> golden, IntConsumer progress) {
    return EncoderTrainer.train(setting, train, golden, progress);
  }
}
