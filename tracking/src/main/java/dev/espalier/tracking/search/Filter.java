package dev.espalier.tracking.search;

import dev.espalier.platform.Dialect;
import dev.espalier.platform.EspalierException;
import dev.espalier.tracking.search.Lexer.Kind;
import dev.espalier.tracking.search.Lexer.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A filter: conditions joined by AND. The grammar is MLflow's: {@code clause (AND clause)*}, a
 * clause being {@code identifier operator literal}; OR, NOT and parentheses around clauses are
 * refused.
 */
public final class Filter {
  private static final int MAX_CLAUSES = 100;
  private static final int MAX_PATTERN = 1_000;
  private final Vocabulary vocabulary;
  private final List<Token> tokens;
  private int at;

  private Filter(Vocabulary vocabulary, List<Token> tokens) {
    this.vocabulary = vocabulary;
    this.tokens = tokens;
  }

  /**
   * The clauses of a filter; none for an empty one.
   *
   * @throws EspalierException INVALID, naming what is wrong and what would be right
   */
  public static List<Clause> parse(String filter, Vocabulary vocabulary) {
    List<Token> tokens = Lexer.tokens(filter);
    if (tokens.isEmpty()) {
      return List.of();
    }
    Filter parser = new Filter(vocabulary, tokens);
    List<Clause> clauses = new ArrayList<>();
    clauses.add(parser.clause());
    while (parser.at < tokens.size()) {
      Token joint = tokens.get(parser.at++);
      if (!joint.is("AND") || parser.at == tokens.size()) {
        throw joint.is(";")
            ? EspalierException.invalid(
                "Search filter contained multiple expression. Provide AND-ed expression list.")
            : Lexer.invalid(joint.text());
      }
      clauses.add(parser.clause());
    }
    if (clauses.size() > MAX_CLAUSES) {
      throw EspalierException.invalid("A filter has at most %d clauses.".formatted(MAX_CLAUSES));
    }
    return clauses;
  }

  /** What an identifier names. */
  record Identifier(Clause.Entity entity, Vocabulary.Attribute attribute) {}

  private Clause clause() {
    int start = at;
    Identifier identifier = identifier(vocabulary, take());
    Token sign = take();
    Operator operator = operator(sign);
    if (!identifier.attribute().operators().contains(operator)) {
      throw EspalierException.invalidField(
          "filter",
          "operator",
          "Invalid comparator '%s' not one of %s."
              .formatted(operator.text(), texts(identifier.attribute())),
          Optional.empty());
    }
    Clause.Value value =
        switch (operator) {
          case IN, NOT_IN -> list();
          case IS_NULL, IS_NOT_NULL -> new Clause.Value.None();
          default ->
              identifier.attribute().numeric() ? number(take(), start) : text(take(), identifier);
        };
    if (operator == Operator.RLIKE && value instanceof Clause.Value.Text(String text)) {
      pattern(text);
    }
    return new Clause(identifier.entity(), identifier.attribute().name(), operator, value);
  }

  private static List<String> texts(Vocabulary.Attribute attribute) {
    return attribute.operators().stream().sorted().map(Operator::text).toList();
  }

  private Token take() {
    if (at == tokens.size()) {
      throw Lexer.invalid(tokens.getLast().text());
    }
    Token token = tokens.get(at++);
    // tags.`a b` and tags."a b" are two tokens for the lexer and one name for people.
    if (token.kind() == Kind.WORD && token.text().endsWith(".") && at < tokens.size()) {
      Token quoted = tokens.get(at);
      if (quoted.glued()
          && (quoted.kind() == Kind.BACKTICKED || quoted.kind() == Kind.DOUBLE_QUOTED)) {
        at++;
        return new Token(Kind.WORD, token.text() + quoted.text(), token.glued());
      }
    }
    return token;
  }

