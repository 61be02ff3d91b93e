package dev.espalier.canvas;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What the platform knows about a question whether or not it is answered: where it stands on the
 * board, what its answer compiles to, what must be seen for it to conform.
 *
 * <p>It stands beside the record of its answer, as that record's {@code QUESTION}. Nothing else has
 * to be written for a question: reader, schema, form, board, documents and tests find it there.
 *
 * @param kind what its fields do, except for those that say otherwise
 * @param help one sentence for the person who answers
 * @param derived the platform gives the answer itself; a document never writes it
 * @param view it is answered by another answer where it says nothing itself
 * @param examples answers as a document would write them, the first one complete
 * @param claim the answer in words, with its bound
 * @param unbuilt the values that can be written and that this build cannot run
 */
record Question<A extends Answer>(
    String id,
    String key,
    Lane lane,
    Kind kind,
    String text,
    Class<A> type,
    String help,
    boolean derived,
    boolean view,
    List<String> examples,
    BiFunction<A, Answers, String> claim,
    BiConsumer<A, Compiler> compile,
    Consumer<Compiler> unanswered,
    BiFunction<A, Answers, List<Clause>> evidence,
    List<Unbuilt> unbuilt) {

  static <A extends Answer> Question<A> of(
      String id, String key, Lane lane, Kind kind, Class<A> type, String text) {
    return new Question<>(
        id,
        key,
        lane,
        kind,
        text,
        type,
        "",
        false,
        false,
        List.of(),
        (_, _) -> text,
        (_, _) -> {},
        _ -> {},
        (_, _) -> List.of(),
        List.of());
  }

  Question<A> help(String sentence) {
    return with(sentence, derived, view, examples, claim, compile, unanswered, evidence, unbuilt);
  }

  Question<A> byThePlatform() {
    return with(help, true, view, examples, claim, compile, unanswered, evidence, unbuilt);
  }

  /** Says that another answer stands in where this one says nothing. */
  Question<A> readsAnother() {
    return with(help, derived, true, examples, claim, compile, unanswered, evidence, unbuilt);
  }

  /** One more valid answer, as YAML. */
  Question<A> example(String yaml) {
    List<String> more = new ArrayList<>(examples);
    more.add(yaml.strip());
    return with(
        help, derived, view, List.copyOf(more), claim, compile, unanswered, evidence, unbuilt);
  }

  Question<A> claim(Function<A, String> words) {
    return claim((answer, _) -> words.apply(answer));
  }

  /** The answer in words that also quote another answer. */
  Question<A> claim(BiFunction<A, Answers, String> words) {
    return with(help, derived, view, examples, words, compile, unanswered, evidence, unbuilt);
  }

  /** What the answer becomes. */
  Question<A> compile(BiConsumer<A, Compiler> compiler) {
    return with(help, derived, view, examples, claim, compiler, unanswered, evidence, unbuilt);
  }

  /** What the stages work with while nobody has answered. */
  Question<A> whenUnanswered(Consumer<Compiler> fallback) {
    return with(help, derived, view, examples, claim, compile, fallback, evidence, unbuilt);
  }

  Question<A> evidence(BiFunction<A, Answers, List<Clause>> rule) {
    return with(help, derived, view, examples, claim, compile, unanswered, rule, unbuilt);
  }

  /** Says which values this build has no machinery for, why, and what works instead. */
  Question<A> refuses(Unbuilt limit) {
    List<Unbuilt> more = new ArrayList<>(unbuilt);
    more.add(limit);
    return with(
        help, derived, view, examples, claim, compile, unanswered, evidence, List.copyOf(more));
  }

  private Question<A> with(
      String sentence,
      boolean platform,
      boolean reads,
      List<String> valid,
      BiFunction<A, Answers, String> words,
      BiConsumer<A, Compiler> compiler,
      Consumer<Compiler> fallback,
      BiFunction<A, Answers, List<Clause>> rule,
      List<Unbuilt> limits) {
    return new Question<>(
        id, key, lane, kind, text, type, sentence, platform, reads, valid, words, compiler,
        fallback, rule, limits);
  }

  /** Its group on the board. */
  String block() {
    return switch (id.charAt(0)) {
      case 'A' -> "page";
      case 'B' -> key;
      case 'C' -> "integration";
      case 'R' -> "registry";
      case 'D' -> "deployment";
      case 'P' -> "serving";
      case 'M' -> "monitoring";
      default -> key.startsWith("dilemma.") ? "dilemmas" : key.substring(0, key.indexOf('.'));
    };
  }

  /** Its cell of the poster: the block, or the question itself where it is a cell. */
  String cell() {
    return id.charAt(0) == 'B' ? key : block();
  }

  /** Every question, in the order of the board. */
  static List<Question<?>> all() {
    return Questions.ALL;
  }

  static Optional<Question<?>> byKey(String key) {
    return Optional.ofNullable(Questions.BY_KEY.get(key));
  }
}
