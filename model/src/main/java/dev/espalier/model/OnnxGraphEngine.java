package dev.espalier.model;

import ai.onnxruntime.MapInfo;
import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxMap;
import ai.onnxruntime.OnnxSequence;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.SequenceInfo;
import ai.onnxruntime.TensorInfo;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A text classifier made elsewhere, as one ONNX graph: one string tensor, {@code [1]} or {@code [1,
 * 1]}, in; a probability for each label out, as a float tensor {@code [1, labels]} or as a sequence
 * of maps from label to probability (what skl2onnx calls a zip map).
 *
 * <p>A tensor does not say which column is which label: columns are taken in the labels' sorted
 * order, which is scikit-learn's, and held against the label that the graph itself answers, on
 * every call.
 */
final class OnnxGraphEngine implements Engine {
  private static final double SUM_TOLERANCE = 1e-3;
  private final Signature signature;
  private final List<String> sorted;
  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession session;
  private final String input;
  private final long[] shape;
  private final String probabilities;
  private final Optional<String> label;
  private final Gate gate = new Gate();

  /**
   * @throws EspalierException INVALID when the graph has not that form
   */
  OnnxGraphEngine(Signature signature, byte[] graph) {
    this.signature = signature;
    this.sorted = signature.labels().stream().sorted().toList();
    this.session = open(environment, graph);
    try {
      Map<String, NodeInfo> inputs = session.getInputInfo();
      Map<String, NodeInfo> outputs = session.getOutputInfo();
      NodeInfo text = only(inputs);
      this.input = text.getName();
      this.shape = new long[((TensorInfo) text.getInfo()).getShape().length];
      java.util.Arrays.fill(shape, 1);
      this.probabilities =
          named(outputs, OnnxGraphEngine::probable)
              .orElseThrow(() ->
                  EspalierException.invalid(
                      "The graph answers no probabilities: a float tensor [n, labels] or a sequence"
                          + " of maps from label to probability is needed."));
      this.label = named(outputs, OnnxGraphEngine::labels);
    } catch (OrtException failure) {
      throw EspalierException.invalid("ONNX Runtime refuses the graph: " + failure.getMessage());
    } catch (RuntimeException refusal) {
      close(session);
      throw refusal;
    }
  }

