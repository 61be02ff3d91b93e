package dev.espalier.canvas;

import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;

/**
 * What a form, a command line or a document needs to know about a question, derived from its
 * record.
 *
 * @param prompt the words of the source canvas, under that canvas's licence
 * @param mainField the field that a bare value fills
 * @param compilesTo the kinds of resources that an answer becomes
 * @param evidence what has to be seen, for the example answer
 * @param unbuilt values that are refused, because no component of this build can run them
 */
public record QuestionForm(
    String id,
    String key,
    String block,
    String blockTitle,
    String cell,
    Lane lane,
    Kind kind,
    String text,
    String help,
    Optional<String> prompt,
    boolean derived,
    Optional<String> mainField,
    List<String> examples,
    List<String> compilesTo,
    List<Proof> evidence,
    List<Field> fields,
    List<Limit> unbuilt) {
  private static final Properties PROMPTS = prompts();

  /**
   * One clause of the evidence rule.
   *
   * @param missing what has to happen or to be built before evidence can arrive
   * @param lack which of the two
   */
  public record Proof(
      String clause,
      Clause.Kind kind,
      String text,
      Optional<String> missing,
      Optional<Lack> lack,
      int minN) {}

  /**
   * Values of a field that are refused.
   *
   * @param field the path within the answer
   * @param nearest what to write instead
   */
  public record Limit(String field, String values, String reason, String nearest) {
    private static Limit of(Unbuilt each) {
      return new Limit(each.field(), each.values(), each.reason(), each.nearest());
    }
  }

  /** Every question, in the order of the board. */
  public static List<QuestionForm> all() {
    Answers example = Answers.example();
    List<Resource> resources = Compiler.compile(example, "example", "1.0.0");
    return Question.all().stream().map(each -> of(each, example, resources)).toList();
  }

  private static QuestionForm of(Question<?> question, Answers example, List<Resource> resources) {
    List<Field> fields = Field.limited(Field.of(question), "", question.unbuilt());
    return new QuestionForm(
        question.id(),
        question.key(),
        question.block(),
        Board.title(question.block()),
        question.cell(),
        question.lane(),
        question.kind(),
        question.text(),
        question.help(),
        Optional.ofNullable(PROMPTS.getProperty(question.key())),
        question.derived(),
        fields.stream().filter(Field::main).findFirst().map(Field::name),
        question.examples(),
        resources.stream()
            .filter(each -> each.compiledFrom().endsWith("#" + question.key()))
            .map(Resource::kind)
            .distinct()
            .sorted()
            .toList(),
        Board.clauses(example, example.given(question.key())).stream()
            .map(each ->
                new Proof(
                    each.id(),
                    each.kind(),
                    each.text(),
                    each.missing().isEmpty() ? Optional.empty() : Optional.of(each.missing()),
                    each.missing().isEmpty() ? Optional.empty() : Optional.of(each.lack()),
                    each.minN()))
            .toList(),
        fields,
        question.unbuilt().stream().map(Limit::of).toList());
  }

  private static Properties prompts() {
    Properties prompts = new Properties();
    try (InputStreamReader in =
        new InputStreamReader(
            Objects.requireNonNull(QuestionForm.class.getResourceAsStream("prompts.properties")),
            StandardCharsets.UTF_8)) {
      prompts.load(in);
    } catch (IOException unreadable) {
      throw new java.io.UncheckedIOException(unreadable);
    }
    return prompts;
  }
}
