package dev.espalier.cli;

import dev.espalier.canvas.Check;
import dev.espalier.canvas.Plan;
import dev.espalier.platform.Json;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** A minimal canvas that grows answer by answer, from what the data propose. Not thread-safe. */
final class Draft {
  /** What is asked, in this order. */
  enum Question {
    PRODUCT("What is the product called?"),
    OWNER("Who owns it?"),
    WHOM("Who uses it?"),
    BENEFIT("What do they gain?"),
    TARGET("Which %s must it reach?"),
    DUE("By when?"),
    VOLUME("How many predictions, per what?");

    private final String text;

    Question(String text) {
      this.text = text;
    }

    String key() {
      return name().toLowerCase(Locale.ROOT);
    }

    String asks(Draft draft) {
      return text.formatted(draft.metric());
    }
  }

  private final Profile profile;
  private final String dataset;
  private final Map<String, String> said = new HashMap<>();

  Draft(Profile profile, String dataset) {
    this.profile = profile;
    this.dataset = dataset;
    said.put("product", dataset);
    said.put("owner", user());
    said.put("whom", "its users");
    said.put("benefit", "each text gets its label at once");
    said.put("target", "0.8");
    said.put("due", LocalDate.now(ZoneOffset.UTC).plusMonths(6).toString());
    said.put("volume", "1000/day");
  }

  void say(String key, String answer) {
    said.put(key, answer);
  }

  String said(String key) {
    return Objects.requireNonNull(said.get(key), key);
  }

  String dataset() {
    return dataset;
  }

  /** With two labels the rarer one counts as much as the other. */
  String metric() {
    return profile.labels().size() == 2 ? "balanced_accuracy" : "macro_f1";
  }

  /** What keeps the draft from being a canvas, in words; empty where it is one. */
  List<String> wrong() {
    List<String> wrong = new ArrayList<>();
    if (!said("target").matches("\\d{1,3}(\\.\\d{1,9})? ?%?")) {
      // A bound may also name an iteration of the ladder; a minimal canvas has none.
      wrong.add("'%s' is not a bound. Nearest valid value: 0.8.".formatted(said("target")));
    }
    Check check = check();
    check.problems().forEach(each -> wrong.add(each.detail().replaceFirst("^line \\d+: ", "")));
    check.contradictions().stream()
        .filter(each -> each.level() == Plan.Level.ERROR)
        .forEach(each ->
            wrong.add("Rule %d: %s %s".formatted(each.rule(), each.message(), each.repair())));
    return wrong;
  }

  /** What the canvas says to the draft, without a server. */
  Check check() {
    return Check.of(text().getBytes(StandardCharsets.UTF_8));
  }

  private String quoted(String key) {
    return Json.write(said(key));
  }

  /** The document; whatever was said stands in it as quoted text, never as syntax. */
  String text() {
    // A metric is shown from a tenth of the rows on, a class counts from half of the smallest.
    long minN = Math.max(20, Math.min(200, profile.rows() / 10));
    long perClass = Math.max(1, Math.min(50, profile.smallest() / 2));
    long minRows = Math.max(1, Math.min(1000, profile.rows()));
    String fallback =
        profile
            .commonest()
            .map(label ->
                """
                  fallback:
                    chain:
                      - {on: [timeout, error, post_fail], use: previous_champion}
                      - {on: ["*"], use: default_value, value: %s}
                """
                    .formatted(Json.write(label)))
            .orElse("");
    return """
    canvas: espalier/1
    product: {name: %s, authors: [{user: %s, role: owner}]}
    value: {for: %s, benefit: %s}
    objectives: [{metric: %s, target: %s, due: %s}]
    metrics: [{id: %s, primary: true, min_n: %d}]
    data:
      training: [{dataset: %s}]
    feasibility: {min_rows: %d, min_per_class: %d}
    serving:
      volume: %s
    %s\
    """
        .formatted(
            quoted("product"),
            quoted("owner"),
            quoted("whom"),
            quoted("benefit"),
            metric(),
            Json.write(">= " + said("target")),
            quoted("due"),
            metric(),
            minN,
            Json.write(dataset),
            minRows,
            perClass,
            quoted("volume"),
            fallback);
  }

  private static String user() {
    String name = System.getProperty("user.name", "").toLowerCase(Locale.ROOT);
    String plain = name.replaceAll("[^a-z0-9._-]", "");
    return plain.matches("[a-z0-9][a-z0-9._-]{0,63}") ? plain : "owner";
  }
}