  static Identifier identifier(Vocabulary vocabulary, Token token) {
    if (token.kind() != Kind.WORD
        && token.kind() != Kind.BACKTICKED
        && token.kind() != Kind.DOUBLE_QUOTED) {
      throw Lexer.invalid(token.text());
    }
    int dot = token.text().indexOf('.');
    if (dot < 0) {
      return new Identifier(
          Clause.Entity.ATTRIBUTE, vocabulary.resolve(Clause.Entity.ATTRIBUTE, token.text()));
    }
    Clause.Entity entity = vocabulary.entity(token.text().substring(0, dot));
    String key = unquoted(token.text().substring(dot + 1));
    if (key.isEmpty()) {
      throw Lexer.invalid(token.text());
    }
    return new Identifier(entity, vocabulary.resolve(entity, key));
  }

  static String unquoted(String key) {
    boolean quoted =
        key.length() > 1
            && key.charAt(0) == key.charAt(key.length() - 1)
            && (key.charAt(0) == '`' || key.charAt(0) == '"');
    return quoted ? key.substring(1, key.length() - 1) : key;
  }

  private Operator operator(Token sign) {
    if (sign.is("NOT") && at < tokens.size() && tokens.get(at).is("IN")) {
      at++;
      return Operator.NOT_IN;
    }
    if (sign.is("IS")) {
      boolean negated = at < tokens.size() && tokens.get(at).is("NOT");
      at += negated ? 1 : 0;
      if (at < tokens.size() && tokens.get(at).is("NULL")) {
        at++;
        return negated ? Operator.IS_NOT_NULL : Operator.IS_NULL;
      }
    }
    for (Operator operator : Operator.values()) {
      if (sign.is(operator.text())) {
        return operator;
      }
    }
    throw Lexer.invalid(sign.text());
  }

  private Clause.Value number(Token token, int start) {
    if (token.kind() != Kind.NUMBER) {
      throw EspalierException.invalidField(
          "filter",
          "number",
          "Expected numeric value type for '%s'. Found %s"
              .formatted(tokens.get(start).text(), token.text()),
          Optional.of("0"));
    }
    try {
      return new Clause.Value.Quantity(Double.parseDouble(token.text()));
    } catch (NumberFormatException notANumber) {
      throw Lexer.invalid(token.text());
    }
  }

  private static Clause.Value text(Token token, Identifier identifier) {
    if (token.kind() != Kind.TEXT && token.kind() != Kind.DOUBLE_QUOTED) {
      throw EspalierException.invalidField(
          "filter",
          "text",
          "Expected a quoted string value for %s (e.g. 'my-value'). Got value %s"
              .formatted(identifier.entity().name().toLowerCase(Locale.ROOT), token.text()),
          Optional.of("'" + token.text() + "'"));
    }
    return new Clause.Value.Text(token.text());
  }

  /** A pattern that takes no time for ever, and that the database will understand. */
  private static void pattern(String text) {
    if (text.length() > MAX_PATTERN) {
      throw EspalierException.invalidField(
          "filter",
          "pattern",
          "A pattern of RLIKE has at most %d characters.".formatted(MAX_PATTERN),
          Optional.empty());
    }
    Dialect.requirePattern(text);
  }

  private Clause.Value list() {
    if (!take().is("(")) {
      throw badList();
    }
    List<String> texts = new ArrayList<>();
    while (true) {
      Token element = take();
      if (element.kind() != Kind.TEXT && element.kind() != Kind.DOUBLE_QUOTED) {
        throw badList();
      }
      texts.add(element.text());
      Token joint = take();
      if (joint.is(")")) {
        return new Clause.Value.Texts(texts);
      }
      if (!joint.is(",")) {
        throw badList();
      }
      if (at < tokens.size() && tokens.get(at).is(")")) {
        at++;
        return new Clause.Value.Texts(texts);
      }
    }
  }

  private static EspalierException badList() {
    return EspalierException.invalidField(
        "filter",
        "list",
        "While parsing a list in the query, expected a non-empty list of string values, such as"
            + " ('a', 'b').",
        Optional.of("('a', 'b')"));
  }
}
