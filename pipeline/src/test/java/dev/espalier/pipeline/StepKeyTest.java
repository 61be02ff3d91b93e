package dev.espalier.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.platform.Digest;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What a cache key may depend on, and what it may not: 200 random steps, seeded. */
class StepKeyTest {
  private static final Digest CODE = Digest.of("code");
  private static final CanvasVersion CANVAS = Bench.canvas("read");

  private static StepKey key(
      Map<String, String> params, String probe, long seed, Digest code, Map<String, Digest> in) {
    TestStep step = new TestStep("read", _ -> "").params(() -> params).probe(() -> probe);
    return StepKey.of(
        new PipelineGraph.Node(Bench.step("read"), step, List.of()), CANVAS, seed, code, in);
  }

  private static Map<String, String> shuffled(Map<String, String> map, SplittableRandom random) {
    List<String> names = new java.util.ArrayList<>(map.keySet());
    java.util.Collections.shuffle(names, new java.util.Random(random.nextLong()));
    Map<String, String> other = new LinkedHashMap<>();
    names.forEach(name -> other.put(name, map.getOrDefault(name, "")));
    return other;
  }

  @Test
  void the_order_of_params_changes_nothing_and_each_leaf_changes_the_key() {
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < 200; i++) {
      Map<String, String> params = new HashMap<>();
      Map<String, Digest> inputs = new HashMap<>();
      for (int j = random.nextInt(1, 6); j > 0; j--) {
        params.put("p" + j, Long.toHexString(random.nextLong()));
        inputs.put("step" + j, Digest.of("in" + random.nextLong()));
      }
      String probe = "probe " + random.nextInt();
      long seed = random.nextLong();
      StepKey key = key(params, probe, seed, CODE, inputs);

      assertThat(key(shuffled(params, random), probe, seed, CODE, new HashMap<>(inputs)))
          .isEqualTo(key);
      assertThat(key(params, probe, seed + 1, CODE, inputs).digest()).isNotEqualTo(key.digest());
      assertThat(key(params, probe + "'", seed, CODE, inputs).digest()).isNotEqualTo(key.digest());
      assertThat(key(params, probe, seed, Digest.of("new code"), inputs).digest())
          .isNotEqualTo(key.digest());
      Map<String, String> other = new HashMap<>(params);
      other.replaceAll((_, value) -> value + "0");
      assertThat(key(other, probe, seed, CODE, inputs).digest()).isNotEqualTo(key.digest());
      Map<String, Digest> fewer = new HashMap<>(inputs);
      fewer.remove("step1");
      assertThat(key(params, probe, seed, CODE, fewer).digest()).isNotEqualTo(key.digest());
    }
  }

  @Test
  void a_param_cannot_pass_for_an_input_or_a_probe() {
    Digest digest = Digest.of("x");
    StepKey input = key(Map.of(), "", 1, CODE, Map.of("a", digest));
    StepKey param = key(Map.of("a", digest.text()), "", 1, CODE, Map.of());
    StepKey probe = key(Map.of(), digest.text(), 1, CODE, Map.of());
    assertThat(List.of(input.digest(), param.digest(), probe.digest())).doesNotHaveDuplicates();
  }

  @Test
  void host_folder_and_time_are_no_leaves() {
    assertThat(key(Map.of("a", "1"), "", 1, CODE, Map.of()).leaves())
        .containsOnlyKeys("format", "code", "seed", "environment.java", "output", "params.a");
  }
}
