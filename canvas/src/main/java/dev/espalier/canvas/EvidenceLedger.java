package dev.espalier.canvas;

import dev.espalier.platform.Caller;
import dev.espalier.platform.Digest;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Events;
import dev.espalier.platform.Ids;
import dev.espalier.platform.ProductClocks;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What has been seen of each product, what follows from it, and how that changed. Thread-safe: all
 * state is in the store.
 */
final class EvidenceLedger {
  private static final Logger LOG = LoggerFactory.getLogger(EvidenceLedger.class);
  private static final int HISTORY = 20;
  private static final int MAX_STATEMENT = 2000;
  private final EvidenceStore evidence;
  private final ProductClocks clocks;
  private final Events events;
  private final Ids ids;
  private final InstantSource machine;
  private final FactSource facts;

  EvidenceLedger(
      EvidenceStore evidence,
      ProductClocks clocks,
      Events events,
      Ids ids,
      InstantSource machine,
      FactSource facts) {
    this.evidence = evidence;
    this.clocks = clocks;
    this.events = events;
    this.ids = ids;
    this.machine = machine;
    this.facts = facts;
  }

  /**
   * Stores what stages saw and publishes every state that changed by it. An observation that says
   * what the last one said is stored again only after half of its time to live.
   */
  void record(Canvases.Read now, List<Observation> observations) {
    String product = now.document().product();
    Map<String, List<Evidence>> known = evidence.recent(product, 1);
    List<Evidence> fresh = new ArrayList<>();
    for (Observation seen : observations) {
      Optional<Clause> clause =
          Board.clause(now.answers(), seen.question(), seen.clause())
              .filter(each -> each.home().isEmpty());
      if (clause.isEmpty()) {
        LOG.debug("no clause {}#{} in {}", seen.question(), seen.clause(), product);
        continue;
      }
      if (clause.get().kind() == Clause.Kind.ATTEST) {
        LOG.warn("only a person attests {}#{} of {}", seen.question(), seen.clause(), product);
        continue;
      }
      Digest answer = now.answers().given(seen.question()).digest();
      List<Evidence> last = known.getOrDefault(seen.question() + " " + seen.clause(), List.of());
      if (last.isEmpty() || news(last.getFirst(), seen, clause.get(), answer)) {
        fresh.add(
            new Evidence(
                ids.next("ev"),
                clause.get().kind(),
                seen,
                machine.instant(),
                clause.get().ttl(),
                answer));
      }
    }
    if (!fresh.isEmpty()) {
      evidence.save(product, fresh);
    }
    observeStates(now);
  }

  /**
   * A named person signs that a clause holds.
   *
   * @param statement what they looked at, in their own words
   * @throws EspalierException DENIED for a caller without a name of their own, INVALID for a clause
   *     that nobody can attest
   */
  void attest(Canvases.Read now, String question, String clause, String statement, Caller caller) {
    String product = now.document().product();
    if (!caller.isNamed()) {
      throw new EspalierException(
          ErrorCode.DENIED,
          "An attestation is signed by a person: create a token for one (espalier token create) and send it.");
    }
    Clause attested =
        Board.clause(now.answers(), question, clause)
            .filter(each -> each.kind() == Clause.Kind.ATTEST)
            .orElseThrow(() -> unattestable(now.answers(), question, clause));
    if (statement.isBlank() || statement.length() > MAX_STATEMENT) {
      throw EspalierException.invalidField(
          "statement",
          "text",
          "statement: say in at most %d characters what was looked at.".formatted(MAX_STATEMENT),
          Optional.of("what was looked at"));
    }
    Observation seen =
        Observation.verdict(
            question,
            clause,
            caller.user(),
            clocks.now(product),
            1,
            true,
            "%s: %s".formatted(caller.user(), statement.strip()),
            "/api/v1/canvases/%s/history/%s".formatted(product, question));
    Evidence signed =
        new Evidence(
            ids.next("ev"),
            Clause.Kind.ATTEST,
            seen,
            machine.instant(),
            attested.ttl(),
            now.answers().given(question).digest());
    evidence.save(product, List.of(signed));
    LOG.info("canvas {} {}#{} attested by {}", product, question, clause, caller.user());
    events.publish(product, "canvas.attested", new Attested(question, clause, caller.user()));
    observeStates(now);
  }

