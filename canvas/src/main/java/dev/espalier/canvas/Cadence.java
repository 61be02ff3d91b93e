package dev.espalier.canvas;

import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** How often a cron with a time zone comes due. */
final class Cadence {
  private static final int DUE = 10;

  /** Made once: making one takes longer than a keystroke may. It keeps nothing of what it reads. */
  private static final CronParser UNIX =
      new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX));

  private Cadence() {}

  /**
   * Refuses what no schedule can read.
   *
   * @throws Scalars.Refused naming the nearest time zone, or a cron that works
   */
  static void check(String cadence) {
    String[] parts = cadence.trim().split("\\s+");
    if (parts.length != 6) {
      throw new Scalars.Refused(
          "cadence '%s' is not a cron and a time zone such as 0 3 * * 1 UTC".formatted(cadence),
          "0 3 * * 1 UTC");
    }
    String cron = String.join(" ", Arrays.copyOf(parts, 5));
    try {
      UNIX.parse(cron);
    } catch (IllegalArgumentException unreadable) {
      throw new Scalars.Refused(
          "cadence '%s' is not a cron such as 0 3 * * 1".formatted(cron), "0 3 * * 1 " + parts[5]);
    }
    try {
      ZoneId.of(parts[5]);
    } catch (DateTimeException unknown) {
      List<String> zones = ZoneId.getAvailableZoneIds().stream().sorted().toList();
      throw new Scalars.Refused(
          "cadence names no time zone: '%s'".formatted(parts[5]),
          cron + " " + Nearest.of(parts[5], zones));
    }
  }

  /** The longest time between two of the next due times of a fixed year. */
  static Optional<Duration> period(String cadence) {
    try {
      int zoneAt = cadence.trim().lastIndexOf(' ');
      ZoneId zone = ZoneId.of(cadence.trim().substring(zoneAt + 1));
      ExecutionTime times = ExecutionTime.forCron(UNIX.parse(cadence.trim().substring(0, zoneAt)));
      ZonedDateTime at = ZonedDateTime.of(2026, 1, 1, 0, 0, 0, 0, zone);
      Duration longest = Duration.ZERO;
      for (int i = 0; i < DUE; i++) {
        Optional<ZonedDateTime> next = times.nextExecution(at);
        if (next.isEmpty()) {
          break;
        }
        Duration gap = Duration.between(at, next.get());
        longest = i > 0 && gap.compareTo(longest) > 0 ? gap : longest;
        at = next.get();
      }
      return longest.isZero() ? Optional.empty() : Optional.of(longest);
    } catch (IllegalArgumentException | DateTimeException unreadable) {
      return Optional.empty();
    }
  }
}
