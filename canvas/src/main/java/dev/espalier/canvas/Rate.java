package dev.espalier.canvas;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.math.BigDecimal;
import java.util.Objects;

/** A count per time; a month has 2,629,746 seconds. */
public record Rate(BigDecimal amount, String per) {
  @JsonCreator
  static Rate of(String canonical) {
    return Scalars.rate(canonical);
  }

  @JsonValue
  String canonical() {
    BigDecimal plain = amount.stripTrailingZeros();
    return plain.toPlainString() + "/" + per;
  }

  public double perSecond() {
    return amount.doubleValue() / Objects.requireNonNull(Scalars.SECONDS.get(per));
  }
}
