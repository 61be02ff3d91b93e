package dev.espalier.pipeline;

import com.cronutils.model.Cron;
import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import dev.espalier.canvas.Spec;
import dev.espalier.platform.EspalierException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Locale;
import java.util.Optional;

/** Decides whether a product's schedule asks for a run. Pure: the same history, the same answer. */
public final class Triggers {
  private Triggers() {}

  /**
   * What happened so far, in product time.
   *
   * @param since when the schedule came into force: nothing before it was missed
   * @param lastRun when the last run started, whatever caused it
   * @param newRows rows that arrived since the last run's data
   */
  public record History(Instant since, Optional<Instant> lastRun, long newRows) {}

  /** What the schedule asks for at {@code now}; empty inside {@code min_interval}. */
  public static Optional<Cause> due(History history, Instant now, Spec.Schedule schedule) {
    Instant anchor = history.lastRun().orElse(history.since());
    boolean tooSoon =
        history.lastRun().isPresent() && now.isBefore(anchor.plus(schedule.minInterval()));
    if (tooSoon) {
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
    if (!schedule.triggers().contains("new_data") || history.newRows() <= 0) {
      return Optional.empty();
    }
    return Optional.of(
        new Cause(
            "new_data",
            "%d rows arrived since the last run".formatted(history.newRows()),
            Optional.empty()));
  }

  /** The last time at or before {@code now} that {@code cron} names, in UTC. */
  static Optional<Instant> lastDue(String cron, Instant now) {
    // lastExecution is strictly before its argument: one second later includes now itself.
    ZonedDateTime until = now.plusSeconds(1).atZone(ZoneOffset.UTC);
    return ExecutionTime.forCron(parse(cron)).lastExecution(until).map(ZonedDateTime::toInstant);
  }

  static Optional<Instant> nextDue(String cron, Instant after) {
    return ExecutionTime.forCron(parse(cron))
        .nextExecution(after.atZone(ZoneOffset.UTC))
        .map(ZonedDateTime::toInstant);
  }

  private static Cron parse(String cron) {
    try {
      return new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX)).parse(cron);
    } catch (IllegalArgumentException failure) {
      throw EspalierException.invalidField(
          "cron",
          "cron",
          "'%s' is no cron expression of five fields: %s".formatted(cron, failure.getMessage()),
          Optional.of("0 3 * * 1"));
    }
  }
}
