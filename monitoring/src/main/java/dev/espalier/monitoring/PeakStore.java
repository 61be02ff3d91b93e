package dev.espalier.monitoring;

import dev.espalier.platform.Database;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The busiest time of a product within 30 days. The window is the shortest of minute, hour and UTC
 * day of which the expected peak holds {@value #ENOUGH} requests: in a shorter one, chance alone
 * makes peaks.
 *
 * <p>Hours and days come from the counts by hour. Minutes are counted in the log itself, within the
 * busiest hour that is over, and once for each such hour. Thread-safe.
 */
final class PeakStore {
  static final int ENOUGH = 30;

  private static final Duration LOOK_BACK = Duration.ofDays(30);
  private static final long HOUR = 3600;
  private static final long DAY = 24 * HOUR;
  private static final int DAY_LETTERS = 10;
  private static final int HOUR_LETTERS = 13;

  private final Database database;

  /** The busiest minute of the newest hour that was counted, by product. */
  private final Map<String, Counted> counted = new ConcurrentHashMap<>();

  private record Counted(String hour, Busiest minute) {}

  /**
   * @param window minute, hour or day
   * @param from its beginning, as far as it is exact: {@code 2002-08-01T07:15}
   */
  record Busiest(String window, String from, long requests, long seconds) {
    double perSecond() {
      return (double) requests / seconds;
    }
  }

  PeakStore(Database database) {
    this.database = database;
  }

  /** The busiest window for this expected peak, in requests a second; empty without requests. */
  Optional<Busiest> busiest(String product, double expectedPeak, Instant now) {
    if (expectedPeak * 60 >= ENOUGH) {
      Optional<Busiest> minute = minute(product, now);
      if (minute.isPresent()) {
        return minute;
      }
    }
    return expectedPeak * HOUR >= ENOUGH
        ? hours(product, HOUR_LETTERS, now, HourStore.hour(now.plusSeconds(HOUR)))
            .map(hour -> new Busiest("hour", hour.from(), hour.requests(), HOUR))
        : hours(product, DAY_LETTERS, now, HourStore.hour(now.plusSeconds(HOUR)))
            .map(day -> new Busiest("day", day.from(), day.requests(), DAY));
  }

  private Optional<Busiest> minute(String product, Instant now) {
    Optional<Busiest> hour = hours(product, HOUR_LETTERS, now, HourStore.hour(now));
    if (hour.isEmpty()) {
      return Optional.empty();
    }
    Counted known = counted.get(product);
    if (known != null && known.hour().equals(hour.get().from())) {
      return Optional.of(known.minute());
    }
    Optional<Busiest> minute = minuteOf(product, hour.get().from());
    minute.ifPresent(found -> counted.put(product, new Counted(hour.get().from(), found)));
    return minute;
  }

  /** The counts of so many letters of the hour's name, those that begin before {@code end}. */
  private Optional<Busiest> hours(String product, int letters, Instant now, String end) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT substr(hour, 1, :letters) AS start, sum(served) AS n FROM log_hour
                WHERE product = :product AND hour >= :since AND hour < :end
                GROUP BY 1 ORDER BY 2 DESC, 1 DESC LIMIT 1
                """)
            .bind("letters", letters)
            .bind("product", product)
            .bind("since", HourStore.hour(now.minus(LOOK_BACK)))
            .bind("end", end)
            .map((row, _) -> new Busiest("", row.getString("start"), row.getLong("n"), HOUR))
            .findOne());
  }

  private Optional<Busiest> minuteOf(String product, String hour) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT substr(at, 1, 16) AS start, count(*) AS n FROM prediction
                WHERE product = :product AND at >= :from AND at < :end
                GROUP BY 1 ORDER BY 2 DESC, 1 DESC LIMIT 1
                """)
            .bind("product", product)
            .bind("from", hour)
            .bind("end", HourStore.hour(HourStore.start(hour).plusSeconds(HOUR)))
            .map((row, _) -> new Busiest("minute", row.getString("start"), row.getLong("n"), 60))
            .findOne());
  }
}
