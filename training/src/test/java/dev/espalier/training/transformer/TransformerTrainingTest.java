package dev.espalier.training.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.Engine;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.ndarray.NDManager;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.espalier.platform.EspalierException;
import dev.espalier.training.transformer.TransformerTraining.Example;
import dev.espalier.training.transformer.TransformerTraining.Setting;
import dev.espalier.training.transformer.TransformerTraining.Trained;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class TransformerTrainingTest {
  private static final List<String> GOLDEN = List.of("win cash now", "", "see you at lunch");

  @BeforeAll
  static void natives() {
    Natives.required();
  }

  @Test
  void learns_eight_examples_by_heart() {
    Trained trained = TransformerTraining.train(setting(60), examples(), GOLDEN, _ -> {});

    assertThat(Double.parseDouble(trained.facts().get("loss"))).isLessThan(0.05);
  }

  @Test
  void the_export_answers_as_the_trained_model_and_says_how_closely() {
    Trained trained = TransformerTraining.train(setting(5), examples(), GOLDEN, _ -> {});

    assertThat(Double.parseDouble(trained.facts().get("parity"))).isLessThan(1e-5);
    assertThat(Double.parseDouble(trained.facts().get("attentionRowDeviation"))).isLessThan(1e-5);
    assertThat(trained.facts()).containsKeys("parameters", "config", "tokenizer", "steps");
  }

  @Test
  void one_thread_and_one_seed_give_the_same_bytes() {
    Trained once = TransformerTraining.train(setting(8), examples(), GOLDEN, _ -> {});
    Trained again = TransformerTraining.train(setting(8), examples(), GOLDEN, _ -> {});

    assertThat(again.files().get("model.onnx")).isEqualTo(once.files().get("model.onnx"));
    assertThat(again.files().get("tokenizer.json")).isEqualTo(once.files().get("tokenizer.json"));
  }

  @Test
  void reports_every_step() {
    List<Integer> heard = new ArrayList<>();
    TransformerTraining.train(setting(3), examples(), GOLDEN, heard::add);

    assertThat(heard).containsExactly(1, 2, 3);
  }

  @Test
  void the_attention_graph_has_the_same_logits_and_rows_that_sum_to_one() throws OrtException {
    try (NDManager root = Engine.getEngine("PyTorch").newBaseManager()) {
      EncoderShape shape = new EncoderShape(2, 2, 16, 32, 16, 300, 2);
      Weights weights = Weights.initial(shape, root, new SplittableRandom(3));
      byte[] plain = OnnxExport.write(weights, OnnxExport.Outputs.LOGITS, Map.of());
      byte[] viewer = OnnxExport.write(weights, OnnxExport.Outputs.LOGITS_AND_ATTENTION, Map.of());
      List<Object> expected = run(plain);
      List<Object> actual = run(viewer);

      assertThat(((float[][]) actual.getFirst())).isDeepEqualTo((float[][]) expected.getFirst());
      assertThat(actual).hasSize(3);
      for (float[] row : ((float[][][][]) actual.get(1))[0][0]) {
        double sum = 0;
        for (float value : row) {
          sum += value;
        }
        assertThat(sum).isCloseTo(1, org.assertj.core.data.Offset.offset(1e-5));
      }
    }
  }

  private static List<Object> run(byte[] model) throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    long[] shape = {2, 3};
    try (OrtSession session = environment.createSession(model);
        OnnxTensor ids =
            OnnxTensor.createTensor(
                environment, LongBuffer.wrap(new long[] {7, 8, 9, 10, 0, 0}), shape);
        OnnxTensor mask =
            OnnxTensor.createTensor(
                environment, LongBuffer.wrap(new long[] {1, 1, 1, 1, 0, 0}), shape);
        OrtSession.Result result = session.run(Map.of("input_ids", ids, "attention_mask", mask))) {
      List<Object> values = new ArrayList<>();
      for (Map.Entry<String, ai.onnxruntime.OnnxValue> output : result) {
        values.add(output.getValue().getValue());
      }
      return values;
    }
  }

  @Test
  void the_tokenizer_of_the_bundle_truncates() {
    Trained trained = TransformerTraining.train(setting(1), examples(), GOLDEN, _ -> {});
    try (HuggingFaceTokenizer tokenizer =
        EncoderTrainer.tokenizer(trained.files().get("tokenizer.json"), 16)) {
      assertThat(tokenizer.encode("cash ".repeat(500)).getIds()).hasSize(16);
    }
  }

  @Test
  void refuses_a_width_that_the_heads_do_not_divide() {
    assertThatThrownBy(() -> new EncoderShape(1, 3, 16, 32, 16, 300, 2))
        .isInstanceOf(EspalierException.class)
        .hasMessageContaining("cannot be divided");
  }

  private static Setting setting(int steps) {
    return new Setting(2, 2, 32, 64, 16, 400, 2, steps, 8, 0, 3e-3, 1, 11);
  }

  private static List<Example> examples() {
    return List.of(
        new Example("win cash now", 1),
        new Example("free cash prize", 1),
        new Example("claim your free prize now", 1),
        new Example("cheap pills online", 1),
        new Example("see you at lunch", 0),
        new Example("the meeting moved to noon", 0),
        new Example("notes from the meeting", 0),
        new Example("lunch on friday", 0));
  }
}
