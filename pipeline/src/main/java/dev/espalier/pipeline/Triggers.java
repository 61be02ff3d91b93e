package dev.espalier.pipeline;

import com.cronutils.model.Cron;
import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import dev.espalier.canvas.Spec;
import dev.espalier.platform.EspalierException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Decides whether a product's schedule asks for a run, and which times it named. Pure: the same
 * history, the same answer. A cadence is five cron fields and a time zone ({@code 0 3 * * 1 UTC});
 * without a zone it means UTC.
 */
public final class Triggers {
  /** How many new rows start a run where the canvas names no number. */
  private static final long NEW_ROWS = 1000;

  private static final int MOST_TIMES = 1000;
  private static final int FIELDS = 5;

  private Triggers() {}

  /**
   * What happened so far, in product time.
   *
   * @param since when the schedule came into force: nothing before it was missed
   * @param lastRun when the last run started, whatever caused it
   * @param newRows rows that arrived since the last run's data
   * @param spentCoreHours computed in the last 30 days
   */
  public record History(
      Instant since, Optional<Instant> lastRun, long newRows, double spentCoreHours) {}

  /** Whether the schedule can ask for anything by itself. */
  public static boolean any(Spec.Schedule schedule) {
    return (schedule.triggers().contains("schedule") && schedule.cron().isPresent())
        || rows(schedule).isPresent();
  }

  /**
   * What the schedule asks for at {@code now}; empty inside {@code min_interval} and when the
   * budget of the last 30 days is spent.
   */
  public static Optional<Cause> due(History history, Instant now, Spec.Schedule schedule) {
    Instant anchor = history.lastRun().orElse(history.since());
    boolean tooSoon =
        history.lastRun().isPresent() && now.isBefore(anchor.plus(schedule.minInterval()));
    if (tooSoon || history.spentCoreHours() >= schedule.budgetCoreHours()) {
      return Optional.empty();
    }
    return scheduled(anchor, now, schedule).or(() -> newData(history, schedule));
  }

  private static Optional<Cause> scheduled(Instant anchor, Instant now, Spec.Schedule schedule) {
    if (!schedule.triggers().contains("schedule") || schedule.cron().isEmpty()) {
      return Optional.empty();
    }
    String cron = schedule.cron().get();
    Optional<Instant> missed = lastDue(cron, now).filter(at -> at.isAfter(anchor));
    if (missed.isEmpty()) {
      return Optional.empty();
    }
    Instant due = missed.get();
    boolean late = now.isAfter(due.plusSeconds(3600));
    if (late && schedule.catchUp().toLowerCase(Locale.ROOT).equals("skip")) {
      return Optional.empty();
    }
    return Optional.of(
        new Cause(
            "schedule",
            late
                ? "The run due at %s was missed; it is made up once".formatted(due)
                : "Due at %s by '%s'".formatted(due, cron),
            Optional.empty()));
  }

  private static Optional<Cause> newData(History history, Spec.Schedule schedule) {
    Optional<Long> wanted = rows(schedule);
    if (wanted.isEmpty() || history.newRows() < wanted.get()) {
      return Optional.empty();
    }
    return Optional.of(
        new Cause(
            "new_data",
            "%d rows arrived since the last run; %d start one"
                .formatted(history.newRows(), wanted.get()),
            Optional.empty()));
  }

  /** The number behind {@code new_data}: {@code new_data 500}, else 1,000. */
  private static Optional<Long> rows(Spec.Schedule schedule) {
    return schedule.triggers().stream()
        .filter(trigger -> trigger.split("[ :]", 2)[0].equals("new_data"))
        .findFirst()
        .map(trigger -> trigger.replaceAll("[^0-9]", ""))
        .map(digits -> digits.isEmpty() ? NEW_ROWS : Math.max(1, Long.parseLong(digits)));
  }

  /** The last time at or before {@code now} that {@code cron} names. */
  static Optional<Instant> lastDue(String cron, Instant now) {
    // lastExecution is strictly before its argument: one second later includes now itself.
    ZonedDateTime until = now.plusSeconds(1).atZone(zone(cron));
    return ExecutionTime.forCron(parse(cron)).lastExecution(until).map(ZonedDateTime::toInstant);
  }

  static Optional<Instant> nextDue(String cron, Instant after) {
    return ExecutionTime.forCron(parse(cron))
        .nextExecution(after.atZone(zone(cron)))
        .map(ZonedDateTime::toInstant);
  }

  /** The times that {@code cron} names in {@code (after, until]}, oldest first, at most 1,000. */
  static List<Instant> times(String cron, Instant after, Instant until) {
    List<Instant> times = new ArrayList<>();
    Optional<Instant> next = nextDue(cron, after);
    while (next.isPresent() && !next.get().isAfter(until) && times.size() < MOST_TIMES) {
      times.add(next.get());
      next = nextDue(cron, next.get());
    }
    return times;
  }

  private static List<String> fields(String cron) {
    return List.of(cron.strip().split("\\s+"));
  }

  private static ZoneId zone(String cron) {
    List<String> fields = fields(cron);
    if (fields.size() <= FIELDS) {
      return ZoneOffset.UTC;
    }
    try {
      return ZoneId.of(fields.get(FIELDS));
    } catch (DateTimeException unknown) {
      throw EspalierException.invalidField(
          "cron",
          "time zone",
          "'%s' names no time zone: %s".formatted(cron, unknown.getMessage()),
          Optional.of("0 3 * * 1 UTC"));
    }
  }

  private static Cron parse(String cron) {
    String plain = String.join(" ", fields(cron).stream().limit(FIELDS).toList());
    try {
      return new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX))
          .parse(plain);
    } catch (IllegalArgumentException failure) {
      throw EspalierException.invalidField(
          "cron",
          "cron",
          "'%s' is no cron expression of five fields: %s".formatted(cron, failure.getMessage()),
          Optional.of("0 3 * * 1"));
    }
  }
}
