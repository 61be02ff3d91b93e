package dev.espalier.data;

import dev.espalier.canvas.Spec;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Holds what is declared of a source against itself and against its rows: a licence that somebody
 * could look up, and personal data only where they are declared. Pure functions.
 */
final class SourceLint {
  /** One identifier, or several joined by AND, OR and WITH, as in an SPDX expression. */
  private static final Pattern EXPRESSION =
      Pattern.compile(
          "[A-Za-z0-9][A-Za-z0-9.+-]{0,63}(?: (?:AND|OR|WITH) [A-Za-z0-9][A-Za-z0-9.+-]{0,63}){0,8}");

  private static final Pattern SEPARATORS = Pattern.compile("[ -]");
  private static final Pattern MAIL =
      Pattern.compile("[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\\.[A-Za-z0-9-]{2,63}){1,4}");
  private static final Pattern CARD =
      Pattern.compile("(?<![\\d.])\\d(?:[ -]?\\d){12,18}(?![\\d.])");
  private static final Pattern IBAN =
      Pattern.compile("(?<![A-Z0-9])[A-Z]{2}\\d{2}(?: ?[A-Z0-9]){11,30}(?![A-Z0-9])");

  private SourceLint() {}

  /** What is wrong with what is declared; empty where nothing is. */
  static Optional<String> declared(Spec.Provenance source) {
    String license = source.license().strip();
    if (license.isEmpty()) {
      return source.ownership().equals("owned")
          ? Optional.empty()
          : Optional.of("%s is not our own and names no licence".formatted(source.dataset()));
    }
    if (!EXPRESSION.matcher(license).matches()) {
      return Optional.of(
          "the licence '%s' of %s is no SPDX expression".formatted(license, source.dataset()));
    }
    return license.equalsIgnoreCase("proprietary") && source.ownership().equals("public")
        ? Optional.of("%s is public and its licence is proprietary".formatted(source.dataset()))
        : Optional.empty();
  }

  /** The first kind of personal data in a text: an e-mail address, a card number or an IBAN. */
  static Optional<String> personal(String text) {
    if (MAIL.matcher(text).find()) {
      return Optional.of("an e-mail address");
    }
    if (CARD.matcher(text)
        .results()
        .anyMatch(found -> luhn(SEPARATORS.matcher(found.group()).replaceAll("")))) {
      return Optional.of("a card number");
    }
    if (IBAN.matcher(text)
        .results()
        .anyMatch(found -> iban(SEPARATORS.matcher(found.group()).replaceAll("")))) {
      return Optional.of("an IBAN");
    }
    return Optional.empty();
  }

  /** The check digit of ISO/IEC 7812-1. */
  static boolean luhn(String digits) {
    int sum = 0;
    for (int i = 0; i < digits.length(); i++) {
      int digit = digits.charAt(digits.length() - 1 - i) - '0';
      int weighed = i % 2 == 0 ? digit : digit * 2;
      sum += weighed > 9 ? weighed - 9 : weighed;
    }
    return digits.length() >= 13 && sum % 10 == 0;
  }

  /** The check digits of ISO 13616 (ISO 7064, modulus 97). */
  static boolean iban(String text) {
    if (text.length() < 15 || text.length() > 34) {
      return false;
    }
    int rest = 0;
    for (char c : (text.substring(4) + text.substring(0, 4)).toCharArray()) {
      int value = Character.digit(c, 36);
      rest = (value > 9 ? rest * 100 + value : rest * 10 + value) % 97;
    }
    return rest == 1;
  }
}
