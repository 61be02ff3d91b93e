package dev.espalier.serving;

import dev.espalier.model.Engine;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.ToIntFunction;

/** What a text must be before a version is asked. Stateless. */
final class PreAssertions {
  private PreAssertions() {}

  /** A rule that a text broke, with the nearest text that would not. */
  record Broken(String rule, String problem, String nearest) {}

  /**
   * The first rule that the text breaks, the cheapest first; empty when it keeps all of them.
   *
   * @param engine asks the version that would answer, for its own count of tokens; empty when it is
   *     not there, and then nothing is said
   */
  static Optional<Broken> broken(
      EndpointConfig config,
      String text,
      java.util.function.Function<ToIntFunction<Engine>, Optional<Integer>> engine) {
    Intake intake = config.intake();
    if (intake.wellFormed() && !wellFormed(text)) {
      return Optional.of(
          new Broken(
              "schema",
              "The text holds NUL or half of a surrogate pair: it is no Unicode text.",
              "text without NUL and unpaired surrogates"));
    }
    if (text.length() > config.maxCharacters()) {
      return Optional.of(length(text.length(), config.maxCharacters(), "characters"));
    }
    if (intake.maxBytes() < Integer.MAX_VALUE) {
      int bytes = text.getBytes(StandardCharsets.UTF_8).length;
      if (bytes > intake.maxBytes()) {
        return Optional.of(length(bytes, intake.maxBytes(), "bytes"));
      }
    }
    if (intake.maxTokens() < Integer.MAX_VALUE) {
      return engine
          .apply(each -> each.tokens(text))
          .filter(tokens -> tokens > intake.maxTokens())
          .map(tokens -> length(tokens, intake.maxTokens(), "tokens"));
    }
    return Optional.empty();
  }

  private static Broken length(int found, int most, String unit) {
    return new Broken(
        "length",
        "The text has %d %s; this endpoint accepts %d.".formatted(found, unit, most),
        most + " " + unit + " at most");
  }

  private static boolean wellFormed(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == 0 || Character.isLowSurrogate(c)) {
        return false;
      }
      if (Character.isHighSurrogate(c)) {
        i++;
        if (i == text.length() || !Character.isLowSurrogate(text.charAt(i))) {
          return false;
        }
      }
    }
    return true;
  }
}
