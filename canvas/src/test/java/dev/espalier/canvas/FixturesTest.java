package dev.espalier.canvas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Executable YAML: every valid canvas parses, compiles, satisfies the generated schema and survives
 * its own export; every invalid one gives the one error that its second line states.
 */
class FixturesTest {
  private static final Schema SCHEMA =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
          .getSchema(Json.write(CanvasSchema.write()), InputFormat.JSON);

  static List<Path> valid() {
    return Canvas.valid();
  }

  static List<Path> invalid() {
    return Canvas.invalid();
  }

  @ParameterizedTest
  @MethodSource("valid")
  void a_valid_canvas_parses_compiles_and_satisfies_the_schema(Path file) {
    Answers answers = Canvas.read(Canvas.text(file));
    assertThat(Compiler.compile(answers, "p", "1.0.0")).hasSizeGreaterThan(30);
    assertThat(Rules.findings(answers)).noneMatch(each -> each.level() == Plan.Level.ERROR);
    assertThat(SCHEMA.validate(Json.write(json(Canvas.text(file))), InputFormat.JSON)).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("valid")
  void what_is_exported_reads_as_what_it_was(Path file) {
    Answers answers = Canvas.read(Canvas.text(file));
    String exported = Export.text(answers);
    Answers again = Canvas.read(exported);
    assertThat(again.contentDigest()).isEqualTo(answers.contentDigest());
    for (Given<?> given : answers.all()) {
      Given<?> other = again.given(given.question().key());
      assertThat(other.set()).as(given.question().key()).isEqualTo(given.set());
      assertThat(other.special()).isEqualTo(given.special());
      assertThat(other.why()).isEqualTo(given.why());
    }
    assertThat(Export.text(again)).isEqualTo(exported);
    assertThat(SCHEMA.validate(Json.write(json(exported)), InputFormat.JSON)).isEmpty();
    assertThat(exported).contains("# Which storage?".replace("# ", "# S8 · "), "# default");
  }

  @ParameterizedTest
  @MethodSource("invalid")
  void an_invalid_canvas_gives_one_precise_error(Path file) {
    String text = Canvas.text(file);
    EspalierException refused =
        catchThrowableOfType(EspalierException.class, () -> Canvas.read(text));
    assertThat(refused).as(file.toString()).isNotNull();
    assertThat(refused.code()).isEqualTo(ErrorCode.INVALID);
    String line = refused.getMessage().replaceFirst("^line (\\d+): (?s:.*)$", "$1");
    String found =
        "# expects: line %s | %s | %s | %s"
            .formatted(
                line,
                refused.field().orElse("-"),
                refused.rule().orElse("-"),
                refused.nearest().orElse("-"));
    assertThat(found)
        .as(file.getFileName() + " says: " + refused.getMessage())
        .isEqualTo(text.lines().toList().get(1));
  }

  @ParameterizedTest
  @MethodSource("invalid")
  void an_editor_with_the_schema_sees_what_is_structurally_wrong(Path file) {
    String text = Canvas.text(file);
    if (text.startsWith("# structural: yes")) {
      assertThat(SCHEMA.validate(Json.write(json(text)), InputFormat.JSON)).isNotEmpty();
    }
  }

  @Test
  void the_schema_names_every_field_of_every_question() {
    String schema = Json.write(CanvasSchema.write());
    for (Question<?> question : Question.all()) {
      if (!question.derived()) {
        assertThat(schema).contains("\"title\":" + Json.write(question.text()));
        Field.of(question).forEach(each -> assertThat(schema).contains("\"" + each.name() + "\":"));
      }
    }
  }

  /** The document as an editor's YAML 1.2 reader types it. */
  private static JsonNode json(String text) {
    return json(DocumentReader.read(text.getBytes(StandardCharsets.UTF_8)));
  }

  private static JsonNode json(Node node) {
    JsonNodeFactory factory = JsonNodeFactory.instance;
    return switch (node) {
      case Node.Fields fields -> {
        ObjectNode map = factory.objectNode();
        fields.entries().forEach((key, value) -> map.set(key, json(value)));
        yield map;
      }
      case Node.Items items -> {
        ArrayNode list = factory.arrayNode();
        items.nodes().forEach(each -> list.add(json(each)));
        yield list;
      }
      case Node.Scalar(String scalar, int _) -> {
        if (scalar.equals("true") || scalar.equals("false")) {
          yield factory.booleanNode(scalar.equals("true"));
        }
        yield scalar.matches("-?(0|[1-9]\\d*)(\\.\\d+)?")
            ? factory.numberNode(new java.math.BigDecimal(scalar))
            : scalar.isEmpty() ? factory.nullNode() : factory.textNode(scalar);
      }
    };
  }
}
