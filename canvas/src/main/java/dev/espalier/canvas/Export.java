package dev.espalier.canvas;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.platform.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Writes answers as {@code canvas.yaml}, with the text of each question as a comment. A default
 * that nobody confirmed is a comment too, marked {@code # default}: to confirm it is to take the
 * first {@code #} away. Reading the text gives the same answers again.
 */
final class Export {
  /** Text that YAML reads as itself, inside lists and maps too. */
  private static final Pattern PLAIN =
      Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_./+-]*( [A-Za-z0-9_./+-]+)*");

  /** What YAML takes for a line end, or for no text at all. */
  private static final Pattern UNPRINTABLE =
      Pattern.compile("[\\p{Cc}\\p{Cs}\\u2028\\u2029\\uFEFF\\uFFFE\\uFFFF]+");

  private final Answers answers;
  private final List<Comment> said;
  private final StringBuilder out = new StringBuilder();

  private Export(Answers answers, List<Comment> said) {
    this.answers = answers;
    this.said = said;
  }

  static String text(Answers answers) {
    return text(answers, List.of());
  }

  /** The answers with what people say about each: comments that nobody has settled. */
  static String text(Answers answers, List<Comment> said) {
    List<Comment> open = said.stream().filter(one -> one.settledBy().isEmpty()).toList();
    Export export = new Export(answers, open);
    export.write();
    return export.out.toString();
  }

  private void write() {
    Board.ATTRIBUTION.forEach(line -> out.append("# ").append(line).append('\n'));
    out.append("canvas: ").append(Answers.FORMAT).append('\n');
    Map<String, List<Question<?>>> groups = new LinkedHashMap<>();
    for (Question<?> question : Question.all()) {
      if (!question.derived()) {
        String head =
            question.key().equals("canvas.template")
                ? "template"
                : question.key().split("\\.", 2)[0];
        groups.computeIfAbsent(head, _ -> new ArrayList<>()).add(question);
      }
    }
    groups.forEach(this::group);
    if (!answers.waivers().isEmpty()) {
      out.append("\nwaivers:\n");
      answers.waivers().forEach(this::waiver);
    }
  }

  private void waiver(Waiver waiver) {
    out.append("  - {question: ").append(scalar(waiver.question()));
    waiver.clause().ifPresent(id -> out.append(", clause: ").append(scalar(id)));
    out.append(", until: ")
        .append(waiver.until())
        .append(", why: ")
        .append(scalar(waiver.why()))
        .append("}\n");
  }

  private void group(String head, List<Question<?>> questions) {
    Question<?> only = questions.getFirst();
    if (questions.size() == 1 && !only.key().startsWith(head + ".")) {
      out.append('\n');
      whole(head, answers.given(only.key()), "");
      return;
    }
    boolean written = questions.stream().anyMatch(each -> stated(answers.given(each.key())));
    Optional<Question<?>> own =
        questions.stream().filter(each -> each.key().equals(head)).findFirst();
    if (own.filter(each -> answers.given(head).confirmsAll()).isPresent()) {
      out.append('\n');
      comment(own.get(), "");
      out.append(head).append(": default\n");
      return;
    }
    out.append('\n').append(written ? "" : "# ").append(head).append(":\n");
    own.ifPresent(each -> {
      comment(each, "  ");
      fields(answers.given(head), "  ");
    });
    questions.stream()
        .filter(each -> !each.key().equals(head))
        .forEach(each -> {
          String name = each.key().substring(head.length() + 1);
          whole(name, answers.given(each.key()), "  ");
        });
  }

  private static boolean stated(Given<?> given) {
    return given.special().isPresent() || !given.set().isEmpty() || !given.why().isEmpty();
  }

  private void comment(Question<?> question, String indent) {
    out.append(indent)
        .append("# ")
        .append(question.id())
        .append(" · ")
        .append(question.text())
        .append('\n');
    for (Comment each : said) {
      if (each.question().equals(question.key())) {
        out.append(indent)
            .append("# %s, %s: ".formatted(line(each.by()), each.at().toString().substring(0, 10)))
            .append(line(each.text()))
            .append('\n');
      }
    }
  }

  /** What somebody wrote, as one line that cannot leave its comment. */
  private static String line(String text) {
    return UNPRINTABLE.matcher(text).replaceAll(" ").strip();
  }

  /** A question under a key of its own. */
  private void whole(String name, Given<?> given, String indent) {
    comment(given.question(), indent);
    if (given.confirmsAll()) {
      out.append(indent).append(name).append(": default\n");
      return;
    }
    Optional<JsonNode> bare = bare(given);
    if (bare.isPresent()) {
      out.append(indent).append(name).append(':');
      value(bare.get(), true, indent);
      return;
    }
    out.append(indent).append(stated(given) ? "" : "# ").append(name).append(":\n");
    fields(given, indent + "  ");
  }

  /** The value that may stand in place of the map: the main field, where nothing else is said. */
  private static Optional<JsonNode> bare(Given<?> given) {
    if (given.special().isPresent() || !given.why().isEmpty() || given.canonical().size() != 1) {
      return Optional.empty();
    }
    return Field.of(given.question()).stream()
        .filter(each -> each.main() && given.set().contains(each.name()))
        .map(each -> given.canonical().path(each.name()))
        .filter(value -> !value.isObject() && !value.asText().equals("default"))
        .findFirst();
  }

  private void fields(Given<?> given, String indent) {
    if (given.special().isPresent()) {
      special(given.special().get(), indent);
    } else {
      given
          .canonical()
          .properties()
          .forEach(field -> {
            boolean set = given.set().contains(field.getKey());
            out.append(indent).append(set ? "" : "# ").append(field.getKey()).append(':');
            value(field.getValue(), set, indent);
          });
    }
    if (!given.why().isEmpty()) {
      out.append(indent).append("why: ").append(scalar(given.why())).append('\n');
    }
  }

  private void special(Given.Special special, String indent) {
    if (special.kind().equals("n/a")) {
      out.append(indent).append("n/a: ").append(scalar(special.reason())).append('\n');
      return;
    }
    int comma = special.reason().lastIndexOf(", due ");
    out.append(indent)
        .append("deferred: {owner: ")
        .append(scalar(special.reason().substring(0, comma)))
        .append(", due: ")
        .append(special.reason().substring(comma + 6))
        .append("}\n");
  }

  private void value(JsonNode value, boolean set, String indent) {
    if (!set) {
      out.append(' ').append(flow(value)).append("  # default\n");
    } else if (value.isArray() && !value.isEmpty() && value.get(0).isObject()) {
      out.append('\n');
      value.forEach(item -> out.append(indent).append("  - ").append(flow(item)).append('\n'));
    } else {
      out.append(' ').append(flow(value)).append('\n');
    }
  }

  private static String flow(JsonNode value) {
    if (value.isArray()) {
      List<String> items = new ArrayList<>();
      value.forEach(item -> items.add(flow(item)));
      return "[" + String.join(", ", items) + "]";
    }
    if (value.isObject()) {
      return "{"
          + String.join(
              ", ",
              value.properties().stream()
                  .map(each -> scalar(each.getKey()) + ": " + flow(each.getValue()))
                  .toList())
          + "}";
    }
    return value.isTextual() ? scalar(value.asText()) : value.asText();
  }

  private static String scalar(String text) {
    return PLAIN.matcher(text).matches() ? text : Json.write(text);
  }
}
