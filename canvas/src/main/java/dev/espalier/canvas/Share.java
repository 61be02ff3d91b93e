package dev.espalier.canvas;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.math.BigDecimal;
import java.util.Optional;

/** A share, 0–1, of an optional period: {@code 0.05}, {@code 0.02/hour}. */
public record Share(BigDecimal value, Optional<String> per) {
  @JsonCreator
  static Share of(Object canonical) {
    return Scalars.share(String.valueOf(canonical));
  }

  /** A number where there is no period, text otherwise. */
  @JsonValue
  Object canonical() {
    BigDecimal plain = value.stripTrailingZeros();
    return per.<Object>map(period -> plain.toPlainString() + "/" + period).orElse(plain);
  }

  public double share() {
    return value.doubleValue();
  }
}
