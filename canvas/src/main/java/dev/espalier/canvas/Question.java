package dev.espalier.canvas;

import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What the platform knows about a question whether or not it is answered: where it stands on the
 * board, what its answer compiles to, what must be seen for it to conform.
 */
record Question<A extends Answer>(
    String id,
    String key,
    Lane lane,
    String text,
    Class<A> type,
    Function<A, String> claim,
    BiConsumer<A, Compiler> compile,
    Consumer<Compiler> unanswered,
    BiFunction<A, Answers, List<Clause>> evidence) {

  static <A extends Answer> Question<A> of(
      String id, String key, Lane lane, Class<A> type, String text) {
    return new Question<>(
        id, key, lane, text, type, _ -> text, (_, _) -> {}, _ -> {}, (_, _) -> List.of());
  }

  Question<A> claim(Function<A, String> words) {
    return new Question<>(id, key, lane, text, type, words, compile, unanswered, evidence);
  }

  /** What the answer becomes. */
  Question<A> compile(BiConsumer<A, Compiler> compiler) {
    return new Question<>(id, key, lane, text, type, claim, compiler, unanswered, evidence);
  }

  /** What the stages work with while nobody has answered. */
  Question<A> whenUnanswered(Consumer<Compiler> fallback) {
    return new Question<>(id, key, lane, text, type, claim, compile, fallback, evidence);
  }

  Question<A> evidence(BiFunction<A, Answers, List<Clause>> rule) {
    return new Question<>(id, key, lane, text, type, claim, compile, unanswered, rule);
  }

  String block() {
    return switch (id.charAt(0)) {
      case 'A' -> "page";
      case 'B' -> key;
      case 'C' -> "integration";
      case 'R' -> "registry";
      case 'D' -> "deployment";
      case 'M' -> "monitoring";
      default -> "serving";
    };
  }

  /** Every question, in the order of the board. */
  static List<Question<?>> all() {
    return Questions.ALL;
  }

  static Optional<Question<?>> byKey(String key) {
    return Questions.ALL.stream()
        .<Question<?>>map(q -> q)
        .filter(q -> q.key().equals(key))
        .findFirst();
  }
}
