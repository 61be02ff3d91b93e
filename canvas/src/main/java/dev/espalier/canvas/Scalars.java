package dev.espalier.canvas;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.text.Normalizer;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.LocalDate;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The spellings of typed scalars. Each method reads one accepted spelling, the canonical one
 * included, and throws {@link Refused} with the nearest valid value otherwise.
 */
final class Scalars {
  private static final int MAX_TEXT = 4000;
  private static final int MAX_NUMBER = 40;
  private static final int MAX_DIGITS = 17;
  private static final int MAX_SCALE = 30;
  private static final Pattern DAYS =
      Pattern.compile(
          "(?:(\\d{1,6})d)?(?:(\\d{1,7})h)?(?:(\\d{1,8})m)?(?:(\\d{1,9})s)?(?:(\\d{1,9})ms)?");
  private static final Pattern SIZE = Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*([kKMGT]i?)?[bB]?");
  private static final Pattern RATE =
      Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*([kMG])?\\s*/\\s*(s|min|hour|h|day|d|week|month)");
  private static final Pattern MONEY =
      Pattern.compile(
          "(\\d+(?:\\.\\d+)?)\\s*([A-Z]{3})(?:\\s*(?:/|per)\\s*(month|week|day|hour|1000))?");
  static final Map<String, Double> SECONDS =
      Map.of(
          "s",
          1.0,
          "min",
          60.0,
          "hour",
          3600.0,
          "h",
          3600.0,
          "day",
          86_400.0,
          "d",
          86_400.0,
          "week",
          604_800.0,
          "month",
          2_629_746.0);

  private Scalars() {}

  /** A scalar that its type does not accept. */
  static final class Refused extends RuntimeException {
    private final String nearest;

    Refused(String message, String nearest) {
      super(message, null, false, false);
      this.nearest = nearest;
    }

    String nearest() {
      return nearest;
    }
  }

  static String text(String value) {
    if (value.isBlank()) {
      throw new Refused("needs a text, not nothing", "some text");
    }
    if (value.length() > MAX_TEXT) {
      throw new Refused("has more than %,d characters".formatted(MAX_TEXT), "a shorter text");
    }
    if (value.chars().anyMatch(c -> Character.isISOControl(c) && c != '\n' && c != '\t')) {
      throw new Refused("contains control characters", "plain text");
    }
    return Normalizer.normalize(value.strip(), Normalizer.Form.NFC);
  }

  static boolean bool(String value) {
    return switch (value.toLowerCase(Locale.ROOT)) {
      case "true", "yes", "on" -> true;
      case "false", "no", "off" -> false;
      default ->
          throw new Refused("'%s' is not yes or no".formatted(DocumentReader.brief(value)), "yes");
    };
  }

  static BigDecimal decimal(String value) {
    try {
      // BigDecimal reads the digits of every script; a document has those of ASCII only.
      if (value.length() > MAX_NUMBER || value.chars().anyMatch(c -> c > 0x7f)) {
        throw new NumberFormatException();
      }
      BigDecimal number = new BigDecimal(value.strip().replace("_", ""));
      if (number.signum() != 0
          && (number.stripTrailingZeros().precision() > MAX_DIGITS
              || Math.abs((long) number.scale()) > MAX_SCALE)) {
        throw new Refused(
            "has more than %d significant digits".formatted(MAX_DIGITS), shorter(number));
      }
      return number;
    } catch (NumberFormatException notANumber) {
      throw new Refused(
          "'%s' is not a number".formatted(DocumentReader.brief(value)), digits(value));
    }
  }

  private static String shorter(BigDecimal number) {
    return Math.abs((long) number.scale()) > MAX_SCALE
        ? "1"
        : number.round(new MathContext(MAX_DIGITS)).toPlainString();
  }

  private static String digits(String value) {
    String kept = value.replaceAll("[^0-9.]", "").replaceFirst("^0+(?=\\d)", "");
    return kept.matches("\\d{1,15}(\\.\\d{1,15})?") ? kept : "1";
  }

  /** A whole number; {@code 200k} is two hundred thousand. */
  static long integer(String value) {
    String plain = value.strip();
    long factor = 1;
    if (plain.endsWith("k")) {
      factor = 1000;
    } else if (plain.endsWith("M")) {
      factor = 1_000_000;
    }
    BigDecimal number = decimal(factor == 1 ? plain : plain.substring(0, plain.length() - 1));
    BigDecimal whole = number.multiply(BigDecimal.valueOf(factor));
    try {
      return whole.longValueExact();
    } catch (ArithmeticException fractional) {
      BigInteger near = whole.setScale(0, RoundingMode.HALF_UP).toBigInteger();
      throw new Refused(
          "'%s' is not a whole number".formatted(DocumentReader.brief(value)),
          near.bitLength() < 63 ? near.toString() : "1");
    }
  }

  static Duration duration(String value) {
    String text = value.strip();
    try {
      if (text.startsWith("P") && text.length() <= MAX_NUMBER) {
        return positive(Duration.parse(text), value);
      }
      Matcher parts = DAYS.matcher(text);
      if (!text.isEmpty() && parts.matches()) {
        return positive(
            Duration.ofDays(number(parts.group(1)))
                .plusHours(number(parts.group(2)))
                .plusMinutes(number(parts.group(3)))
                .plusSeconds(number(parts.group(4)))
                .plusMillis(number(parts.group(5))),
            value);
      }
    } catch (DateTimeException | ArithmeticException unreadable) {
      // The one message below says what is accepted.
    }
    throw new Refused(
        "'%s' is not a duration such as 30d, 15m, 1h30m or PT15M (months and years have no fixed length)"
            .formatted(DocumentReader.brief(value)),
        nearestDuration(text));
  }

