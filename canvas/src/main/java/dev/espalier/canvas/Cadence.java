package dev.espalier.canvas;

import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Optional;

/** How often a cron with a time zone comes due. */
final class Cadence {
  private static final int DUE = 10;

  private Cadence() {}

  /** The longest time between two of the next due times of a fixed year. */
  static Optional<Duration> period(String cadence) {
    try {
      int zoneAt = cadence.trim().lastIndexOf(' ');
      ZoneId zone = ZoneId.of(cadence.trim().substring(zoneAt + 1));
      CronParser parser =
          new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX));
      ExecutionTime times =
          ExecutionTime.forCron(parser.parse(cadence.trim().substring(0, zoneAt)));
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
