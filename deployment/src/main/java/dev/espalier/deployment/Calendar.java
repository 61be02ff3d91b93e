package dev.espalier.deployment;

import dev.espalier.canvas.Spec;
import dev.espalier.platform.EspalierException;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * When releases may begin. Windows read {@code Mon-Thu 09:00-16:00 Europe/Berlin} (end excluded,
 * {@code 24:00} is the day's end); freezes read {@code 2026-12-21..2027-01-03} (both days
 * included). A window whose end is before its start runs over midnight and belongs to the day on
 * which it opens. Without a zone it is UTC; without windows it is always open. A freeze wins.
 */
record Calendar(List<Window> windows, List<Freeze> freezes) {
  private static final Pattern WINDOW =
      Pattern.compile("(\\w{3})(?:-(\\w{3}))?\\s+(\\d\\d:\\d\\d)-(\\d\\d:\\d\\d)(?:\\s+(\\S+))?");
  private static final Pattern FREEZE =
      Pattern.compile("(\\d{4}-\\d\\d-\\d\\d)\\.\\.(\\d{4}-\\d\\d-\\d\\d)(?:\\s+(\\S+))?");
  private static final int DAY_SECONDS = 24 * 3600;
  private static final int HORIZON_DAYS = 366;

  record Window(
      String text, DayOfWeek first, DayOfWeek last, int fromSecond, int toSecond, ZoneId zone) {
    boolean holds(Instant at) {
      ZonedDateTime local = at.atZone(zone);
      int second = local.toLocalTime().toSecondOfDay();
      if (fromSecond < toSecond) {
        return on(local.getDayOfWeek()) && second >= fromSecond && second < toSecond;
      }
      // Over midnight: the day is the one on which the window opened.
      return (on(local.getDayOfWeek()) && second >= fromSecond)
          || (on(local.getDayOfWeek().minus(1)) && second < toSecond);
    }

    private boolean on(DayOfWeek day) {
      int days = Math.floorMod(last.getValue() - first.getValue(), 7);
      return Math.floorMod(day.getValue() - first.getValue(), 7) <= days;
    }

    /** When it opens on a day; what a clock change skips opens with the first second after it. */
    Instant opens(LocalDate day) {
      LocalDateTime local = day.atStartOfDay().plusSeconds(fromSecond);
      ZoneOffsetTransition change = zone.getRules().getTransition(local);
      return change != null && change.isGap()
          ? change.getInstant()
          : local.atZone(zone).toInstant();
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

  /** When something may next begin: {@code at} itself, or within a year; empty when never. */
  Optional<Instant> opens(Instant at) {
    if (closed(at).isEmpty()) {
      return Optional.of(at);
    }
    List<Instant> candidates = new ArrayList<>();
    for (Freeze freeze : freezes) {
      candidates.add(freeze.last.plusDays(1).atStartOfDay(freeze.zone).toInstant());
    }
    for (Window window : windows) {
      LocalDate today = at.atZone(window.zone).toLocalDate();
      for (int day = 0; day <= HORIZON_DAYS; day++) {
        candidates.add(window.opens(today.plusDays(day)));
      }
    }
    return candidates.stream()
        .filter(one -> one.isAfter(at))
        .sorted()
        .filter(one -> closed(one).isEmpty())
        .findFirst();
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
      if (from == to || from == DAY_SECONDS) {
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
      LocalDate first = LocalDate.parse(parts.group(1));
      LocalDate last = LocalDate.parse(parts.group(2));
      if (last.isBefore(first)) {
        throw unreadable("freeze", text, last + ".." + first);
      }
      return new Freeze(text, first, last, zone(Optional.ofNullable(parts.group(3))));
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
