package dev.espalier.training;

import dev.espalier.model.Engine;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;

/**
 * The invariance test of CheckList (Ribeiro et al., ACL 2020): a change that means nothing must not
 * change the answer. Only texts that a change really alters count.
 */
final class Invariance {
  /** The share of altered texts whose label must stay. */
  static final double LEAST = 0.95;

  private static final List<Perturbation> PERTURBATIONS =
      List.of(
          new Perturbation("upper case", text -> text.toUpperCase(Locale.ROOT)),
          new Perturbation("doubled spaces", text -> text.replace(" ", "  ")),
          new Perturbation("line ends", text -> text.replace("\n", "\r\n") + "\r\n"),
          new Perturbation("full stops", text -> text + " ."));

  private Invariance() {}

  private record Perturbation(String name, UnaryOperator<String> change) {}

  /**
   * How often the label stayed.
   *
   * @param worst the perturbation that changed most labels
   */
  record Result(int altered, int kept, String worst) {
    double share() {
      return altered == 0 ? 1 : (double) kept / altered;
    }
  }

  static Result of(Engine engine, List<String> texts) {
    int altered = 0;
    int kept = 0;
    int most = -1;
    String worst = "";
    for (Perturbation each : PERTURBATIONS) {
      int flips = 0;
      for (String text : texts) {
        String changed = each.change().apply(text);
        if (!changed.equals(text)) {
          altered++;
          flips += label(engine, text) == label(engine, changed) ? 0 : 1;
        }
      }
      kept -= flips;
      if (flips > most) {
        most = flips;
        worst = each.name();
      }
    }
    return new Result(altered, altered + kept, worst);
  }

  private static int label(Engine engine, String text) {
    return Scorer.largest(engine.score(List.of(engine.signature().read(text))).getFirst());
  }
}
