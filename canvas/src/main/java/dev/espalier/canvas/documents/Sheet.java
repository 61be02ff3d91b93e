package dev.espalier.canvas.documents;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Conformance;
import dev.espalier.canvas.Conformance.EvidenceRow;
import dev.espalier.canvas.Conformance.QuestionRow;
import dev.espalier.canvas.documents.Document.Section;
import dev.espalier.canvas.documents.Document.Sentence;
import dev.espalier.canvas.documents.Document.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A document while it is written: sections take sentences from answers, evidence and records, and
 * from nowhere else. Not thread-safe.
 */
final class Sheet {
  private final Conformance board;
  private final CanvasVersion canvas;
  private final Optional<DocumentFacts.Model> model;
  private final List<DocumentFacts.Release> releases;
  private final Map<String, QuestionRow> rows;
  private final List<Section> sections = new ArrayList<>();

  Sheet(
      Conformance board,
      CanvasVersion canvas,
      Optional<DocumentFacts.Model> model,
      List<DocumentFacts.Release> releases) {
    this.board = board;
    this.canvas = canvas;
    this.model = model;
    this.releases = List.copyOf(releases);
    this.rows =
        board.questions().stream()
            .collect(Collectors.toMap(QuestionRow::question, Function.identity()));
  }

  Optional<DocumentFacts.Model> model() {
    return model;
  }

  CanvasVersion canvas() {
    return canvas;
  }

  String product() {
    return board.product();
  }

  List<DocumentFacts.Release> releases() {
    return releases;
  }

  Optional<QuestionRow> row(String key) {
    return Optional.ofNullable(rows.get(key));
  }

  /** The canonical answer; empty where nobody has answered. */
  Optional<JsonNode> answer(String key) {
    return row(key).flatMap(QuestionRow::answer);
  }

  /** Adds a section with what {@code content} finds for it. */
  Sheet section(String heading, Consumer<Part> content) {
    Part part = new Part();
    content.accept(part);
    sections.add(new Section(heading, part.sentences));
    return this;
  }

  Document document(DocumentKind kind) {
    return new Document(
        kind,
        board.product(),
        model.map(DocumentFacts.Model::version),
        board.version(),
        board.asOf(),
        sections,
        board.attribution());
  }

  Source answered(String key) {
    return new Source(
        "canvas@%s#%s".formatted(board.version(), key),
        "/api/v1/canvases/%s/versions/%s".formatted(board.product(), board.version()));
  }

  Source evidence(EvidenceRow row) {
    return new Source(
        "evidence:" + row.id().orElse("none"),
        row.source().orElse("/api/v1/canvases/%s/conformance".formatted(board.product())));
  }

  Source recorded(DocumentFacts.Model from, String part) {
    return new Source(
        "model@%s#%s".formatted(from.version(), part),
        "/api/v1/models/%s/versions/%s".formatted(board.product(), from.version()));
  }

  Source recorded(DocumentFacts.Release from) {
    return new Source("release:" + from.id(), "/api/v1/deployments/" + board.product());
  }

  /** The sentences of one section. */
  final class Part {
    private final List<Sentence> sentences = new ArrayList<>();

    Part say(String text, Source source) {
      if (!text.isBlank()) {
        sentences.add(new Sentence(text.strip(), source));
      }
      return this;
    }

    Source answered(String key) {
      return Sheet.this.answered(key);
    }

    /** All answers and evidence together. */
    Source board() {
      return new Source(
          "canvas@" + board.version(),
          "/api/v1/canvases/%s/conformance".formatted(board.product()));
    }

    /** The items of a list inside an answer. */
    List<JsonNode> items(String key, String list) {
      return answer(key).stream().flatMap(answer -> answer.path(list).valueStream()).toList();
    }

    /** One field of an answer as it is written. */
    Optional<String> text(String key, String name) {
      return answer(key)
          .map(answer -> answer.path(name).asText(""))
          .filter(text -> !text.isBlank());
    }