  private record Attested(String question, String clause, String by) {}

  private static EspalierException unattestable(Answers answers, String question, String clause) {
    List<String> known =
        answers.all().stream()
            .flatMap(each ->
                Board.clauses(answers, each).stream()
                    .filter(one -> one.kind() == Clause.Kind.ATTEST && one.home().isEmpty())
                    .map(one -> each.question().key() + "#" + one.id()))
            .toList();
    String asked = question + "#" + clause;
    return EspalierException.invalidField(
        "clause",
        "attested",
        "'%s' is nothing that a person attests.".formatted(DocumentReader.brief(asked)),
        Optional.of(Nearest.of(asked, known)));
  }

  private static boolean news(Evidence last, Observation seen, Clause clause, Digest answer) {
    Observation before = last.seen();
    if (seen.observedAt().isBefore(before.observedAt())) {
      return false;
    }
    boolean same =
        before.subject().equals(seen.subject())
            && before.n() == seen.n()
            && before.value().equals(seen.value())
            && before.pass().equals(seen.pass())
            && last.answerDigest().equals(answer);
    return !same
        || Duration.between(before.observedAt(), seen.observedAt())
                .compareTo(clause.ttl().dividedBy(2))
            >= 0;
  }

  /** Publishes every question whose state is another one than the stored one. */
  void observeStates(Canvases.Read canvas) {
    String product = canvas.document().product();
    Conformance now = conformance(canvas);
    Map<String, State> before = evidence.states(product);
    List<Conformance.Change> changes = new ArrayList<>();
    for (Conformance.QuestionRow row : now.questions()) {
      State was = before.getOrDefault(row.question(), State.UNANSWERED);
      if (was != row.state()) {
        changes.add(
            new Conformance.Change(
                now.asOf(), machine.instant(), row.question(), was, row.state(), row.reason()));
      }
    }
    if (!changes.isEmpty()) {
      evidence.changed(product, changes);
      events.publishAll(product, "conformance.changed", changes);
    }
  }

  /** Whether reality conforms, computed now from what is stored. */
  Conformance conformance(Canvases.Read canvas) {
    String product = canvas.document().product();
    return Board.of(canvas, evidence.recent(product, HISTORY), clocks.now(product));
  }

  /** The changes of state of one question, or of all, oldest first. */
  List<Conformance.Change> history(String product, Optional<String> question) {
    return evidence.history(product, question);
  }

  /** What is known about a product: what the stages say, and what its evidence measured. */
  Facts facts(String product, Optional<Canvases.Read> active) {
    Facts known =
        facts
            .about(product)
            .withTimes(
                measured(product, "data", "label_delay").map(EvidenceLedger::seconds),
                measured(product, "ci.workflow", "duration").map(EvidenceLedger::seconds),
                Optional.empty());
    Optional<Observation> load = measured(product, "serving.volume", "load");
    return load.isPresent() ? known.withCapacity(capacity(active, load.get())) : known;
  }

  private Optional<Observation> measured(String product, String question, String clause) {
    return evidence
        .last(product, question, clause)
        .map(Evidence::seen)
        .filter(seen -> seen.value().isPresent());
  }

  private static Duration seconds(Observation seen) {
    return Duration.ofMillis(Math.round(seen.value().orElseThrow() * 1000));
  }

  /** Measured, if the latency limit has not changed since; otherwise a hint. */
  private static Facts.Capacity capacity(Optional<Canvases.Read> active, Observation load) {
    boolean sameLimit =
        active.stream()
            .map(each -> each.document().document().path("answers").path("serving.mode"))
            .map(answer -> answer.path("at").asText(""))
            .anyMatch(at -> !at.isEmpty() && !load.observedAt().isBefore(Instant.parse(at)));
    return new Facts.Capacity(load.value().orElseThrow(), sameLimit, load.subject());
  }
}
