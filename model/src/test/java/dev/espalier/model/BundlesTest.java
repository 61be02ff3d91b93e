package dev.espalier.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.artifacts.LocalArtifactStore;
import dev.espalier.platform.Digest;
import dev.espalier.platform.EspalierException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BundlesTest {
  @TempDir Path folder;
  private LocalArtifactStore artifacts;
  private Bundles bundles;

  @BeforeEach
  void open() {
    artifacts = new LocalArtifactStore(folder);
    bundles = new Bundles(artifacts);
  }

  private Digest linear() {
    return bundles.write("linear", Samples.SPAM, Samples.linearFiles(1), Map.of("seed", "1"));
  }

  @Test
  void loads_what_was_written_and_replays_the_golden_rows() {
    try (Engine engine = bundles.load(linear())) {
      assertThat(engine.signature()).isEqualTo(Samples.SPAM);
      assertThat(Bundles.goldenDifference(engine, bundles.golden(linear()))).isLessThan(1e-12);
    }
  }

  @Test
  void the_same_content_is_the_same_bundle() {
    assertThat(linear()).isEqualTo(linear());
    assertThat(bundles.manifest(linear()).facts()).containsEntry("seed", "1");
    assertThat(bundles.bytes(linear())).isGreaterThan(BagOfWords.DIMENSION * 8L);
  }

  @Test
  void a_temperature_softens_and_sharpens_answers_but_decides_the_same() {
    Digest plain = bundles.write("linear", Samples.SPAM, weights(), Map.of());
    Digest warm = bundles.write("linear", Samples.SPAM, weights(), Map.of("temperature", "2.0"));
    Digest cold = bundles.write("linear", Samples.SPAM, weights(), Map.of("temperature", "0.5"));
    List<String> texts = List.of("free money", "see you at lunch", "");
    try (Engine one = bundles.load(plain);
        Engine two = bundles.load(warm);
        Engine half = bundles.load(cold)) {
      for (int row = 0; row < texts.size(); row++) {
        double odds = odds(one.score(texts).get(row));
        assertThat(odds(two.score(texts).get(row))).isCloseTo(odds / 2, within(1e-12));
        assertThat(odds(half.score(texts).get(row))).isCloseTo(odds * 2, within(1e-12));
      }
    }
  }

  private static Map<String, byte[]> weights() {
    return Map.of(Bundles.WEIGHTS, Samples.linear(1).bytes());
  }

  private static double odds(double[] probabilities) {
    return Math.log(probabilities[1] / probabilities[0]);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "warm", "NaN", "0", "-1", "Infinity", "0.001", "101"})
  void a_temperature_that_is_none_is_refused(String temperature) {
    Digest bundle =
        bundles.write("linear", Samples.SPAM, weights(), Map.of("temperature", temperature));
    assertThatThrownBy(() -> bundles.load(bundle))
        .isInstanceOf(EspalierException.class)
        .hasMessageContaining("temperature");
  }

  @Test
  void golden_rows_of_another_temperature_give_the_change_away() {
    Map<String, byte[]> files = new HashMap<>(Samples.linearFiles(1));
    Digest bundle = bundles.write("linear", Samples.SPAM, files, Map.of("temperature", "1.7"));
    assertThatThrownBy(() -> bundles.load(bundle)).hasMessageContaining("golden rows differently");
  }

  @Test
  void a_model_that_answers_its_golden_rows_differently_is_not_loaded() {
    Map<String, byte[]> files = new HashMap<>(Samples.linearFiles(1));
    files.put(Bundles.GOLDEN, Samples.linearFiles(2).get(Bundles.GOLDEN));
    Digest bundle = bundles.write("linear", Samples.SPAM, files, Map.of());
    assertThatThrownBy(() -> bundles.load(bundle)).hasMessageContaining("golden rows differently");
  }

  @Test
  void a_damaged_file_is_found_and_never_loaded() throws IOException {
    Digest bundle = linear();
    Digest weights = bundles.manifest(bundle).files().get(Bundles.WEIGHTS).digest();
    assertThat(bundles.damaged(bundle)).isEmpty();
    Path file = folder.resolve(weights.hex().substring(0, 2)).resolve(weights.hex().substring(2));
    byte[] bytes = Files.readAllBytes(file);
    bytes[1000] ^= 1;
    Files.write(file, bytes);

    assertThat(bundles.damaged(bundle)).containsExactly(Bundles.WEIGHTS);
    assertThatThrownBy(() -> bundles.load(bundle)).hasMessageContaining("damaged");
    Files.delete(file);
    assertThat(bundles.damaged(bundle)).containsExactly(Bundles.WEIGHTS);
    assertThatThrownBy(() -> bundles.load(bundle)).hasMessageContaining("No artifact");
  }

  @Test
  void a_damaged_manifest_is_found() throws IOException {
    Digest bundle = linear();
    Files.writeString(
        folder.resolve(bundle.hex().substring(0, 2)).resolve(bundle.hex().substring(2)), "{}");
    assertThat(bundles.damaged(bundle)).containsExactly("manifest");
    assertThatThrownBy(() -> bundles.load(bundle)).isInstanceOf(EspalierException.class);
  }

  @Test
  void unknown_kinds_and_files_are_refused() {
    assertThatThrownBy(() -> bundles.write("pickle", Samples.SPAM, Map.of(), Map.of()))
        .hasMessageContaining("No bundle kind 'pickle'");
    assertThatThrownBy(() -> bundles.write("linear", Samples.SPAM, Map.of(), Map.of()))
        .hasMessageContaining("needs weights.bin");
    Map<String, byte[]> files = new HashMap<>(Samples.linearFiles(1));
    files.put("setup.py", new byte[] {1});
    assertThatThrownBy(() -> bundles.write("linear", Samples.SPAM, files, Map.of()))
        .hasMessageContaining("no place for setup.py");
  }

  @Test
  void bytes_that_could_run_code_are_refused() throws IOException {
    refused(serialised(), "serialised Java object");
    refused(new byte[] {(byte) 0x80, 4, (byte) 0x95, 1, '.'}, "Python pickle");
    refused("cos\nsystem\n(S'true'\ntR.".getBytes(StandardCharsets.UTF_8), "protocol 0");
    refused(new byte[] {'P', 'K', 3, 4, 0, 0}, "archive");
  }

  private void refused(byte[] content, String why) {
    assertThatThrownBy(
            () -> bundles.write("linear", Samples.SPAM, Map.of(Bundles.WEIGHTS, content), Map.of()))
        .hasMessageContaining(why);
  }

  private static byte[] serialised() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject("harmless");
    }
    return bytes.toByteArray();
  }

  @Test
  void a_scan_reads_every_file() {
    ScanReport report = bundles.scan(linear());
    assertThat(report.clean()).isTrue();
    assertThat(report.files()).isEqualTo(2);
  }

  @Test
  void an_encoder_without_a_length_is_refused() {
    assertThatThrownBy(() ->
            Bundles.engine(
                "encoder",
                Samples.SPAM,
                Map.of(Bundles.GRAPH, new byte[4], Bundles.TOKENIZER, new byte[4]),
                Map.of()))
        .hasMessageContaining("maxTokens");
  }

  @Test
  void rubbish_in_place_of_a_graph_or_tokenizer_is_an_error_in_words() {
    assertThatThrownBy(() -> new OnnxSession(new byte[] {1, 2, 3}))
        .isInstanceOf(EspalierException.class)
        .hasMessageContaining("ONNX Runtime refuses");
    assertThatThrownBy(() -> new TextTokenizer("{}".getBytes(StandardCharsets.UTF_8), 8))
        .isInstanceOf(EspalierException.class)
        .hasMessageContaining("Not a tokenizer.json");
  }

  @Test
  void shares_must_be_an_array() {
    Digest bundle =
        bundles.write(
            "majority",
            Samples.SPAM,
            Map.of(Bundles.SHARES, "{\"ham\":1}".getBytes(StandardCharsets.UTF_8)),
            Map.of());
    assertThatThrownBy(() -> bundles.load(bundle)).hasMessageContaining("array");
  }

  @Test
  void a_majority_bundle_needs_no_golden_rows() {
    Digest bundle =
        bundles.write(
            "majority",
            Samples.SPAM,
            Map.of(Bundles.SHARES, "[0.25,0.75]".getBytes(StandardCharsets.UTF_8)),
            Map.of());
    try (Engine engine = bundles.load(bundle)) {
      assertThat(engine.score(List.of("x")).getFirst()).containsExactly(0.25, 0.75);
    }
    assertThat(bundles.golden(bundle)).isEmpty();
    assertThatThrownBy(() -> bundles.file(bundle, "card.md"))
        .hasMessageContaining("has no card.md");
  }
}