    /** The answers in their own words. */
    Part answers(String... keys) {
      for (String key : keys) {
        row(key).ifPresent(row -> claim(row));
      }
      return this;
    }

    private void claim(QuestionRow row) {
      if (row.answer().isEmpty()) {
        return;
      }
      JsonNode answer = row.answer().get();
      boolean confirmed = row.defaults().total() == 0 || row.defaults().confirmed() > 0;
      if (answer.isEmpty() && answer.isContainerNode()) {
        return;
      }
      say(
          row.text() + " " + row.claim() + (confirmed ? "" : " (a default; nobody confirmed it)"),
          answered(row.question()));
    }

    /** The fields of an answer, each item of a list by itself. */
    Part fields(String key, String... names) {
      for (String name : names) {
        answer(key).map(answer -> answer.path(name)).ifPresent(value -> field(key, name, value));
      }
      return this;
    }

    private void field(String key, String name, JsonNode value) {
      String label = name.replace('_', ' ');
      if (value.isArray()) {
        value.forEach(item -> say(capital(label) + ": " + words(item), answered(key)));
      } else if (!value.isMissingNode() && !value.isNull() && !words(value).isBlank()) {
        say(capital(label) + ": " + words(value), answered(key));
      }
    }

    /** Stored evidence of the clauses whose ids begin so; all clauses without one. */
    Part evidence(String key, String... clauses) {
      row(key)
          .ifPresent(row -> {
            for (EvidenceRow each : row.evidence()) {
              boolean wanted = clauses.length == 0;
              for (String clause : clauses) {
                wanted |= each.clause().startsWith(clause);
              }
              if (wanted && each.id().isPresent()) {
                say(seen(each), Sheet.this.evidence(each));
              }
            }
          });
      return this;
    }

    /** What is waived today on the whole board: until when, by whom and why. */
    Part waivers() {
      for (QuestionRow row : board.questions()) {
        row.evidence().stream()
            .flatMap(each -> each.waiver().stream())
            .distinct()
            .forEach(waived ->
                say(
                    "%s is waived until %s by %s: %s"
                        .formatted(row.question(), waived.until(), waived.by(), waived.why()),
                    answered(row.question())));
      }
      return this;
    }

    /** What the version's record says, if there is a version. */
    Part model(String part, Function<DocumentFacts.Model, List<String>> words) {
      model.ifPresent(
          from -> words.apply(from).forEach(sentence -> say(sentence, recorded(from, part))));
      return this;
    }
  }

  /** Evidence in a sentence, with its state, n and day. */
  static String seen(EvidenceRow row) {
    StringBuilder text = new StringBuilder(capital(row.text())).append(": ");
    row.detail()
        .ifPresent(detail -> text.append(detail.endsWith(".") ? detail : detail + ".").append(' '));
    text.append("It is ").append(row.state().words());
    row.target()
        .ifPresent(target ->
            text.append(" against ").append(row.op().orElse("")).append(' ').append(target));
    row.n().ifPresent(n -> text.append(", n ").append(n));
    row.observedAt().ifPresent(at -> text.append(", seen ").append(at.toString(), 0, 10));
    return text.append('.').toString();
  }

  /** A value in words: names and values of an object, items of a list. */
  static String words(JsonNode value) {
    if (value.isObject()) {
      return value.properties().stream()
          .filter(entry -> !entry.getValue().isNull() && !words(entry.getValue()).isBlank())
          .map(entry -> entry.getKey().replace('_', ' ') + " " + words(entry.getValue()))
          .collect(Collectors.joining(", "));
    }
    if (value.isArray()) {
      return value.valueStream().map(Sheet::words).collect(Collectors.joining("; "));
    }
    return value.asText();
  }

  static String capital(String text) {
    return text.isEmpty()
        ? text
        : text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
  }
}
