package dev.espalier.serving;

import dev.espalier.serving.Endpoint.Lane;
import dev.espalier.serving.Endpoint.Refused;
import dev.espalier.serving.Endpoint.Row;
import dev.espalier.serving.Endpoint.Table;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * The climb of one request: the routed version, then the rungs whose triggers match, in order, each
 * within its share of the deadline. One object per request; not thread-safe.
 */
final class Ladder {
  private static final String NOBODY = "none";

  /** How the climb ended; {@code label} is empty when nobody answered. */
  record Outcome(
      Optional<String> label,
      SortedMap<String, Double> probabilities,
      String version,
      String servedBy,
      Optional<Trigger> trigger,
      Optional<String> reason,
      List<Attempt> attempts) {}

  private record Scored(Row row, int top) {}

  private final Endpoint endpoint;
  private final Table table;
  private final Arm arm;
  private final String text;
  private final Scorer scorer;
  private final long deadline;
  private final List<Attempt> attempts = new ArrayList<>();

  Ladder(Endpoint endpoint, Table table, Arm arm, String text, Scorer scorer, long deadline) {
    this.endpoint = endpoint;
    this.table = table;
    this.arm = arm;
    this.text = text;
    this.scorer = scorer;
    this.deadline = deadline;
  }

  /** The request met a full stop before the routed version could be asked. */
  Outcome from(Trigger trigger, String detail) {
    attempts.add(new Attempt(arm.role(), arm.version(), trigger.text(), 0));
    return rungs(trigger, detail);
  }

  /** Asks the routed version first. */
  Outcome climb() {
    Circuit circuit = endpoint.circuit(arm.version());
    if (circuit.isOpen()) {
      endpoint.probe(arm.version(), text);
      return from(Trigger.ERROR, "circuit_open");
    }
    long share = Math.min(deadline, after(table.config().primaryTimeout()));
    try {
      Scored scored = attempt(Lane.PRIMARY, arm.role(), arm.version(), share, minConfidence());
      circuit.succeeded(System.nanoTime());
      return answered(scored, arm.version(), arm.role(), Optional.empty(), Optional.empty());
    } catch (Refused refused) {
      count(circuit, refused.trigger());
      return rungs(refused.trigger(), refused.detail());
    }
  }

  private static void count(Circuit circuit, Trigger trigger) {
    switch (trigger) {
      case TIMEOUT, ERROR -> circuit.failed(System.nanoTime());
      // It answered in time; that the answer is not wanted must keep its own reason.
      case LOW_CONFIDENCE, POST_FAIL -> circuit.succeeded(System.nanoTime());
      case OVERLOAD, PRE_FAIL -> {
        // Neither says anything about the version's health.
      }
    }
  }

  private double minConfidence() {
    return table.config().minConfidence();
  }

  private Outcome rungs(Trigger cause, String detail) {
    Optional<String> reason = Optional.of(cause.text() + ": " + detail);
    List<Rung> left = matching(cause);
    while (!left.isEmpty()) {
      Rung rung = left.getFirst();
      Optional<Outcome> outcome = rung(rung, share(left), cause, reason);
      left = left.subList(1, left.size());
      if (outcome.isPresent()) {
        return outcome.get();
      }
    }
    return new Outcome(
        Optional.empty(), new TreeMap<>(), NOBODY, NOBODY, Optional.of(cause), reason, attempts);
  }

  /** The rungs that this cause may reach, in order, up to a rejection. */
  private List<Rung> matching(Trigger cause) {
    return table.config().ladder().stream()
        .filter(rung -> rung.on().contains(cause))
        .takeWhile(rung -> rung.use() != Rung.Use.REJECT)
        .filter(rung -> needsNoVersion(rung.use()) || version(rung.use()).isPresent())
        .toList();
  }

  /**
   * How long the first of these rungs may take: what it declares or, where the time that is left
   * does not hold all of them, its part of it. A slow rung never eats the time of a later one.
   */
  private long share(List<Rung> left) {
    double wanted = left.stream().mapToDouble(rung -> rung.timeout().toNanos()).sum();
    long remaining = Math.max(0, deadline - System.nanoTime());
    double part = wanted <= remaining ? 1 : remaining / wanted;
    return (long) (left.getFirst().timeout().toNanos() * part);
  }

  private static boolean needsNoVersion(Rung.Use use) {
    return use == Rung.Use.DEFAULT_VALUE || use == Rung.Use.RULE;
  }

