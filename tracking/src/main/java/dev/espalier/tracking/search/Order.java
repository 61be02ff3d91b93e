package dev.espalier.tracking.search;

import dev.espalier.platform.EspalierException;
import dev.espalier.tracking.search.Lexer.Kind;
import dev.espalier.tracking.search.Lexer.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One term of an order.
 *
 * @param key the name of the metric, param or tag; the canonical name of an attribute
 */
public record Order(Clause.Entity entity, String key, Direction direction) {
  /** Which way. */
  public enum Direction {
    ASCENDING,
    DESCENDING
  }

  public boolean descending() {
    return direction == Direction.DESCENDING;
  }

  /**
   * Parses {@code identifier [ASC|DESC]} terms.
   *
   * @throws EspalierException INVALID; a field that comes twice is refused
   */
  public static List<Order> parse(List<String> terms, Vocabulary vocabulary) {
    List<Order> orders = new ArrayList<>();
    for (String term : terms) {
      Order order = parse(term, vocabulary);
      if (orders.stream()
          .anyMatch(other -> other.entity() == order.entity() && other.key().equals(order.key()))) {
        throw EspalierException.invalidField(
            "order_by",
            "unique",
            "`order_by` contains duplicate fields: '%s'.".formatted(order.key()),
            Optional.empty());
      }
      orders.add(order);
    }
    return orders;
  }

  private static Order parse(String term, Vocabulary vocabulary) {
    List<Token> tokens = new ArrayList<>(Lexer.tokens(term));
    Direction direction = Direction.ASCENDING;
    if (tokens.size() > 1
        && tokens.getLast().kind() == Kind.KEYWORD
        && (tokens.getLast().is("ASC") || tokens.getLast().is("DESC"))) {
      direction = tokens.removeLast().is("DESC") ? Direction.DESCENDING : Direction.ASCENDING;
    }
    if (tokens.isEmpty()) {
      throw invalid(term);
    }
    Token name = tokens.getFirst();
    if (tokens.size() == 2 && name.text().endsWith(".") && tokens.getLast().glued()) {
      name = new Token(Kind.WORD, name.text() + tokens.getLast().text(), false);
    } else if (tokens.size() == 2 && name.text().equalsIgnoreCase("run")) {
      name = new Token(Kind.BACKTICKED, "run " + tokens.getLast().text(), false);
    } else if (tokens.size() > 1) {
      throw invalid(term);
    }
    Filter.Identifier identifier = Filter.identifier(vocabulary, name);
    return new Order(identifier.entity(), identifier.attribute().name(), direction);
  }

  private static EspalierException invalid(String term) {
    return EspalierException.invalidField(
        "order_by",
        "syntax",
        "Invalid order_by clause '%s'. Could not be parsed.".formatted(term),
        Optional.empty());
  }
}