  private static Duration positive(Duration duration, String value) {
    if (duration.isNegative() || duration.compareTo(Duration.ofDays(36_500)) > 0) {
      throw new Refused(
          "'%s' is outside 0 to 36500d".formatted(DocumentReader.brief(value)),
          duration.isNegative() ? "0s" : "36500d");
    }
    return duration;
  }

  private static long number(@org.jspecify.annotations.Nullable String digits) {
    return digits == null ? 0 : Long.parseLong(digits);
  }

  private static String nearestDuration(String text) {
    Matcher number = Pattern.compile("(\\d{1,4})\\s*([a-zA-Z]*).*").matcher(text);
    if (!number.matches()) {
      return "1d";
    }
    int n = Integer.parseInt(number.group(1));
    return switch (number.group(2).toLowerCase(Locale.ROOT)) {
      case "mo", "month", "months" -> Math.min(36_500, n * 30) + "d";
      case "y", "year", "years" -> Math.min(36_500, n * 365) + "d";
      case "w", "week", "weeks" -> Math.min(36_500, n * 7) + "d";
      case "h", "hour", "hours" -> n + "h";
      case "min", "minute", "minutes" -> n + "m";
      case "s", "sec", "second", "seconds" -> n + "s";
      default -> n + "d";
    };
  }

  /** The canonical form: days as {@code P30D}, the rest as ISO-8601. */
  static String write(Duration duration) {
    boolean days = !duration.isZero() && duration.equals(Duration.ofDays(duration.toDays()));
    return days ? "P" + duration.toDays() + "D" : duration.toString();
  }

  static long bytes(String value) {
    Matcher parts = SIZE.matcher(value.strip());
    if (value.length() > MAX_NUMBER || !parts.matches()) {
      throw new Refused(
          "'%s' is not a size such as 200MB or 200MiB".formatted(DocumentReader.brief(value)),
          digits(value) + "MB");
    }
    long unit =
        switch (parts.group(2) == null ? "" : parts.group(2)) {
          case "k", "K" -> 1000L;
          case "M" -> 1_000_000L;
          case "G" -> 1_000_000_000L;
          case "T" -> 1_000_000_000_000L;
          case "ki", "Ki" -> 1L << 10;
          case "Mi" -> 1L << 20;
          case "Gi" -> 1L << 30;
          case "Ti" -> 1L << 40;
          default -> 1L;
        };
    try {
      return decimal(parts.group(1)).multiply(BigDecimal.valueOf(unit)).longValueExact();
    } catch (ArithmeticException fractional) {
      throw new Refused("'%s' is not a whole number of bytes".formatted(value), "200MB");
    }
  }

  /** A share of at most {@code max}, with an optional period: {@code 5%}, {@code 2% per hour}. */
  static Share share(String value) {
    Matcher parts =
        Pattern.compile(
                "(-?[0-9.eE+-]+)\\s*(%?)(?:\\s*(?:/|per)\\s*(hour|day|week|month|\\d{1,4}d))?")
            .matcher(value.strip());
    if (value.length() > MAX_NUMBER || !parts.matches()) {
      throw new Refused(
          "'%s' is not a share such as 5%% or 0.05".formatted(DocumentReader.brief(value)),
          digits(value) + "%");
    }
    BigDecimal number = decimal(parts.group(1));
    BigDecimal share = parts.group(2).isEmpty() ? number : number.movePointLeft(2);
    return new Share(share, java.util.Optional.ofNullable(parts.group(3)));
  }

  static Rate rate(String value) {
    Matcher parts = RATE.matcher(value.strip());
    if (value.length() > MAX_NUMBER || !parts.matches()) {
      throw new Refused(
          "'%s' is not a rate such as 30M/month or 12/s".formatted(DocumentReader.brief(value)),
          digits(value) + "/day");
    }
    String suffix = parts.group(2) == null ? "" : parts.group(2);
    int zeros =
        switch (suffix) {
          case "k" -> 3;
          case "M" -> 6;
          case "G" -> 9;
          default -> 0;
        };
    return new Rate(decimal(parts.group(1)).movePointRight(zeros), period(parts.group(3)));
  }

  private static String period(String unit) {
    return switch (unit) {
      case "h" -> "hour";
      case "d" -> "day";
      default -> unit;
    };
  }

  static Money money(String value) {
    Matcher parts = MONEY.matcher(value.strip());
    if (value.length() > MAX_NUMBER || !parts.matches()) {
      throw new Refused(
          "'%s' is not an amount such as 900 EUR/month or 0.02 EUR per 1000"
              .formatted(DocumentReader.brief(value)),
          digits(value) + " EUR/month");
    }
    return new Money(
        decimal(parts.group(1)), parts.group(2), java.util.Optional.ofNullable(parts.group(3)));
  }

  static LocalDate date(String value) {
    try {
      return LocalDate.parse(value.strip());
    } catch (DateTimeException notADate) {
      throw new Refused(
          "'%s' is not a date such as 2027-03-31".formatted(DocumentReader.brief(value)),
          "2027-03-31");
    }
  }
}
