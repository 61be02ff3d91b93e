package dev.espalier.canvas;

import java.math.BigDecimal;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A bound on a measured value: {@code macro_f1 >= champion - 0.5pp}, {@code p95 <= 40ms}, {@code
 * DIR in [0.8, 1.25]}. Shares are 0–1, milliseconds {@code ms}, sizes {@code bytes}.
 *
 * @param metric absent where the surrounding map names it
 * @param versus {@code absolute}, {@code champion}, {@code baseline} or the id of an iteration
 * @param value the bound, or the signed margin to {@code versus}
 * @param high the upper end, for {@code in}
 */
public record Target(
    Optional<String> metric,
    String op,
    @F(min = -Double.MAX_VALUE) BigDecimal value,
    @F(min = -Double.MAX_VALUE) Optional<BigDecimal> high,
    String unit,
    String versus) {
  private static final Pattern SHAPE =
      Pattern.compile("([A-Za-z_][\\w.()| =-]*?)?\\s*(<=|>=|<|>|\\bin\\b)\\s*(.+)");
  private static final Pattern RELATIVE = Pattern.compile("([a-z][\\w]*)(?:\\s*([+-])\\s*(.+))?");
  private static final Pattern RANGE = Pattern.compile("\\[\\s*([^,]+),\\s*([^\\]]+)\\]");

  private record Amount(BigDecimal value, String unit) {}

  static Target parse(String text) {
    Matcher parts = SHAPE.matcher(text.strip());
    if (text.length() > 200 || !parts.matches()) {
      throw refused(text);
    }
    Optional<String> metric = Optional.ofNullable(parts.group(1)).filter(name -> !name.isBlank());
    String op = parts.group(2);
    String right = parts.group(3).strip();
    if (op.equals("in")) {
      Matcher range = RANGE.matcher(right);
      if (!range.matches()) {
        throw refused(text);
      }
      Amount low = number(range.group(1));
      return new Target(
          metric,
          op,
          low.value(),
          Optional.of(number(range.group(2)).value()),
          low.unit(),
          "absolute");
    }
    Matcher relative = RELATIVE.matcher(right);
    if (relative.matches()) {
      Amount margin =
          relative.group(3) == null
              ? new Amount(BigDecimal.ZERO, "share")
              : number(relative.group(3));
      BigDecimal signed = "-".equals(relative.group(2)) ? margin.value().negate() : margin.value();
      return new Target(metric, op, signed, Optional.empty(), margin.unit(), relative.group(1));
    }
    Amount bound = number(right);
    return new Target(metric, op, bound.value(), Optional.empty(), bound.unit(), "absolute");
  }

  /** {@code metric >= champion}. */
  static Target noWorseThanChampion(String metric) {
    return new Target(
        Optional.of(metric), ">=", BigDecimal.ZERO, Optional.empty(), "share", "champion");
  }

  private static Amount number(String text) {
    String plain = text.strip();
    if (plain.endsWith("pp")) {
      return new Amount(Scalars.decimal(cut(plain, 2)).movePointLeft(2), "share");
    }
    if (plain.endsWith("%")) {
      return new Amount(Scalars.decimal(cut(plain, 1)).movePointLeft(2), "share");
    }
    if (plain.matches("[0-9.]+(ms|s|m|h|d)")) {
      return new Amount(BigDecimal.valueOf(Scalars.duration(plain).toMillis()), "ms");
    }
    if (plain.matches("[0-9.]+[kKMGT]i?B")) {
      return new Amount(BigDecimal.valueOf(Scalars.bytes(plain)), "bytes");
    }
    return new Amount(Scalars.decimal(plain), "share");
  }

  private static String cut(String text, int end) {
    return text.substring(0, text.length() - end).strip();
  }

  private static Scalars.Refused refused(String text) {
    return new Scalars.Refused(
        "'%s' is not a bound such as macro_f1 >= champion - 0.5pp or p95 <= 40ms"
            .formatted(DocumentReader.brief(text)),
        ">= 0.9");
  }

  /** The same bound, however it was spelled: metric, operator, number, unit, what it is against. */
  String canonical() {
    return "%s %s %s%s%s%s"
        .formatted(
            metric.orElse(""),
            op,
            versus.equals("absolute") ? "" : versus + " ",
            value.stripTrailingZeros().toPlainString(),
            high.map(top -> ".." + top.stripTrailingZeros().toPlainString()).orElse(""),
            unit.equals("share") ? "" : " " + unit)
        .strip();
  }

  Spec.Op comparison() {
    return switch (op) {
      case "<=" -> Spec.Op.AT_MOST;
      case "<" -> Spec.Op.BELOW;
      case ">" -> Spec.Op.ABOVE;
      default -> Spec.Op.AT_LEAST;
    };
  }

  Bound bound() {
    return high.isPresent()
        ? Bound.between(value.doubleValue(), high.get().doubleValue(), unit)
        : Bound.of(comparison(), value.doubleValue(), unit);
  }

  /** The bound in words: {@code ≤ 10 %}, {@code ≤ 40 ms}. */
  String words() {
    String sign = op.replace("<=", "≤").replace(">=", "≥");
    String right =
        high.map(top -> "[%s, %s]".formatted(value.toPlainString(), top.toPlainString()))
            .orElseGet(this::amount);
    return sign + " " + (versus.equals("absolute") ? right : versus + " " + right);
  }

  private String amount() {
    return switch (unit) {
      case "share" ->
          Bound.number(value.movePointRight(2).doubleValue())
              + (versus.equals("absolute") ? " %" : " pp");
      case "bytes" -> Bound.number(value.doubleValue() / 1e6) + " MB";
      default -> Bound.number(value.doubleValue()) + " " + unit;
    };
  }
}
