package dev.espalier.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.artifacts.LocalArtifactStore;
import dev.espalier.platform.EspalierException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Graphs that scikit-learn and skl2onnx made; {@code external/make.py} makes them again. */
class OnnxGraphEngineTest extends EngineContract {
  private static final Signature SIGNATURE =
      new Signature(Signature.TEXT_CLASSIFICATION, List.of("spam", "ham"), 4_000);
  @TempDir Path folder;

  private static byte[] graph(String name) {
    try (InputStream in = OnnxGraphEngineTest.class.getResourceAsStream("/external/" + name)) {
      return in.readAllBytes();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  @Override
  Engine engine() {
    return new OnnxGraphEngine(SIGNATURE, graph("columns.onnx"));
  }

  /** scikit-learn 1.9.1: {@code predict_proba} of the pipeline that the graphs were made of. */
  @Test
  void answers_what_scikit_learn_answers_whichever_way_the_graph_names_its_labels() {
    for (String name : List.of("columns.onnx", "zipmap.onnx")) {
      try (Engine engine = new OnnxGraphEngine(SIGNATURE, graph(name))) {
        List<double[]> rows = engine.score(List.of("free money", "team lunch", "nothing known"));
        assertThat(rows.get(0)[0]).as(name).isCloseTo(0.8913115, within(1e-6));
        assertThat(rows.get(1)[0]).as(name).isCloseTo(0.0997550, within(1e-6));
        assertThat(rows.get(2)[1]).as(name).isCloseTo(0.5133901, within(1e-6));
      }
    }
  }

  @Test
  void columns_in_another_order_than_the_sorted_one_are_found_out() {
    try (Engine engine = new OnnxGraphEngine(SIGNATURE, graph("swapped.onnx"))) {
      assertThatThrownBy(() -> engine.score(List.of("free money")))
          .isInstanceOf(EspalierException.class)
          .hasMessageContaining("sorted order");
    }
  }

  @Test
  void graphs_of_another_form_or_for_other_labels_are_refused() {
    assertThatThrownBy(() -> new OnnxGraphEngine(SIGNATURE, graph("numbers.onnx")))
        .hasMessageContaining("string tensor");
    assertThatThrownBy(() -> new OnnxGraphEngine(SIGNATURE, "no graph".getBytes()))
        .isInstanceOf(EspalierException.class)
        .hasMessageContaining("refuses");
    Signature three =
        new Signature(Signature.TEXT_CLASSIFICATION, List.of("spam", "ham", "news"), 100);
    for (String name : List.of("columns.onnx", "zipmap.onnx")) {
      try (Engine engine = new OnnxGraphEngine(three, graph(name))) {
        assertThatThrownBy(() -> engine.score(List.of("free money")))
            .hasMessageContaining("the labels are [spam, ham, news]");
      }
    }
  }

  /** The class of CVE-2022-25882 and CVE-2024-27318: a tensor's location as a path. */
  @Test
  void a_graph_that_points_to_files_never_reaches_the_runtime() {
    Bundles bundles = new Bundles(new LocalArtifactStore(folder));
    assertThatThrownBy(() ->
            bundles.write(
                Bundles.EXTERNAL,
                SIGNATURE,
                Map.of(Bundles.GRAPH, graph("outside.onnx")),
                Map.of()))
        .isInstanceOf(EspalierException.class)
        .hasMessageContaining("save_as_external_data=False");
    assertThat(
            bundles.write(
                Bundles.EXTERNAL, SIGNATURE, Map.of(Bundles.GRAPH, graph("zipmap.onnx")), Map.of()))
        .isNotNull();
  }
}
