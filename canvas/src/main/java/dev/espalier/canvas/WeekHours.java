package dev.espalier.canvas;

import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The minutes of a week in UTC that windows such as {@code Mon-Thu 09:00-16:00 Europe/Berlin}
 * cover. Zones with daylight saving are taken as in the first week of a fixed January: a rule about
 * a week must not change its mind twice a year.
 */
final class WeekHours {
  private static final Pattern WINDOW =
      Pattern.compile("(\\w{3})(?:-(\\w{3}))?\\s+(\\d\\d:\\d\\d)-(\\d\\d:\\d\\d)(?:\\s+(\\S+))?");
  private static final LocalDate MONDAY = LocalDate.of(2026, 1, 5);
  private static final int DAY = 24 * 60;

  private WeekHours() {}

  /** The union of the windows; empty when one of them cannot be read. */
  static Optional<BitSet> of(List<String> windows) {
    BitSet minutes = new BitSet();
    for (String window : windows) {
      Optional<BitSet> one = of(window);
      if (one.isEmpty()) {
        return Optional.empty();
      }
      minutes.or(one.get());
    }
    return Optional.of(minutes);
  }

  private static Optional<BitSet> of(String window) {
    Matcher parts = WINDOW.matcher(window.strip());
    if (!parts.matches()) {
      return Optional.empty();
    }
    try {
      int first = day(parts.group(1)).getValue();
      int last = parts.group(2) == null ? first : day(parts.group(2)).getValue();
      int from = minute(parts.group(3));
      int to = minute(parts.group(4));
      ZoneId zone = parts.group(5) == null ? ZoneOffset.UTC : ZoneId.of(parts.group(5));
      int offset = zone.getRules().getOffset(MONDAY.atStartOfDay()).getTotalSeconds() / 60;
      BitSet minutes = new BitSet();
      for (int i = 0; i <= Math.floorMod(last - first, 7); i++) {
        int start = ((first - 1 + i) % 7) * DAY;
        for (int minute = start + from; minute < start + to; minute++) {
          minutes.set(Math.floorMod(minute - offset, 7 * DAY));
        }
      }
      return Optional.of(minutes);
    } catch (DateTimeException | IllegalArgumentException unreadable) {
      return Optional.empty();
    }
  }

  private static int minute(String time) {
    return time.equals("24:00") ? DAY : LocalTime.parse(time).toSecondOfDay() / 60;
  }

  private static DayOfWeek day(String name) {
    for (DayOfWeek day : DayOfWeek.values()) {
      if (day.name().substring(0, 3).equals(name.toUpperCase(Locale.ROOT))) {
        return day;
      }
    }
    throw new IllegalArgumentException("no day: " + name);
  }
}
