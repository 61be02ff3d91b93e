package dev.espalier.canvas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostileDocumentTest {
  private static final String HEAD = "canvas: espalier/1\nproduct: {name: p}\n";

  private static Answers read(String text) {
    return Answers.read(text.getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "model: !!java.lang.Runtime {} | no tags",
        "model: &a {family: linear} | no anchors",
        "model: *a | no aliases",
        "model: {<<: {family: linear}} | no merge keys",
        "model: {family: linear, family: encoder} | unique keys",
        "model: {? [a] : b} | plain keys",
        "model: {famly: linear} | nearest is 'family'",
        "serving: {volum: 1/s} | nearest is 'volume'",
        "modle: {} | nearest is 'model'",
        "model: {family: transformer} | Nearest valid value",
        "model: [linear, encoder] | needs one value",
        "model: {arch: {layers: 0}} | out of range",
        "model: {arch: {layers: 1.5}} | whole number",
        "model: {arch: {heads: 3}} | not a multiple",
        "model: {arch: {dropout: 140%}} | out of range",
        "serving: {volume: many} | not a rate",
        "serving: {volume: {growth: 5%}} | expected is missing",
        "serving: {mode: {online: {p95: 1 month}}} | not a duration",
        "serving: {mode: {online: {p95: P1M}}} | not a duration",
        "serving: {mode: {online: {p95: -PT1S}}} | not a duration",
        "serving: {mode: {online: {p95: PT-1S}}} | outside 0",
        "data: {split: {ratio: 1/2}} | three numbers",
        "data: {retention: } | not a duration",
        "metrics: [{id: a}, {id: b}] | exactly one metric is primary",
        "objectives: [{metric: m, target: '~ 3', due: 2027-01-01}] | not a bound",
        "objectives: [{metric: m, target: '>= 3', due: soon}] | not a date",
        "ct: {schedule: {triggers: [shedule]}} | nearest is 'schedule'",
        "ct: {schedule: {budget: lots}} | core-h",
        "ct: {schedule: {cadence: daily}} | not a cron",
        "ct: {workflow: {cache: perhaps}} | not yes or no",
        "feasibility: {budget: 900} | not an amount",
        "deploy: {format: {max_size: huge}} | not a size",
        "deploy: {strategy: {steps: [10% of 30m]}} | not a step",
        "monitoring: {alerts: [{on: x, severity: page}]} | needs a runbook",
        "ci: {workflow: {deferred: {owner: ana}}} | deferred",
        "ci: {workflow: {deferred: {owner: ana, due: later}}} | not a date",
        "model: {arch: {vocab: 123456789012345678901234}} | significant digits",
        "product: 3 | needs a map",
      })
  void refuses_with_line_and_reason(String line, String reason) {
    String head = line.startsWith("product") ? "canvas: espalier/1\n" : HEAD;
    assertThatThrownBy(() -> read(head + line))
        .isInstanceOfSatisfying(
            EspalierException.class,
            refused -> {
              assertThat(refused.code()).isEqualTo(ErrorCode.INVALID);
              assertThat(refused.field()).isPresent();
              assertThat(refused.getMessage()).startsWith("line ");
              assertThat(refused.rule() + refused.getMessage()).containsAnyOf(reason.split("\\|"));
            });
  }

  @Test
  void names_line_key_rule_and_nearest_value() {
    String text = HEAD + "serving:\n  mode:\n    online:\n      p95: 3 months\n";
    assertThatThrownBy(() -> read(text))
        .isInstanceOfSatisfying(
            EspalierException.class,
            refused -> {
              assertThat(refused.field()).contains("serving.mode.online.p95");
              assertThat(refused.rule()).contains("duration");
              assertThat(refused.nearest()).contains("90d");
              assertThat(refused.getMessage()).startsWith("line 6: ");
            });
  }

  @Test
  void bounds_bytes_depth_and_nodes() {
    assertThatThrownBy(() -> Answers.read(new byte[DocumentReader.MAX_BYTES + 1]))
        .hasMessageContaining("at most");
    assertThatThrownBy(() -> read(HEAD + "model: " + "[".repeat(40) + "]".repeat(40)))
        .hasMessageContaining("deeper than 32");
    assertThatThrownBy(() -> read(HEAD + "metrics: [" + "a, ".repeat(10_001) + "a]"))
        .hasMessageContaining("10,000 nodes");
    assertThatThrownBy(() -> read("[".repeat(200_000))).isInstanceOf(EspalierException.class);
    assertThatThrownBy(() -> read("{\"a\":".repeat(20_000))).isInstanceOf(EspalierException.class);
  }

  @Test
  void refuses_what_is_not_one_map_of_text() {
    for (String text :
        new String[] {"", "  ", "- a", "plain", "a: b\n---\nc: d", "\0", "a: [", "{}x"}) {
      assertThatThrownBy(() -> read(text)).as(text).isInstanceOf(EspalierException.class);
    }
    assertThatThrownBy(() -> Answers.read(new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1}))
        .hasMessageContaining("UTF-8");
    assertThatThrownBy(() -> read("canvas: espalier/9")).hasMessageContaining("known format");
    assertThatThrownBy(() -> read("product: {name: p}")).hasMessageContaining("espalier/1");
  }

  @Test
  void scalars_are_typed_by_the_field_and_json_is_accepted() {
    Answers yaml =
        read(
            HEAD
                + "feasibility: {kill_criteria: [{metric: no, target: '< 1.10'}]}\nct: {workflow: {cache: off}}");
    assertThat(yaml.get(Intent.Feasibility.class).killCriteria().getFirst().metric())
        .isEqualTo("no");
    assertThat(yaml.get(Training.Workflow.class).cache()).isFalse();
    Answers json =
        read(
            "{\"canvas\":\"espalier/1\",\"product\":{\"name\":\"p\"},\"serving\":{\"volume\":{\"expected\":\"12/s\",\"growth\":0.05}}}");
    assertThat(json.get(Serving.Volume.class).expected().perSecond()).isEqualTo(12);
  }

  @Test
  void order_comments_and_spelling_do_not_change_the_content() {
    Answers one = read(HEAD + "data: {retention: 1d, schema: s}\nserving: {volume: 30M/month}");
    Answers two =
        read(
            "serving: {volume: {expected: 30000000/month}} # gateway\n"
                + HEAD
                + "data: {schema: s, retention: 24h}");
    assertThat(one.contentDigest()).isEqualTo(two.contentDigest());
    assertThat(one.contentDigest())
        .isNotEqualTo(read(HEAD + "data: {retention: 2d, schema: s}").contentDigest());
  }

  @Test
  void the_word_default_confirms_every_default() {
    assertThat(read(HEAD + "model: default").given("model").set()).hasSize(2);
    assertThat(read(HEAD).given("model").set()).isEmpty();
    assertThat(read(HEAD + "model: {value: linear, why: words}").given("model").why())
        .isEqualTo("words");
  }

  @Test
  void ten_thousand_mutations_parse_or_are_refused() throws Exception {
    List<byte[]> seeds = new ArrayList<>();
    Canvas.valid().forEach(each -> seeds.add(Canvas.text(each).getBytes(StandardCharsets.UTF_8)));
    seeds.add(CanvasesTest.mail().getBytes(StandardCharsets.UTF_8));
    seeds.add(Export.text(Answers.example()).getBytes(StandardCharsets.UTF_8));
    Answers before = Canvas.read(Canvas.complete());
    Random random = new Random(20_021_010);
    int refused = 0;
    long[] nanos = new long[10_000];
    // What this thread computed: a busy machine makes the clock slow, not the reader.
    java.lang.management.ThreadMXBean threads =
        java.lang.management.ManagementFactory.getThreadMXBean();
    for (int i = 0; i < nanos.length; i++) {
      byte[] mutant = mutate(seeds.get(random.nextInt(seeds.size())), random);
      long start = threads.getCurrentThreadCpuTime();
      try {
        Answers answers;
        try {
          answers = Answers.read(mutant);
        } finally {
          nanos[i] = threads.getCurrentThreadCpuTime() - start;
        }
        Rules.findings(answers);
        Compiler.compile(answers, "p", "1.0.0");
        Diff.between(before, answers);
        if (i % 5 == 0) {
          assertThat(Canvas.read(Export.text(answers)).contentDigest())
              .isEqualTo(answers.contentDigest());
        }
      } catch (EspalierException expected) {
        refused++;
      } catch (RuntimeException unexpected) {
        throw new AssertionError(
            "mutation " + i + ":\n" + new String(mutant, StandardCharsets.UTF_8), unexpected);
      }
    }
    // The first ones load and compile the reader.
    java.util.Arrays.fill(nanos, 0, 500, 0);
    java.util.Arrays.sort(nanos);
    System.out.printf(
        "10,000 mutations, %d refused; read in ms: median %.1f, 99 %% %.1f, longest %.1f%n",
        refused, nanos[5_000] / 1e6, nanos[9_900] / 1e6, nanos[9_999] / 1e6);
    assertThat(refused).isBetween(1_000, 9_900);
    assertThat(nanos[9_999]).as("the slowest reading, in ns").isLessThan(50_000_000L);
  }

  private static byte[] mutate(byte[] seed, Random random) {
    byte[] bytes = seed.clone();
    int edits = 1 + random.nextInt(3);
    for (int i = 0; i < edits; i++) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(8)) {
        case 0 -> bytes[at] = (byte) random.nextInt(256);
        case 1 -> bytes[at] = (byte) "{}[]:,\"'#&*!|>-%0 9\n".charAt(random.nextInt(20));
        case 2 -> {
          int length = Math.min(random.nextInt(40), bytes.length - at);
          System.arraycopy(bytes, random.nextInt(bytes.length - length), bytes, at, length);
        }
        case 3 -> bytes = java.util.Arrays.copyOf(bytes, Math.max(40, at));
        default -> bytes = swap(bytes, random);
      }
    }
    return bytes;
  }

  /** Puts another word of the document, or a nasty one, in the place of a word. */
  private static byte[] swap(byte[] bytes, Random random) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    List<java.util.regex.MatchResult> words =
        java.util.regex.Pattern.compile("[\\w.%-]+").matcher(text).results().toList();
    if (words.isEmpty()) {
      return bytes;
    }
    java.util.regex.MatchResult at = words.get(random.nextInt(words.size()));
    List<String> nasty =
        List.of("-1", "1e309", "NaN", "0x1F", "~", "P0D", "999999d", "\u0660", "yes");
    String other =
        random.nextInt(3) == 0
            ? nasty.get(random.nextInt(nasty.size()))
            : words.get(random.nextInt(words.size())).group();
    return (text.substring(0, at.start()) + other + text.substring(at.end()))
        .getBytes(StandardCharsets.UTF_8);
  }
}
