package dev.espalier.tracking.search;

import dev.espalier.platform.EspalierException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Cuts a filter or an order into tokens. */
final class Lexer {
  /** Longest accepted text, in characters. */
  static final int MAX_LENGTH = 20_000;

  private static final Set<String> KEYWORDS =
      Set.of("AND", "OR", "NOT", "LIKE", "ILIKE", "RLIKE", "IN", "IS", "NULL", "ASC", "DESC");
  private final String source;
  private int at;

  private Lexer(String source) {
    this.source = source;
  }

  /** What a token is. */
  enum Kind {
    WORD,
    KEYWORD,
    /** In single quotes. */
    TEXT,
    /** In double quotes: a text, or a name. */
    DOUBLE_QUOTED,
    /** In backticks: a name. */
    BACKTICKED,
    NUMBER,
    SYMBOL
  }

  /**
   * One token.
   *
   * @param text without its quotes; keywords in upper case
   * @param glued whether it follows the token before without a space
   */
  record Token(Kind kind, String text, boolean glued) {
    boolean is(String keywordOrSymbol) {
      return (kind == Kind.KEYWORD || kind == Kind.SYMBOL) && text.equals(keywordOrSymbol);
    }
  }

  static List<Token> tokens(String source) {
    if (source.length() > MAX_LENGTH) {
      throw EspalierException.invalid("A filter has at most %d characters.".formatted(MAX_LENGTH));
    }
    Lexer lexer = new Lexer(source);
    List<Token> tokens = new ArrayList<>();
    int end = -1;
    while (lexer.skipSpace()) {
      boolean glued = lexer.at == end;
      tokens.add(lexer.next(glued));
      end = lexer.at;
    }
    return tokens;
  }

  private boolean skipSpace() {
    while (at < source.length() && Character.isWhitespace(source.charAt(at))) {
      at++;
    }
    return at < source.length();
  }

  private Token next(boolean glued) {
    char c = source.charAt(at);
    if (c == '\'') {
      return new Token(Kind.TEXT, quoted(c), glued);
    }
    if (c == '"') {
      return new Token(Kind.DOUBLE_QUOTED, quoted(c), glued);
    }
    if (c == '`') {
      return new Token(Kind.BACKTICKED, quoted(c), glued);
    }
    if (isDigit(c) || ((c == '-' || c == '+' || c == '.') && followedByDigit())) {
      return number(glued);
    }
    if (Character.isLetter(c) || c == '_') {
      return word(glued);
    }
    for (String symbol : List.of("!=", "<=", ">=", "<>", "=", "<", ">", "(", ")", ",", ";")) {
      if (source.startsWith(symbol, at)) {
        at += symbol.length();
        return new Token(Kind.SYMBOL, symbol.equals("<>") ? "!=" : symbol, glued);
      }
    }
    throw invalid(source.substring(at, Math.min(source.length(), at + 20)));
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private boolean followedByDigit() {
    int i = at + 1;
    if (i < source.length() && source.charAt(i) == '.') {
      i++;
    }
    return i < source.length() && isDigit(source.charAt(i));
  }

  private String quoted(char quote) {
    StringBuilder text = new StringBuilder();
    for (int i = at + 1; i < source.length(); i++) {
      char c = source.charAt(i);
      if (c == quote) {
        if (i + 1 < source.length() && source.charAt(i + 1) == quote) {
          i++;
        } else {
          at = i + 1;
          return text.toString();
        }
      }
      text.append(c);
    }
    throw EspalierException.invalidField(
        "filter",
        "quote",
        "Invalid filter: the quote %c opened at character %d is never closed."
            .formatted(quote, at + 1),
        Optional.empty());
  }

  private Token number(boolean glued) {
    int start = at;
    at++;
    while (at < source.length()
        && (Character.isLetterOrDigit(source.charAt(at))
            || source.charAt(at) == '.'
            || ((source.charAt(at) == '-' || source.charAt(at) == '+')
                && (source.charAt(at - 1) == 'e' || source.charAt(at - 1) == 'E')))) {
      at++;
    }
    return new Token(Kind.NUMBER, source.substring(start, at), glued);
  }

  private Token word(boolean glued) {
    int start = at;
    while (at < source.length()
        && (Character.isLetterOrDigit(source.charAt(at))
            || "_./-:".indexOf(source.charAt(at)) >= 0)) {
      at++;
    }
    String text = source.substring(start, at);
    String upper = text.toUpperCase(Locale.ROOT);
    return KEYWORDS.contains(upper)
        ? new Token(Kind.KEYWORD, upper, glued)
        : new Token(Kind.WORD, text, glued);
  }

  static EspalierException invalid(String clause) {
    return EspalierException.invalidField(
        "filter",
        "syntax",
        "Invalid clause(s) in filter string: '%s'".formatted(clause),
        Optional.empty());
  }
}
