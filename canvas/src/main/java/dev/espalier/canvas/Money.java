package dev.espalier.canvas;

import java.math.BigDecimal;
import java.util.Optional;

/** An amount in a currency, of an optional period or per 1000 predictions. */
public record Money(BigDecimal amount, String currency, Optional<String> per) {
  /** As a document writes it: {@code 900 EUR/month}. */
  String text() {
    return amount.toPlainString() + " " + currency + per.map(time -> "/" + time).orElse("");
  }
}
