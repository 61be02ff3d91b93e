package dev.espalier.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.canvas.CanvasVersion;
import dev.espalier.platform.Json;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Supplier;

/** A step whose logic is a lambda; what it depends on is set by the test. */
final class TestStep implements StepLogic<TestStep.Text> {
  /** What every test step produces. */
  public record Text(String text) {}

  /** The work. */
  interface Work {
    String of(StepContext context) throws Exception;
  }

  private final String name;
  private final Work work;
  private final SequencedMap<String, Class<?>> inputs = new LinkedHashMap<>();
  private Purity purity = Purity.PURE;
  private Supplier<Map<String, String>> params = Map::of;
  private Supplier<String> probe = () -> "";
  private Set<String> measurements = Set.of();

  TestStep(String name, Work work) {
    this.name = name;
    this.work = work;
  }

  TestStep after(String step, Class<?> type) {
    inputs.put(step, type);
    return this;
  }

  TestStep after(String step) {
    return after(step, Text.class);
  }

  TestStep effect() {
    purity = Purity.EFFECT;
    return this;
  }

  TestStep params(Supplier<Map<String, String>> given) {
    params = given;
    return this;
  }

  TestStep measuring(String... fields) {
    measurements = Set.of(fields);
    return this;
  }

  TestStep probe(Supplier<String> given) {
    probe = given;
    return this;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Class<Text> output() {
    return Text.class;
  }

  @Override
  public SequencedMap<String, Class<?>> inputs() {
    return inputs;
  }

  @Override
  public Purity purity() {
    return purity;
  }

  @Override
  public JsonNode params(CanvasVersion canvas, long seed) {
    return Json.tree(params.get());
  }

  @Override
  public Set<String> measurements() {
    return measurements;
  }

  @Override
  public String probe(CanvasVersion canvas) {
    return probe.get();
  }

  @Override
  public Text run(StepContext context) throws Exception {
    return new Text(work.of(context));
  }
}
