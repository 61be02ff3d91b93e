package dev.espalier.data;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Times in mail headers, RFC 5322 and what old programs wrote instead: years of two digits, years
 * counted from 1900 ({@code 102} is 2002), zones by name, offsets that cannot be (read as UTC).
 */
final class MailDate {
  private static final List<String> MONTHS =
      List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec");
  private static final Map<String, Integer> ZONES =
      Map.of(
          "EST", -5, "EDT", -4, "CST", -6, "CDT", -5, "MST", -7, "MDT", -6, "PST", -8, "PDT", -7,
          "BST", 1, "IST", 1);
  private static final Pattern SHAPE =
      Pattern.compile(
          "(\\d{1,2})[ \\-]+([A-Za-z]{3})[a-z]*\\.?[ \\-]+(\\d{2,4})[ ,]+"
              + "(\\d{1,2}):(\\d{2})(?::(\\d{2}))?\\s*(?:([+-]\\d{4})|([A-Z]{3}))?");

  private MailDate() {}

  static Optional<Instant> parse(String header) {
    Matcher found = SHAPE.matcher(header.replaceAll("\\s+", " "));
    if (!found.find()) {
      return Optional.empty();
    }
    int month = MONTHS.indexOf(found.group(2).toLowerCase(Locale.ROOT)) + 1;
    try {
      LocalDateTime local =
          LocalDateTime.of(
              year(Integer.parseInt(found.group(3))),
              month,
              Integer.parseInt(found.group(1)),
              Integer.parseInt(found.group(4)),
              Integer.parseInt(found.group(5)),
              found.group(6) == null ? 0 : Math.min(59, Integer.parseInt(found.group(6))));
      return Optional.of(local.toInstant(zone(found)))
          .filter(at -> local.getYear() >= 1980 && local.getYear() < 2100);
    } catch (DateTimeException impossible) {
      return Optional.empty();
    }
  }

  private static int year(int written) {
    if (written < 70) {
      return 2000 + written;
    }
    return written < 1000 ? 1900 + written : written;
  }

  private static ZoneOffset zone(Matcher found) {
    if (found.group(7) != null) {
      int offset = Integer.parseInt(found.group(7));
      int hours = offset / 100;
      int minutes = offset % 100;
      return Math.abs(hours) <= 14 && Math.abs(minutes) < 60
          ? ZoneOffset.ofHoursMinutes(hours, minutes)
          : ZoneOffset.UTC;
    }
    String name = found.group(8) == null ? "" : found.group(8);
    return ZoneOffset.ofHours(ZONES.getOrDefault(name, 0));
  }
}
