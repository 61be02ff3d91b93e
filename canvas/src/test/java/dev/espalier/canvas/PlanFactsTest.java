package dev.espalier.canvas;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.platform.Json;
import dev.espalier.platform.Signer;
import dev.espalier.platform.TestHttp;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a plan over HTTP says about machines that this one is not: the rules on several nodes. */
class PlanFactsTest {
  private static final String GPU = "serving: {accelerator: {kind: gpu, need: required}}\n";
  @TempDir Path folder;
  private Facts facts = Facts.unknown();
  private Optional<CanvasKit> kit = Optional.empty();
  private Optional<TestHttp> http = Optional.empty();

  @BeforeEach
  void start() {
    CanvasKit opened = new CanvasKit(folder, Signer.temporary(), _ -> facts);
    kit = Optional.of(opened);
    http = Optional.of(new TestHttp("/api/v1", new CanvasRoutes(opened.canvases)));
  }

  @AfterEach
  void stop() {
    http.ifPresent(TestHttp::close);
    kit.ifPresent(CanvasKit::close);
  }

  private JsonNode post(String call, String body) throws Exception {
    return Json.tree(http.orElseThrow().post("/canvases/p/" + call, body).body());
  }

  private List<JsonNode> findings(int rule, String text) throws Exception {
    return plan(rule, Canvas.HEAD + text);
  }

  private List<JsonNode> plan(int rule, String canvas) throws Exception {
    JsonNode plan = post("plan", canvas);
    assertThat(plan.path("contradictions").isArray()).as(plan.toString()).isTrue();
    return plan.path("contradictions")
        .valueStream()
        .filter(each -> each.path("rule").asInt() == rule)
        .toList();
  }

  private static Facts.Node node(String name, String zone, String... accelerators) {
    return new Facts.Node(name, Optional.of(zone), Set.of(accelerators));
  }

  @Test
  void one_node_with_the_required_accelerator_is_enough() throws Exception {
    assertThat(findings(6, GPU))
        .as("no node is known")
        .singleElement()
        .satisfies(
            unknown -> assertThat(unknown.path("level").asText()).isEqualTo("UNKNOWN"),
            unknown -> assertThat(unknown.path("patch")).isEmpty());
    facts = facts.withNodes(List.of(node("a", "eu"), node("b", "eu", "npu")));
    JsonNode none = findings(6, GPU).getFirst();
    assertThat(none.path("level").asText()).isEqualTo("ERROR");
    assertThat(none.path("message").asText())
        .isEqualTo("No node offers gpu: a has none, b has npu.");
    assertThat(none.path("questions").toString())
        .isEqualTo("[\"serving.accelerator\",\"deploy.targets\"]");
    JsonNode patched =
        post("patch", Json.write(Map.of("source", Canvas.HEAD + GPU, "patch", none.path("patch"))));
    assertThat(plan(6, patched.path("source").asText())).isEmpty();
    facts = facts.withNodes(List.of(node("a", "eu"), node("b", "eu", "npu", "gpu")));
    assertThat(findings(6, GPU)).isEmpty();
  }

  @Test
  void a_rung_with_the_same_labels_and_a_runner_in_the_same_region_are_no_contradiction()
      throws Exception {
    String rung = "serving: {fallback: {chain: [{on: ['*'], use: baseline}]}}\n";
    facts = facts.withLabels(Set.of("a", "b"), Map.of("baseline", Set.of("b", "a")));
    assertThat(findings(7, rung)).isEmpty();
    facts = facts.withLabels(Set.of("a", "b"), Map.of("baseline", Set.of("a", "c")));
    assertThat(findings(7, rung).getFirst().path("message").asText())
        .isEqualTo("Rung baseline answers with another contract: it also says c, it never says b.");

    String where = "ct: {where: {run_in: embedded, residency: [eu]}}\n";
    assertThat(findings(9, where).getFirst().path("level").asText()).isEqualTo("UNKNOWN");
    facts = facts.withNodes(List.of(node("here", "eu-central-1")));
    assertThat(findings(9, where)).isEmpty();
    facts = facts.withNodes(List.of(node("here", "europe")));
    JsonNode abroad = findings(9, where).getFirst();
    assertThat(abroad.path("level").asText()).isEqualTo("ERROR");
    assertThat(abroad.path("questions").toString()).isEqualTo("[\"ct.where\",\"solution\"]");
  }
}
