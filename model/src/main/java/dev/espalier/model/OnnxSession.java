package dev.espalier.model;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * One ONNX graph of a text encoder: {@code input_ids}, {@code attention_mask} and perhaps {@code
 * token_type_ids}, int64 {@code [1, tokens]}, in; its first output out. One thread per call, no
 * spinning: parallelism is the caller's. Thread-safe, except that {@link #close} must not meet a
 * running call; the engines' gate sees to that.
 */
final class OnnxSession implements AutoCloseable {
  private final OrtEnvironment environment;
  private final OrtSession session;
  private final Set<String> inputs;

  /**
   * @param graph the bytes of a .onnx file without external data
   * @throws EspalierException INVALID when ONNX Runtime refuses it
   */
  OnnxSession(byte[] graph) {
    this.environment = OrtEnvironment.getEnvironment();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      options.setInterOpNumThreads(1);
      options.setMemoryPatternOptimization(false);
      options.addConfigEntry("session.intra_op.allow_spinning", "0");
      this.session = environment.createSession(graph, options);
      this.inputs = session.getInputNames();
    } catch (OrtException failure) {
      throw EspalierException.invalid("ONNX Runtime refuses the graph: " + failure.getMessage());
    }
  }

  /**
   * The device of this session. It was given no other provider than the one that every session has;
   * that ONNX Runtime really carries that one is asked here.
   */
  String device() {
    return OrtEnvironment.getAvailableProviders().contains(OrtProvider.CPU)
        ? "cpu (ONNX Runtime %s)".formatted(OrtProvider.CPU.getName())
        : "unknown";
  }

  /** The first output, flat, in row-major order. */
  float[] run(TextTokenizer.Tokens tokens) {
    long[] shape = {1, tokens.ids().length};
    Map<String, OnnxTensor> feed = new HashMap<>();
    try {
      feed.put("input_ids", tensor(tokens.ids(), shape));
      feed.put("attention_mask", tensor(tokens.attentionMask(), shape));
      if (inputs.contains("token_type_ids")) {
        feed.put("token_type_ids", tensor(new long[tokens.ids().length], shape));
      }
      try (OrtSession.Result result = session.run(feed)) {
        FloatBuffer values = ((OnnxTensor) result.get(0)).getFloatBuffer();
        float[] flat = new float[values.remaining()];
        values.get(flat);
        return flat;
      }
    } catch (OrtException failure) {
      throw new EspalierException(ErrorCode.INTERNAL, "The model failed to run", failure);
    } finally {
      feed.values().forEach(OnnxTensor::close);
    }
  }

  private OnnxTensor tensor(long[] values, long[] shape) throws OrtException {
    return OnnxTensor.createTensor(environment, LongBuffer.wrap(values), shape);
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException failure) {
      throw new EspalierException(ErrorCode.INTERNAL, "Cannot unload the model", failure);
    }
  }
}
