package dev.espalier.deployment;

import dev.espalier.canvas.Observation;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.serving.Answer;
import dev.espalier.serving.Arm;
import dev.espalier.serving.Ask;
import dev.espalier.serving.EndpointConfig;
import dev.espalier.serving.Fault;
import dev.espalier.serving.Rung;
import dev.espalier.serving.ShadowLane;
import dev.espalier.serving.Trigger;
import dev.espalier.serving.WordRules;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Pulls every trigger and breaks the earlier rungs, so that each rung has to answer in time. */
final class FallbackDrill {
  /** What stands in no rule that a person would write. */
  private static final String NO_WORD = "qqqzzz";

  private final DrillLanes lanes;

  FallbackDrill(DrillLanes lanes) {
    this.lanes = lanes;
  }

  List<Observation> run(Rehearsal rehearsal) {
    int injections = 0;
    List<String> problems = new ArrayList<>();
    Set<String> absent = new TreeSet<>();
    try (ShadowLane lane = lanes.open(rehearsal)) {
      for (Trigger trigger : Trigger.values()) {
        Set<Rung.Use> broken = new HashSet<>();
        for (Rung rung : rungs(lane.config(), trigger)) {
          if (rehearsal.stopped().getAsBoolean()) {
            throw new EspalierException(ErrorCode.UNAVAILABLE, "The drill was aborted.");
          }
          if (reachable(lane, rung)) {
            injections++;
            inject(lane, new Fault(trigger, broken), rung, text(lane.config(), rung))
                .ifPresent(problems::add);
          } else {
            absent.add(rung.use().text());
          }
          if (last(rung)) {
            break;
          }
          broken.add(rung.use());
        }
      }
    }
    if (injections == 0) {
      return List.of();
    }
    String detail =
        (problems.isEmpty()
                ? "%d injections, each answered in time by the rung whose turn it was"
                    .formatted(injections)
                : String.join("; ", problems))
            + (absent.isEmpty() ? "" : "; no version stands behind " + String.join(", ", absent));
    return List.of(
        rehearsal.verdict("serving.fallback", "drill", injections, problems.isEmpty(), detail));
  }

  /** The rungs that a trigger reaches; none for one that this endpoint cannot pull. */
  private static List<Rung> rungs(EndpointConfig config, Trigger trigger) {
    boolean possible =
        switch (trigger) {
          case LOW_CONFIDENCE -> config.minConfidence() > 0;
          case PRE_FAIL -> config.onPreFail() == EndpointConfig.OnPreFail.FALLBACK;
          case TIMEOUT, ERROR, OVERLOAD, POST_FAIL -> true;
        };
    return possible
        ? config.ladder().stream()
            .filter(rung -> rung.on().contains(trigger))
            .takeWhile(rung -> rung.use() != Rung.Use.REJECT)
            .toList()
        : List.of();
  }

  private static boolean reachable(ShadowLane lane, Rung rung) {
    return switch (rung.use()) {
      case PREVIOUS_CHAMPION -> lane.route().arm(Arm.PREVIOUS).isPresent();
      case BASELINE -> lane.route().arm(Arm.BASELINE).isPresent();
      case RULE, DEFAULT_VALUE -> true;
      case REJECT -> false;
    };
  }

  /** Nothing behind it is ever asked. */
  private static boolean last(Rung rung) {
    return rung.use() == Rung.Use.DEFAULT_VALUE
        || rung.rules().filter(rules -> rules.label(NO_WORD).isPresent()).isPresent();
  }

  /** What a rule answers to for the rule itself, and for the others what no rule answers to. */
  private static String text(EndpointConfig config, Rung rung) {
    boolean ruled =
        config.ladder().stream()
            .flatMap(each -> each.rules().stream())
            .anyMatch(rules -> rules.label(DrillLanes.TEXT).isPresent());
    return rung.rules().map(WordRules::sample).orElse(ruled ? NO_WORD : DrillLanes.TEXT);
  }

  private static Optional<String> inject(ShadowLane lane, Fault fault, Rung rung, String text) {
    String what = fault.trigger().text() + " → " + rung.use().text();
    try {
      Answer answer = lane.predict(Ask.of(text), fault);
      if (!answer.servedBy().equals(rung.use().text())) {
        return Optional.of("%s: %s answered".formatted(what, answer.servedBy()));
      }
      if (!answer.fallbackReason().orElse("").startsWith(fault.trigger().text())) {
        return Optional.of(
            "%s: labelled %s".formatted(what, answer.fallbackReason().orElse("nothing")));
      }
      return answer.latencyMicros() > lane.config().timeout().toMillis() * 1000
          ? Optional.of("%s: %d ms is too late".formatted(what, answer.latencyMicros() / 1000))
          : Optional.empty();
    } catch (EspalierException exhausted) {
      return Optional.of(what + ": " + exhausted.getMessage());
    }
  }
}