  /** What a rung says without any version; a rule whose words all miss says nothing. */
  private Optional<String> said(Rung rung) {
    return rung.rules().map(rules -> rules.label(text)).orElse(rung.value());
  }

  private Optional<Outcome> rung(Rung rung, long share, Trigger cause, Optional<String> reason) {
    if (needsNoVersion(rung.use())) {
      Optional<String> label = said(rung);
      attempts.add(new Attempt(rung.use().text(), NOBODY, label.isEmpty() ? "no_match" : "ok", 0));
      return label.map(one ->
          new Outcome(
              Optional.of(one),
              new TreeMap<>(),
              NOBODY,
              rung.use().text(),
              Optional.of(cause),
              reason,
              attempts));
    }
    Optional<String> version = version(rung.use());
    if (version.isEmpty() || System.nanoTime() - deadline >= 0) {
      return Optional.empty();
    }
    long until = Math.min(deadline, System.nanoTime() + share);
    try {
      Scored scored = attempt(Lane.RUNG, rung.use().text(), version.get(), until, 0);
      return Optional.of(
          answered(scored, version.get(), rung.use().text(), Optional.of(cause), reason));
    } catch (Refused next) {
      return Optional.empty();
    }
  }

  /** A candidate's previous champion is the champion: the last version known to be good. */
  private Optional<String> version(Rung.Use use) {
    Optional<Arm> rung =
        switch (use) {
          case PREVIOUS_CHAMPION ->
              arm.role().equals(Arm.CANDIDATE)
                  ? table.route().arm(Arm.CHAMPION)
                  : table.route().arm(Arm.PREVIOUS);
          case BASELINE -> table.route().arm(Arm.BASELINE);
          case RULE, DEFAULT_VALUE, REJECT -> Optional.empty();
        };
    return rung.map(Arm::version).filter(version -> !version.equals(arm.version()));
  }

  private Scored attempt(Lane lane, String rung, String version, long until, double minConfidence)
      throws Refused {
    long started = System.nanoTime();
    try {
      Scored scored =
          asserted(endpoint.run(lane, rung, version, text, scorer, until), version, minConfidence);
      attempts.add(new Attempt(rung, version, "ok", micros(started)));
      return scored;
    } catch (Refused refused) {
      attempts.add(new Attempt(rung, version, refused.trigger().text(), micros(started)));
      throw refused;
    }
  }

  private Scored asserted(Row row, String version, double minConfidence) throws Refused {
    Optional<String> problem =
        PostAssertions.problem(row.probabilities(), row.labels().size(), table.config().post())
            .or(() -> strange(row, version));
    if (problem.isPresent()) {
      throw new Refused(Trigger.POST_FAIL, problem.get());
    }
    int top = 0;
    for (int i = 1; i < row.probabilities().length; i++) {
      if (row.probabilities()[i] > row.probabilities()[top]) {
        top = i;
      }
    }
    if (row.probabilities()[top] < minConfidence) {
      // A rule nobody declared a rung for is an ordinary failed post-assertion.
      boolean declared =
          table.config().ladder().stream().anyMatch(r -> r.on().contains(Trigger.LOW_CONFIDENCE));
      throw new Refused(
          declared ? Trigger.LOW_CONFIDENCE : Trigger.POST_FAIL, "confidence below the limit");
    }
    return new Scored(row, top);
  }

  /** Why somebody else than the champion answers another question than the champion does. */
  private Optional<String> strange(Row row, String version) {
    String champion = table.route().champion().version();
    if (version.equals(champion) || !table.config().post().contains(PostRule.LABEL_SET)) {
      return Optional.empty();
    }
    return endpoint
        .labels(champion)
        .filter(labels -> !labels.equals(Set.copyOf(row.labels())))
        .map(labels -> "its labels are not those of the champion");
  }

  private Outcome answered(
      Scored scored,
      String version,
      String servedBy,
      Optional<Trigger> trigger,
      Optional<String> reason) {
    SortedMap<String, Double> probabilities = new TreeMap<>();
    for (int i = 0; i < scored.row().labels().size(); i++) {
      probabilities.put(scored.row().labels().get(i), scored.row().probabilities()[i]);
    }
    return new Outcome(
        Optional.of(scored.row().labels().get(scored.top())),
        probabilities,
        version,
        servedBy,
        trigger,
        reason,
        attempts);
  }

  private static long after(Duration duration) {
    return System.nanoTime() + duration.toNanos();
  }

  private static long micros(long since) {
    return TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - since);
  }
}
