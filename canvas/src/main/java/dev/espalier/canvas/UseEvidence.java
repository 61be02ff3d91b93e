package dev.espalier.canvas;

import dev.espalier.canvas.CanvasEvidence.Act;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Whether the parts, people and languages that the answers claim were seen at work. A part that
 * claims to be automated and was only ever used by hand is a claim that is not true. Thread-safe.
 */
public final class UseEvidence implements EvidenceSource {
  private final Canvases canvases;
  private final Uses uses;

  /** What the stages saw at work: {@code server} collects it from their records. */
  public interface Uses {
    /** The newest use of each part of the stack that was ever used, by its name in the canvas. */
    Map<String, Use> parts(String product);

    /** The newest thing that somebody did in each role, by its name in the canvas. */
    Map<String, Act> personas(String product);

    /** How many runs were made in each language, by its name in the canvas. */
    SortedMap<String, Long> languages(String product);
  }

  /**
   * When a part was last used.
   *
   * @param byItself the newest use that no person asked for
   */
  public record Use(Act newest, Optional<Act> byItself) {
    /** The one that has both of the newest. */
    public Use or(Use other) {
      return new Use(
          newer(newest, other.newest),
          byItself.isEmpty() || other.byItself.isEmpty()
              ? byItself.or(other::byItself)
              : Optional.of(newer(byItself.get(), other.byItself.get())));
    }

    private static Act newer(Act one, Act other) {
      return other.at().isAfter(one.at()) ? other : one;
    }
  }

  public UseEvidence(Canvases canvases, Uses uses) {
    this.canvases = canvases;
    this.uses = uses;
  }

  @Override
  public List<Observation> observe(String product, CanvasVersion canvas, Instant now) {
    Optional<Answers> answers = canvases.latest(product).map(Readings.Read::answers);
    if (answers.isEmpty()) {
      return List.of();
    }
    List<Observation> seen = new ArrayList<>();
    parts(product, answers.get().get(Stack.Components.class), seen);
    answers.get().find(Proposition.Persona.class).ifPresent(asked -> people(product, asked, seen));
    answers
        .get()
        .find(Analysis.Language.class)
        .ifPresent(asked -> languages(product, asked.languages(), now, seen));
    return seen;
  }

  private void parts(String product, Stack.Components claimed, List<Observation> seen) {
    Map<String, Use> used = uses.parts(product);
    claimed
        .parts()
        .forEach((name, part) -> {
          Use use = used.get(name);
          if (part.status().equals("absent") || use == null) {
            return;
          }
          seen.add(atWork("claimed:" + name, product, name, use.newest(), true));
          if (part.status().equals("automated")) {
            Act last = use.byItself().orElse(use.newest());
            seen.add(atWork("automated:" + name, product, name, last, use.byItself().isPresent()));
          }
        });
  }

  private static Observation atWork(
      String clause, String product, String part, Act act, boolean pass) {
    return Observation.verdict(
        "stack.components",
        clause,
        part,
        act.at(),
        1,
        pass,
        pass ? act.words() + "." : "Used, and never by itself: " + act.words() + ".",
        "/api/v1/canvases/" + product);
  }

  private void people(String product, Proposition.Persona asked, List<Observation> seen) {
    Map<String, Act> acts = uses.personas(product);
    for (String role : new TreeSet<>(asked.roles())) {
      Act act = acts.get(role);
      if (act != null) {
        seen.add(
            Observation.verdict(
                "value.persona",
                "active:" + role,
                role,
                act.at(),
                1,
                true,
                act.words() + ".",
                "/api/v1/canvases/" + product));
      }
    }
  }

  private void languages(
      String product, Set<String> declared, Instant now, List<Observation> seen) {
    SortedMap<String, Long> runs = uses.languages(product);
    if (runs.isEmpty()) {
      return;
    }
    Set<String> others = new TreeSet<>(runs.keySet());
    others.removeAll(declared);
    seen.add(
        Observation.verdict(
            "analysis.language",
            "seen",
            product,
            now,
            runs.values().stream().mapToLong(Long::longValue).sum(),
            others.isEmpty(),
            "Runs by language: %s%s."
                .formatted(
                    runs.entrySet().stream()
                        .map(each -> each.getKey() + " " + each.getValue())
                        .collect(Collectors.joining(", ")),
                    others.isEmpty() ? "" : "; not declared: " + String.join(", ", others)),
            "/api/v1/pipelines/%s/runs".formatted(product)));
  }
}
