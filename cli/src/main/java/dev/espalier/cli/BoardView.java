package dev.espalier.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The board as text: headline, counts, and a line per question with state, value, n and age. */
public final class BoardView {
  private static final List<String> LANES = List.of("DESIGN", "DEVELOP", "MAINTAIN");
  private static final int CLAIM = 52;
  private static final int VALUE = 22;

  private BoardView() {}

  /**
   * @param conformance the answer of {@code GET /canvases/{product}/conformance}
   */
  public static List<String> lines(JsonNode conformance) {
    List<String> lines = new ArrayList<>();
    lines.add(conformance.path("headline").asText());
    String why = conformance.path("why").asText();
    if (!why.isBlank()) {
      lines.add(why);
    }
    long waits = conformance.path("lacks").path("HAPPENING").asLong();
    long unbuilt = conformance.path("lacks").path("MACHINERY").asLong();
    if (waits + unbuilt > 0) {
      lines.add(
          "%d without evidence: %d wait for something to happen, %d for a part that is not built."
              .formatted(waits + unbuilt, waits, unbuilt));
    }
    Instant asOf = Instant.parse(conformance.path("asOf").asText("1970-01-01T00:00:00Z"));
    for (String lane : LANES) {
      List<String> shown = new ArrayList<>();
      for (JsonNode question : conformance.path("questions")) {
        if (lane.equalsIgnoreCase(question.path("lane").asText())) {
          shown.add(line(question, asOf));
        }
      }
      if (!shown.isEmpty()) {
        lines.add("");
        lines.add(title(lane));
        lines.addAll(shown);
      }
    }
    if (conformance.path("questions").isEmpty()) {
      lines.add("");
      lines.add("No question is shown: leave out --state, --lacks or --lane to see them all.");
    }
    lines.add("");
    conformance.path("attribution").forEach(text -> lines.add(text.asText()));
    return lines;
  }

  private static String title(String lane) {
    return lane.charAt(0) + lane.substring(1).toLowerCase(Locale.ROOT);
  }

  private static String line(JsonNode question, Instant asOf) {
    String state = question.path("state").asText();
    JsonNode evidence = decisive(question, state);
    String shown = value(evidence);
    String rest = facts(evidence, asOf);
    String reason = question.path("reason").asText();
    return "  %s %-13s %-5s %s %s %s"
        .formatted(
            glyph(state),
            words(state),
            question.path("id").asText(),
            pad(question.path("claim").asText(), CLAIM),
            pad(shown, VALUE),
            state.equals("CONFORMS") || reason.isBlank() ? rest : reason)
        .stripTrailing();
  }

  /** The clause that decides the question: the first one in the question's own state. */
  private static JsonNode decisive(JsonNode question, String state) {
    JsonNode fallback = question.path("evidence").path(0);
    for (JsonNode evidence : question.path("evidence")) {
      if (evidence.path("state").asText().equals(state) && evidence.has("value")) {
        return evidence;
      }
    }
    for (JsonNode evidence : question.path("evidence")) {
      if (evidence.path("state").asText().equals(state) && evidence.has("observedAt")) {
        return evidence;
      }
    }
    return fallback;
  }

  private static String value(JsonNode evidence) {
    if (!evidence.has("value")) {
      return "–";
    }
    double value = evidence.get("value").asDouble();
    String unit = evidence.path("unit").asText("");
    String text = number(value, unit);
    if (evidence.has("ci")) {
      text +=
          " [%s, %s]"
              .formatted(
                  number(evidence.path("ci").path("low").asDouble(), unit),
                  number(evidence.path("ci").path("high").asDouble(), unit));
    }
    return unit.isBlank() || unit.equals("share") ? text : text + " " + unit;
  }

  private static String number(double value, String unit) {
    if (unit.equals("share")) {
      return "%.1f %%".formatted(value * 100);
    }
    if (value == Math.rint(value) && Math.abs(value) < 1e12) {
      return Long.toString((long) value);
    }
    return Math.abs(value) >= 100 ? "%.0f".formatted(value) : "%.3f".formatted(value);
  }

  private static String facts(JsonNode evidence, Instant asOf) {
    if (!evidence.has("observedAt")) {
      return "";
    }
    Instant observed = Instant.parse(evidence.get("observedAt").asText());
    return "n %,d · %s"
        .formatted(evidence.path("n").asLong(), age(Duration.between(observed, asOf)));
  }

  static String age(Duration age) {
    if (age.toDays() > 0) {
      return age.toDays() + " d ago";
    }
    if (age.toHours() > 0) {
      return age.toHours() + " h ago";
    }
    return age.toMinutes() > 0 ? age.toMinutes() + " min ago" : "now";
  }

  private static String pad(String text, int width) {
    String cut = text.length() > width ? text.substring(0, width - 1) + "…" : text;
    return cut + " ".repeat(width - cut.codePointCount(0, cut.length()));
  }

  private static String words(String state) {
    return state.replace('_', ' ').toLowerCase(Locale.ROOT);
  }

  private static String glyph(String state) {
    return switch (state) {
      case "CONFORMS" -> "●";
      case "AT_RISK" -> "▲";
      case "VIOLATED" -> "◆";
      case "NO_EVIDENCE" -> "◌";
      case "STALE" -> "◷";
      case "UNCONFIRMED" -> "◉";
      case "WAIVED" -> "‖";
      case "UNANSWERED" -> "–";
      default -> "·";
    };
  }
}
