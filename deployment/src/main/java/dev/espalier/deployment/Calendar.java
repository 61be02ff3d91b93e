package dev.espalier.deployment;

import dev.espalier.canvas.Spec;
import dev.espalier.platform.EspalierException;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * When releases may begin. Windows read {@code Mon-Thu 09:00-16:00 Europe/Berlin} (end excluded,
 * {@code 24:00} is the day's end); freezes read {@code 2026-12-21..2027-01-03} (both days
 * included). Without a zone it is UTC; without windows it is always open. A freeze wins.
 */
record Calendar(List<Window> windows, List<Freeze> freezes) {
  private static final Pattern WINDOW =
      Pattern.compile("(\\w{3})(?:-(\\w{3}))?\\s+(\\d\\d:\\d\\d)-(\\d\\d:\\d\\d)(?:\\s+(\\S+))?");
  private static final Pattern FREEZE =
      Pattern.compile("(\\d{4}-\\d\\d-\\d\\d)\\.\\.(\\d{4}-\\d\\d-\\d\\d)(?:\\s+(\\S+))?");
  private static final int DAY_SECONDS = 24 * 3600;

  record Window(
      String text, DayOfWeek first, DayOfWeek last, int fromSecond, int toSecond, ZoneId zone) {
    boolean holds(Instant at) {
      ZonedDateTime local = at.atZone(zone);
      int days = Math.floorMod(last.getValue() - first.getValue(), 7);
      int day = Math.floorMod(local.getDayOfWeek().getValue() - first.getValue(), 7);
      int second = local.toLocalTime().toSecondOfDay();
      return day <= days && second >= fromSecond && second < toSecond;
    }
  }

  record Freeze(String text, LocalDate first, LocalDate last, ZoneId zone) {
    boolean holds(Instant at) {
      LocalDate day = at.atZone(zone).toLocalDate();
      return !day.isBefore(first) && !day.isAfter(last);
    }
  }

  Calendar {
    windows = List.copyOf(windows);
    freezes = List.copyOf(freezes);
  }

  /**
   * @throws EspalierException INVALID for a window or freeze that cannot be read
   */
  static Calendar of(Spec.ReleasePolicy policy) {
    return new Calendar(
        policy.windows().stream().map(Calendar::window).toList(),
        policy.freezes().stream().map(Calendar::freeze).toList());
  }

  /** Why nothing may begin at {@code at}; empty when it may. */
  Optional<String> closed(Instant at) {
    Optional<Freeze> freeze = freezes.stream().filter(one -> one.holds(at)).findFirst();
    if (freeze.isPresent()) {
      return Optional.of("frozen: " + freeze.get().text);
    }
    return windows.isEmpty() || windows.stream().anyMatch(one -> one.holds(at))
        ? Optional.empty()
        : Optional.of(
            "outside of every window: "
                + String.join(", ", windows.stream().map(Window::text).toList()));
  }

  private static Window window(String text) {
    Matcher parts = WINDOW.matcher(text.strip());
    if (!parts.matches()) {
      throw unreadable("window", text, "Mon-Thu 09:00-16:00 UTC");
    }
    try {
      DayOfWeek first = day(parts.group(1));
      DayOfWeek last = parts.group(2) == null ? first : day(parts.group(2));
      int from = second(parts.group(3));
      int to = second(parts.group(4));
      if (from >= to) {
        throw unreadable("window", text, "Mon-Thu 09:00-16:00 UTC");
      }
      return new Window(text, first, last, from, to, zone(Optional.ofNullable(parts.group(5))));
    } catch (DateTimeException nonsense) {
      throw unreadable("window", text, "Mon-Thu 09:00-16:00 UTC");
    }
  }

  private static Freeze freeze(String text) {
    Matcher parts = FREEZE.matcher(text.strip());
    if (!parts.matches()) {
      throw unreadable("freeze", text, "2026-12-21..2027-01-03");
    }
    try {
      return new Freeze(
          text,
          LocalDate.parse(parts.group(1)),
          LocalDate.parse(parts.group(2)),
          zone(Optional.ofNullable(parts.group(3))));
    } catch (DateTimeException nonsense) {
      throw unreadable("freeze", text, "2026-12-21..2027-01-03");
    }
  }

  private static DayOfWeek day(String text) {
    for (DayOfWeek day : DayOfWeek.values()) {
      if (day.name().substring(0, 3).equalsIgnoreCase(text)) {
        return day;
      }
    }
    throw new DateTimeException("No day " + text);
  }

  private static int second(String text) {
    return text.equals("24:00") ? DAY_SECONDS : LocalTime.parse(text).toSecondOfDay();
  }

  private static ZoneId zone(Optional<String> text) {
    return text.map(ZoneId::of).orElse(ZoneOffset.UTC);
  }

  private static EspalierException unreadable(String what, String text, String example) {
    return EspalierException.invalidField(
        what,
        "calendar",
        "The release %s '%s' cannot be read.".formatted(what, text),
        Optional.of(example));
  }
}
