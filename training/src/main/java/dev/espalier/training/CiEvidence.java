package dev.espalier.training;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.EvidenceSource;
import dev.espalier.canvas.Observation;
import dev.espalier.platform.Digest;
import dev.espalier.registry.AliasMove;
import dev.espalier.registry.Registry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What the checks say about {@code ci.workflow}: green before promotion, in time, not flaky.
 * Thread-safe: answers are immutable and kept in a concurrent map.
 */
public final class CiEvidence implements EvidenceSource {
  private static final String QUESTION = "ci.workflow";
  private final ContinuousIntegration checks;
  private final Registry registry;
  private final Map<String, Answer> answers = new ConcurrentHashMap<>();

  public CiEvidence(ContinuousIntegration checks, Registry registry) {
    this.checks = checks;
    this.registry = registry;
  }

  /** What was seen when the records were last read, and what they rested on. */
  private record Answer(String mark, List<Observation> seen) {}

  /** Reads the records anew only when a run ended or an alias moved. */
  @Override
  public List<Observation> observe(String product, CanvasVersion canvas, Instant now) {
    List<AliasMove> moves =
        registry.aliasHistory(product).stream()
            .filter(move -> move.alias().equals(Registry.CHAMPION))
            .toList();
    String mark = "%s %d".formatted(checks.mark(product), moves.size());
    Answer known = answers.get(product);
    if (known == null || !known.mark().equals(mark)) {
      known = new Answer(mark, List.copyOf(look(product, moves, now)));
      answers.put(product, known);
    }
    return known.seen();
  }

  private List<Observation> look(String product, List<AliasMove> moves, Instant now) {
    List<CiRun> runs = checks.runs(product);
    List<Observation> seen = new ArrayList<>();
    promotions(product, moves, runs, now).ifPresent(seen::add);
    if (!runs.isEmpty()) {
      seen.add(duration(product, runs, now));
      flake(product, runs, now).ifPresent(seen::add);
    }
    return seen;
  }

  /** Every version that became champion: were the checks green for its canvas by then? */
  private Optional<Observation> promotions(
      String product, List<AliasMove> moves, List<CiRun> runs, Instant now) {
    if (moves.isEmpty()) {
      return Optional.empty();
    }
    long green = moves.stream().filter(move -> green(product, move, runs)).count();
    return Optional.of(
        measured(
            product,
            "green",
            now,
            moves.size(),
            (double) green / moves.size(),
            "%d of %d promotions had green checks before.".formatted(green, moves.size())));
  }

  private boolean green(String product, AliasMove move, List<CiRun> runs) {
    String canvas = registry.version(product, move.to()).canvasVersion();
    return runs.stream()
        .anyMatch(run ->
            run.green() && run.canvasVersion().equals(canvas) && !run.at().isAfter(move.at()));
  }

  private static Observation duration(String product, List<CiRun> runs, Instant now) {
    long[] millis = runs.stream().mapToLong(CiRun::millis).toArray();
    double p95 = Scorer.percentile95(millis) / 1e3;
    return measured(
        product,
        "duration",
        now,
        runs.size(),
        p95,
        "95 %% of %d runs took at most %.1f s; the longest %.1f s."
            .formatted(runs.size(), p95, Arrays.stream(millis).max().orElse(0) / 1e3));
  }

  private record Same(Digest canvas, Digest snapshot, int sample, String check) {}

  /** Checks that were run more than once on the same canvas and data, and did not agree. */
  private static Optional<Observation> flake(String product, List<CiRun> runs, Instant now) {
    Map<Same, List<CiRun.Outcome>> outcomes = new HashMap<>();
    for (CiRun run : runs) {
      for (CiRun.Check check : run.checks()) {
        outcomes
            .computeIfAbsent(
                new Same(run.canvas(), run.snapshot(), run.sample(), check.name()),
                _ -> new ArrayList<>())
            .add(check.outcome());
      }
    }
    List<List<CiRun.Outcome>> repeated =
        outcomes.values().stream().filter(each -> each.size() > 1).toList();
    if (repeated.isEmpty()) {
      return Optional.empty();
    }
    long flaky = repeated.stream().filter(each -> each.stream().distinct().count() > 1).count();
    return Optional.of(
        measured(
            product,
            "flake",
            now,
            repeated.size(),
            (double) flaky / repeated.size(),
            "%d of %d checks that ran again on the same canvas and data disagreed."
                .formatted(flaky, repeated.size())));
  }

  private static Observation measured(
      String product, String clause, Instant now, long n, double value, String detail) {
    return Observation.measured(
        QUESTION,
        clause,
        "checks",
        now,
        n,
        value,
        Optional.empty(),
        detail,
        "/api/v1/ci/" + product);
  }
}
