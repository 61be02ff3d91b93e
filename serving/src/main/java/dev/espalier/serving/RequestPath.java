package dev.espalier.serving;

import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Ids;
import dev.espalier.serving.Endpoint.Table;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * The way of one request: schema check → pre-assertions → route → ladder → record. Production and
 * the shadow lanes share it; they differ in their {@link Outlet} and {@link Scorer}. Thread-safe.
 */
final class RequestPath {
  /** The role in the log of a request whose caller chose the version: no part of a comparison. */
  static final String PINNED = "pinned";

  private static final int MAX_KEY = 200;
  static final int SWAP_RETRIES = 8;

  private final Function<String, Instant> productNow;
  private final InstantSource machine;
  private final Ids ids;

  RequestPath(Function<String, Instant> productNow, InstantSource machine, Ids ids) {
    this.productNow = productNow;
    this.machine = machine;
    this.ids = ids;
  }

  /**
   * Answers, or throws: INVALID for the caller's fault; when no rung was left, OVERLOADED for a
   * full queue, TIMEOUT for a deadline that passed and UNAVAILABLE for everything else.
   *
   * @param pinned the version the caller insists on
   */
  Answer answer(Endpoint endpoint, Ask ask, Optional<String> pinned, Scorer scorer, Outlet outlet) {
    long started = System.nanoTime();
    Instant received = machine.instant();
    check(ask);
    String id = ids.next("prd");
    String unit = ask.unit().or(ask::requestId).orElse(id);
    for (int attempt = 0; ; attempt++) {
      Table table = endpoint.table();
      Arm arm = pinned.map(version -> pinnedArm(table, version)).orElse(table.route().pick(unit));
      Optional<PreAssertions.Broken> broken =
          PreAssertions.broken(
              table.config(), ask.text(), count -> endpoint.count(arm.version(), count));
      broken.ifPresent(one -> outlet.metrics().broken(one.rule()));
      Ladder.Outcome outcome = climb(endpoint, table, arm, ask, broken, scorer, started);
      if (drainedUnderUs(outcome) && attempt < SWAP_RETRIES) {
        continue;
      }
      long micros = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - started);
      Served served = new Served(id, unit, received, table, arm, pinned.isPresent(), micros);
      outlet.sink().accept(served.record(ask, outcome, eventTime(table, ask)));
      return served.answer(outcome, outlet);
    }
  }

  /** The route was swapped between reading it and leasing its version: read it again. */
  private static boolean drainedUnderUs(Ladder.Outcome outcome) {
    return outcome.reason().filter(reason -> reason.endsWith("not_ready")).isPresent();
  }

  private Instant eventTime(Table table, Ask ask) {
    return ask.at().orElseGet(() -> productNow.apply(table.config().product()));
  }

  private static Ladder.Outcome climb(
      Endpoint endpoint,
      Table table,
      Arm arm,
      Ask ask,
      Optional<PreAssertions.Broken> broken,
      Scorer scorer,
      long started) {
    EndpointConfig config = table.config();
    long deadline = started + config.timeout().toNanos();
    Ladder ladder = new Ladder(endpoint, table, arm, ask.text(), scorer, deadline);
    if (broken.isEmpty()) {
      return ladder.climb();
    }
    if (config.onPreFail() == EndpointConfig.OnPreFail.REJECT) {
      throw EspalierException.invalidField(
          "text", broken.get().rule(), broken.get().problem(), Optional.of(broken.get().nearest()));
    }
    return ladder.from(Trigger.PRE_FAIL, broken.get().rule());
  }

  private static void check(Ask ask) {
    if (ask.text().isBlank()) {
      throw EspalierException.invalidField(
          "text", "schema", "text must not be empty", Optional.empty());
    }
    checkKey("unit", ask.unit());
    checkKey("id", ask.requestId());
    checkKey("consumer", ask.consumer());
  }

  private static void checkKey(String field, Optional<String> key) {
    if (key.isPresent() && (key.get().isBlank() || key.get().length() > MAX_KEY)) {
      throw EspalierException.invalidField(
          field, "length", field + " has 1 to " + MAX_KEY + " characters", Optional.empty());
    }
  }

  private static Arm pinnedArm(Table table, String version) {
    return table
        .route()
        .version(version)
        .orElseThrow(() ->
            EspalierException.notFound(
                "Version '%s' of '%s' is not served."
                    .formatted(version, table.config().product())));
  }

  private static ErrorCode code(Trigger cause) {
    return switch (cause) {
      case OVERLOAD -> ErrorCode.OVERLOADED;
      case TIMEOUT -> ErrorCode.TIMEOUT;
      // The input is at fault, and coming back with it will not help.
      case PRE_FAIL -> ErrorCode.INVALID;
      case ERROR, LOW_CONFIDENCE, POST_FAIL -> ErrorCode.UNAVAILABLE;
    };
  }

  /** What is known of a request when its climb has ended. */
  private record Served(
      String id, String unit, Instant received, Table table, Arm arm, boolean pinned, long micros) {

    InferenceRecord record(Ask ask, Ladder.Outcome outcome, Instant at) {
      return new InferenceRecord(
          id,
          table.config().product(),
          at,
          received,
          unit,
          ask.text(),
          outcome.label(),
          outcome.probabilities(),
          outcome.version(),
          pinned ? "none" : arm.version(),
          pinned ? PINNED : arm.role(),
          outcome.servedBy(),
          outcome.reason(),
          micros,
          outcome.label().isPresent() ? Optional.empty() : outcome.reason(),
          ask.consumer(),
          table.route().candidateWeight(),
          outcome.attempts());
    }

    Answer answer(Ladder.Outcome outcome, Outlet outlet) {
      if (outcome.label().isEmpty()) {
        outlet.metrics().rejected(outcome.trigger().map(Trigger::text).orElse("unknown"));
        throw new EspalierException(
            outcome.trigger().map(RequestPath::code).orElse(ErrorCode.UNAVAILABLE),
            "No rung could answer (%s): %s."
                .formatted(
                    outcome.reason().orElse("unknown"),
                    outcome.trigger().equals(Optional.of(Trigger.PRE_FAIL))
                        ? "the text breaks a rule of this endpoint"
                        : "try again shortly"));
      }
      outlet
          .metrics()
          .answered(
              arm.version(), outcome.version(), outcome.servedBy(), outcome.trigger(), micros);
      return new Answer(
          id,
          outcome.label().get(),
          outcome.probabilities(),
          outcome.version(),
          outcome.servedBy(),
          outcome.reason(),
          micros);
    }
  }
}
