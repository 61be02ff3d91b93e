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
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What has been seen of each product, what follows from it, and how that changed. Thread-safe: all
 * state is in the store; the ledger's own lock orders what is recorded, so that the newest
 * observation of a clause never goes back to an older one.
 */
final class EvidenceLedger {
  private static final Logger LOG = LoggerFactory.getLogger(EvidenceLedger.class);
  private static final int MAX_STATEMENT = 2000;
  private static final EvidenceStore.Said NEVER = new EvidenceStore.Said(State.UNANSWERED, false);
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
  synchronized void record(Readings.Read now, List<Observation> observations) {
    String product = now.document().product();
    Map<String, Head> known = evidence.heads(product);
    List<Evidence> fresh = new ArrayList<>();
    Instant recorded = machine.instant();
    for (Observation seen : observations) {
      Optional<Clause> clause =
          now.layout().clause(seen.question(), seen.clause()).filter(each -> each.home().isEmpty());
      if (clause.isEmpty()) {
        LOG.debug("no clause {}#{} in {}", seen.question(), seen.clause(), product);
        continue;
      }
      if (clause.get().kind() == Clause.Kind.ATTEST) {
        LOG.warn("only a person attests {}#{} of {}", seen.question(), seen.clause(), product);
        continue;
      }
      Digest answer = now.layout().digest(seen.question());
      Head last = known.get(seen.question() + " " + seen.clause());
      if (last == null || news(last.last(), seen, clause.get(), answer)) {
        fresh.add(
            new Evidence(
                ids.next("ev"), clause.get().kind(), seen, recorded, clause.get().ttl(), answer));
      }
    }
    if (!fresh.isEmpty()) {
      evidence.save(product, fresh, known);
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
  synchronized void attest(
      Readings.Read now, String question, String clause, String statement, Caller caller) {
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
            now.layout().digest(question));
    evidence.save(product, List.of(signed), evidence.heads(product));
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

  /**
   * Publishes every question and every block whose state is another one than the stored one, and
   * every deferral that has come due since.
   */
  synchronized void observeStates(Readings.Read canvas) {
    String product = canvas.document().product();
    Conformance now = conformance(canvas);
    Map<String, EvidenceStore.Said> before = evidence.states(product);
    List<Conformance.Change> changes = new ArrayList<>();
    List<Conformance.QuestionRow> overdue = new ArrayList<>();
    Map<String, EvidenceStore.Said> said = new HashMap<>();
    for (Conformance.QuestionRow row : now.questions()) {
      EvidenceStore.Said was = before.getOrDefault(row.question(), NEVER);
      boolean late = row.deferral().filter(Conformance.Deferral::overdue).isPresent();
      if (was.state() != row.state()) {
        changes.add(
            new Conformance.Change(
                now.asOf(),
                machine.instant(),
                row.question(),
                was.state(),
                row.state(),
                row.reason()));
      }
      if (late && !was.overdue()) {
        overdue.add(row);
      }
      if (was.state() != row.state() || was.overdue() != late) {
        said.put(row.question(), new EvidenceStore.Said(row.state(), late));
      }
    }
    if (said.isEmpty()) {
      return;
    }
    evidence.changed(product, changes, before, said);
    if (!changes.isEmpty()) {
      events.publishAll(product, "conformance.changed", changes);
    }
    List<BlockChanged> blocks = blocks(now, before);
    if (!blocks.isEmpty()) {
      events.publishAll(product, "conformance.block", blocks);
    }
    for (Conformance.QuestionRow row : overdue) {
      Conformance.Deferral deferral = row.deferral().orElseThrow();
      LOG.warn("canvas {} {} is overdue: {}", product, row.question(), row.reason());
      events.publish(
          product,
          "canvas.overdue",
          new Overdue(row.question(), deferral.owner(), deferral.due(), row.reason()));
    }
  }

  /** The blocks whose worst state is another one than it was. */
  private static List<BlockChanged> blocks(
      Conformance now, Map<String, EvidenceStore.Said> before) {
    Map<String, State> was = new HashMap<>();
    now.questions()
        .forEach(row ->
            was.merge(
                row.block(), before.getOrDefault(row.question(), NEVER).state(), State::worse));
    return now.blocks().stream()
        .filter(block -> was.get(block.block()) != block.state())
        .map(block ->
            new BlockChanged(
                now.asOf(),
                block.block(),
                block.title(),
                was.getOrDefault(block.block(), State.UNANSWERED),
                block.state(),
                block.counts()))
        .toList();
  }

  private record BlockChanged(
      Instant at, String block, String title, State from, State to, Map<State, Long> counts) {}

  private record Overdue(String question, String owner, LocalDate due, String reason) {}

  /** Whether reality conforms, computed now from what is stored. */
  Conformance conformance(Readings.Read canvas) {
    String product = canvas.document().product();
    return Board.of(canvas, evidence.heads(product), clocks.now(product));
  }

  /** The newest observations of a clause, newest first; of its home, where it views another's. */
  List<Seen> seen(Readings.Read now, String question, String clause, int limit) {
    Layout.Placed placed = now.layout().placed(question, clause);
    int split = placed.home().indexOf(' ');
    return evidence
        .rows(
            now.document().product(),
            placed.home().substring(0, split),
            placed.home().substring(split + 1),
            limit)
        .stream()
        .map(row -> Seen.of(row, row.answerDigest().equals(placed.answered())))
        .toList();
  }

  /** The changes of state of one question, or of all, oldest first. */
  List<Conformance.Change> history(String product, Optional<String> question) {
    return evidence.history(product, question);
  }

  /** What is known about a product: what the stages say, and what its evidence measured. */
  Facts facts(String product, Optional<Readings.Read> active) {
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
  private static Facts.Capacity capacity(Optional<Readings.Read> active, Observation load) {
    boolean sameLimit =
        active.stream()
            .map(each -> each.document().tree().path("answers").path("serving.mode"))
            .map(answer -> answer.path("at").asText(""))
            .anyMatch(at -> !at.isEmpty() && !load.observedAt().isBefore(Instant.parse(at)));
    return new Facts.Capacity(load.value().orElseThrow(), sameLimit, load.subject());
  }
}