  private static OrtSession open(OrtEnvironment environment, byte[] graph) {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      options.setInterOpNumThreads(1);
      options.addConfigEntry("session.intra_op.allow_spinning", "0");
      return environment.createSession(graph, options);
    } catch (OrtException failure) {
      throw EspalierException.invalid("ONNX Runtime refuses the graph: " + failure.getMessage());
    }
  }

  private static NodeInfo only(Map<String, NodeInfo> inputs) {
    NodeInfo first = inputs.values().iterator().next();
    if (inputs.size() == 1
        && first.getInfo() instanceof TensorInfo tensor
        && tensor.type == OnnxJavaType.STRING
        && (tensor.getShape().length == 1 || tensor.getShape().length == 2)) {
      return first;
    }
    throw EspalierException.invalid(
        "The graph must have one input, a string tensor [n] or [n, 1]; it has %s."
            .formatted(inputs.values()));
  }

  private static Optional<String> named(
      Map<String, NodeInfo> outputs, java.util.function.Predicate<NodeInfo> wanted) {
    return outputs.values().stream().filter(wanted).map(NodeInfo::getName).findFirst();
  }

  private static boolean probable(NodeInfo node) {
    if (node.getInfo() instanceof SequenceInfo sequence && sequence.sequenceOfMaps) {
      MapInfo map = sequence.mapInfo;
      return map.keyType == OnnxJavaType.STRING && map.valueType == OnnxJavaType.FLOAT;
    }
    return node.getInfo() instanceof TensorInfo tensor
        && tensor.type == OnnxJavaType.FLOAT
        && tensor.getShape().length == 2;
  }

  private static boolean labels(NodeInfo node) {
    return node.getInfo() instanceof TensorInfo tensor && tensor.type == OnnxJavaType.STRING;
  }

  @Override
  public Signature signature() {
    return signature;
  }

  @Override
  public String device() {
    return "cpu (ONNX Runtime CPUExecutionProvider)";
  }

  @Override
  public List<double[]> score(List<String> texts) {
    return gate.whileOpen(() -> {
      List<double[]> rows = new ArrayList<>(texts.size());
      for (String text : texts) {
        rows.add(one(plain(signature.read(text))));
      }
      return rows;
    });
  }

  /**
   * ONNX Runtime's Java binding hands texts over in Java's own variant of UTF-8, whose NUL and
   * characters beyond U+FFFF its tokenizer refuses: the graph reads U+FFFD there.
   */
  private static String plain(String text) {
    StringBuilder plain = new StringBuilder(text.length());
    text.codePoints()
        .forEach(c ->
            plain.appendCodePoint(
                c == 0 || c > 0xffff || (c >= 0xd800 && c <= 0xdfff) ? 0xfffd : c));
    return plain.toString();
  }

  private double[] one(String text) {
    try (OnnxTensor tensor = OnnxTensor.createTensor(environment, new String[] {text}, shape);
        OrtSession.Result result = session.run(Map.of(input, tensor))) {
      OnnxValue answer = result.get(probabilities).orElseThrow();
      double[] row =
          answer instanceof OnnxSequence sequence
              ? ofMap(sequence)
              : ofTensor((OnnxTensor) answer, said(result));
      double sum = java.util.Arrays.stream(row).sum();
      // Written so that a sum that is no number fails.
      if (!(Math.abs(sum - 1) <= SUM_TOLERANCE)) {
        throw EspalierException.invalid(
            "The graph's probabilities sum to %s, not to 1.".formatted(sum));
      }
      for (int i = 0; i < row.length; i++) {
        row[i] /= sum;
      }
      return row;
    } catch (OrtException failure) {
      throw new EspalierException(ErrorCode.INTERNAL, "The model failed to run", failure);
    }
  }

  private Optional<String> said(OrtSession.Result result) throws OrtException {
    if (label.isEmpty()) {
      return Optional.empty();
    }
    return result.get(label.get()).orElseThrow().getValue() instanceof String[] labels
            && labels.length == 1
        ? Optional.of(labels[0])
        : Optional.empty();
  }

  private double[] ofMap(OnnxSequence sequence) throws OrtException {
    double[] row = new double[signature.labels().size()];
    for (OnnxValue element : sequence.getValue()) {
      Map<?, ?> shares = ((OnnxMap) element).getValue();
      if (shares.size() != row.length || !shares.keySet().containsAll(signature.labels())) {
        throw otherLabels(shares.keySet().toString());
      }
      for (int i = 0; i < row.length; i++) {
        Object share = shares.get(signature.labels().get(i));
        row[i] = share instanceof Float number ? number : Double.NaN;
      }
    }
    return row;
  }

  private double[] ofTensor(OnnxTensor tensor, Optional<String> said) throws OrtException {
    float[] columns = ((float[][]) tensor.getValue())[0];
    if (columns.length != sorted.size()) {
      throw otherLabels(columns.length + " columns");
    }
    if (said.isPresent()) {
      int column = sorted.indexOf(said.get());
      if (column < 0) {
        throw otherLabels("'" + said.get() + "'");
      }
      for (float share : columns) {
        if (share > columns[column] + 1e-6) {
          throw EspalierException.invalid(
              ("The graph answers '%s', but its greatest probability is not in that label's place:"
                      + " columns must be in the sorted order of the labels.")
                  .formatted(said.get()));
        }
      }
    }
    double[] row = new double[columns.length];
    for (int i = 0; i < row.length; i++) {
      row[i] = columns[sorted.indexOf(signature.labels().get(i))];
    }
    return row;
  }

  private EspalierException otherLabels(String found) {
    return EspalierException.invalid(
        "The graph answers %s; the labels are %s.".formatted(found, signature.labels()));
  }

  @Override
  public void close() {
    gate.close(() -> close(session));
  }

  private static void close(OrtSession session) {
    try {
      session.close();
    } catch (OrtException failure) {
      throw new EspalierException(ErrorCode.INTERNAL, "Cannot unload the model", failure);
    }
  }
}
