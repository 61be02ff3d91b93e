package dev.espalier.serving;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * The exposition, read by the rules of the Prometheus text format 0.0.4 (prometheus.io, "Exposition
 * formats"): HELP and TYPE before a family's samples and once only, names and labels of the
 * grammar, escaped values, samples of a family in one block, no series twice, cumulative buckets
 * that end at +Inf with the count.
 */
class MetricsTextTest {
  private static final Pattern SAMPLE =
      Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)\\})? (\\S+)");
  private static final Pattern LABEL =
      Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\\\n]|\\\\[\\\\\"n])*)\"(,|$)");

  private final Script script = new Script(2);

  @AfterEach
  void close() {
    script.close();
  }

  private record Sample(String name, Map<String, String> labels, double value) {}

  private record Family(String name, String type, List<Sample> samples) {}

  private static List<Family> parse(String text) {
    assertThat(text).endsWith("\n");
    List<Family> families = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    Set<String> series = new HashSet<>();
    String helped = "";
    for (String line : text.split("\n")) {
      if (line.startsWith("# HELP ")) {
        helped = line.split(" ")[2];
        assertThat(seen.add(helped)).as("%s has one block", helped).isTrue();
      } else if (line.startsWith("# TYPE ")) {
        String[] parts = line.split(" ");
        assertThat(parts[2]).isEqualTo(helped);
        assertThat(parts[3]).isIn("counter", "gauge", "histogram", "summary", "untyped");
        families.add(new Family(parts[2], parts[3], new ArrayList<>()));
      } else {
        Matcher sample = SAMPLE.matcher(line);
        assertThat(sample.matches()).as(line).isTrue();
        Family family = families.getLast();
        assertThat(sample.group(1)).startsWith(family.name);
        assertThat(series.add(sample.group(1) + "{" + sample.group(2))).as(line).isTrue();
        Map<String, String> labels = labels(Optional.ofNullable(sample.group(2)).orElse(""));
        family.samples.add(
            new Sample(sample.group(1), labels, Double.parseDouble(sample.group(3))));
      }
    }
    return families;
  }

  private static Map<String, String> labels(String text) {
    Map<String, String> labels = new HashMap<>();
    Matcher label = LABEL.matcher(text);
    int end = 0;
    while (label.find()) {
      assertThat(label.start()).isEqualTo(end);
      assertThat(labels.put(label.group(1), label.group(2))).isNull();
      end = label.end();
    }
    assertThat(end).as("all of {%s} is labels", text).isEqualTo(text.length());
    return labels;
  }

  private Map<String, Family> families() {
    Map<String, Family> families = new HashMap<>();
    parse(script.serving.metrics()).forEach(family -> families.put(family.name, family));
    return families;
  }

  private static double total(Family family) {
    return family.samples.stream().mapToDouble(Sample::value).sum();
  }

  @Test
  void an_idle_plane_is_a_valid_exposition() {
    assertThat(parse(script.serving.metrics())).hasSizeGreaterThan(4);
  }

  @Test
  void every_answer_fallback_and_rejection_is_counted_once_in_its_family() {
    Rung rung =
        new Rung(
            Set.of(Trigger.ERROR, Trigger.PRE_FAIL),
            Rung.Use.DEFAULT_VALUE,
            Optional.of("ham"),
            Duration.ZERO);
    script.serving.configure(
        Script.config(Duration.ofSeconds(30), Duration.ofSeconds(15), rung), Route.only("1.0.0"));
    for (int i = 0; i < 7; i++) {
      Answer _ = script.serving.predict(Script.PRODUCT, Ask.of("text"));
    }
    script.acts.put("1.0.0", Script.ERROR);
    for (int i = 0; i < 3; i++) {
      Answer _ = script.serving.predict(Script.PRODUCT, Ask.of("text"));
    }
    Answer _ = script.serving.predict(Script.PRODUCT, Ask.of("x".repeat(2000)));
    script.acts.put("1.0.0", Script.NAN);
    org.assertj.core.api.Assertions.catchThrowable(
        () -> script.serving.predict(Script.PRODUCT, Ask.of("text")));
    Map<String, Family> families = families();
    assertThat(total(families.get("espalier_predictions_total"))).isEqualTo(11);
    assertThat(total(families.get("espalier_fallback_total"))).isEqualTo(4);
    assertThat(total(families.get("espalier_rejections_total"))).isEqualTo(1);
    assertThat(families.get("espalier_pre_assertion_failures_total").samples)
        .singleElement()
        .satisfies(one -> assertThat(one.labels).containsEntry("rule", "length"));
    assertThat(script.serving.brokenRules(Script.PRODUCT)).containsEntry("length", 1L);
    histogram(families.get("espalier_prediction_latency_seconds"), 11);
  }

  private static void histogram(Family family, double count) {
    double before = 0;
    double bound = 0;
    double last = -1;
    for (Sample sample : family.samples) {
      if (sample.name.endsWith("_bucket")) {
        String le = sample.labels.get("le");
        double next = le.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(le);
        assertThat(next).isGreaterThan(bound);
        assertThat(sample.value).as("buckets are cumulative").isGreaterThanOrEqualTo(before);
        bound = next;
        before = sample.value;
        last = sample.value;
      }
    }
    assertThat(bound).isInfinite();
    assertThat(last).isEqualTo(count);
    assertThat(family.samples.getLast().name).endsWith("_count");
    assertThat(family.samples.getLast().value).isEqualTo(count);
  }

  @Test
  void hostile_label_values_stay_inside_their_quotes() {
    PrometheusText text = new PrometheusText();
    text.family("f_total", "counter", "Something.");
    text.sample(3, "product", "a\"} 9\nf_total{product=\"b", "path", "c:\\new");
    List<Family> families = parse(text.toString());
    assertThat(families.getFirst().samples).hasSize(1);
    assertThat(families.getFirst().samples.getFirst().labels)
        .containsEntry("path", "c:\\\\new")
        .containsEntry("product", "a\\\"} 9\\nf_total{product=\\\"b");
  }

  @Test
  void asking_about_products_that_do_not_exist_leaves_no_series_behind() {
    for (int i = 0; i < 1000; i++) {
      assertThat(script.serving.latency("ghost" + i).n()).isZero();
      assertThat(script.serving.fallbacks("ghost" + i).answers()).isZero();
      assertThat(script.serving.queued("ghost" + i)).isZero();
    }
    assertThat(script.serving.metrics()).doesNotContain("ghost");
  }
}
