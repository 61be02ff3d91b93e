package dev.espalier.training;

import dev.espalier.model.Bundles;
import dev.espalier.model.EncoderEmbedding;
import dev.espalier.platform.Digest;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;

/**
 * MiniLM (all-MiniLM-L6-v2, int8) as it lies in its jar on the training class path: text in, vector
 * out, its weights never changed. Vectors come through {@link EncoderEmbedding}, as in serving. Not
 * thread-safe.
 */
final class FrozenEncoder {
  private static final String GRAPH = "/all-minilm-l6-v2-q.onnx";
  private static final String TOKENIZER = "/all-minilm-l6-v2-q-tokenizer.json";

  private static final int THREADS = 2;

  private final byte[] graph;
  private final byte[] tokenizer;
  private final int maxTokens;
  private final EmbeddingCache cache;

  private FrozenEncoder(byte[] graph, byte[] tokenizer, int maxTokens, EmbeddingCache cache) {
    this.graph = graph;
    this.tokenizer = tokenizer;
    this.maxTokens = maxTokens;
    this.cache = cache;
  }

  /** Why the weights cannot be used here; empty when they can. */
  static Optional<String> unavailable() {
    return FrozenEncoder.class.getResource(GRAPH) == null
        ? Optional.of("the encoder's weights (lib/training) are missing")
        : Optional.empty();
  }

  /** Opens the encoder; vectors that it made before are read from {@code folder}. */
  static FrozenEncoder open(int maxTokens, Path folder) {
    byte[] graph = resource(GRAPH);
    byte[] tokenizer = resource(TOKENIZER);
    Digest identity =
        Digest.of(Digest.of(graph).text() + Digest.of(tokenizer).text() + maxTokens + " unit mean");
    return new FrozenEncoder(graph, tokenizer, maxTokens, EmbeddingCache.open(folder, identity));
  }

  private static byte[] resource(String name) {
    try (InputStream in = FrozenEncoder.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new EspalierException(ErrorCode.UNAVAILABLE, "No encoder weights on the class path.");
      }
      return in.readAllBytes();
    } catch (IOException failure) {
      throw new EspalierException(
          ErrorCode.UNAVAILABLE, "Cannot read the encoder's weights", failure);
    }
  }

  /**
   * One vector per text. New ones are computed on two threads: the graph runs on its caller's
   * thread, and a vector does not depend on the others.
   *
   * @param progress hears how many texts are done, on this thread
   */
  List<float[]> embed(List<String> texts, IntConsumer progress) {
    ExecutorService pool = Executors.newFixedThreadPool(THREADS);
    try (EncoderEmbedding embedding = new EncoderEmbedding(graph, tokenizer, maxTokens)) {
      List<Future<float[]>> pending = new ArrayList<>(texts.size());
      for (String text : texts) {
        pending.add(
            cache
                .find(text)
                .<Future<float[]>>map(CompletableFuture::completedFuture)
                .orElseGet(() -> pool.submit(() -> embedding.embed(text))));
      }
      List<float[]> vectors = new ArrayList<>(texts.size());
      for (int i = 0; i < pending.size(); i++) {
        float[] vector = pending.get(i).get();
        vectors.add(vector);
        cache.put(texts.get(i), vector);
        progress.accept(vectors.size());
      }
      return vectors;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new EspalierException(
          ErrorCode.UNAVAILABLE, "Interrupted while embedding", interrupted);
    } catch (ExecutionException failure) {
      throw new EspalierException(ErrorCode.INTERNAL, "The encoder failed on a text", failure);
    } finally {
      pool.shutdownNow();
      cache.save();
    }
  }

  /** How many vectors did not have to be computed. */
  int cached() {
    return cache.hits();
  }

  Map<String, byte[]> files() {
    return Map.of(Bundles.GRAPH, graph, Bundles.TOKENIZER, tokenizer);
  }

  SortedMap<String, String> facts() {
    return new TreeMap<>(
        Map.of(
            "maxTokens",
            String.valueOf(maxTokens),
            "encoder",
            "all-MiniLM-L6-v2 int8 (langchain4j jar, Xenova export)",
            "encoderDigest",
            Digest.of(graph).text(),
            "encoderLicence",
            "Apache-2.0 by the jar's POM"));
  }
}
