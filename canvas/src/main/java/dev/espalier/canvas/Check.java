package dev.espalier.canvas;

import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Problem;
import java.util.List;

/**
 * What is wrong with a document: contradictions of one that can be read, problems of the others.
 */
public record Check(List<Plan.Finding> contradictions, List<Problem> problems) {
  public Check {
    contradictions = List.copyOf(contradictions);
    problems = List.copyOf(problems);
  }

  /** Looks at a document alone, without a server: what only a world could tell stays unknown. */
  public static Check of(byte[] document) {
    try {
      Answers answers = Answers.read(document);
      answers.slug();
      return of(answers, Facts.unknown());
    } catch (EspalierException problem) {
      return new Check(List.of(), List.of(Problem.of(problem)));
    }
  }

  /** What is wrong with answers that could be read. */
  static Check of(Answers answers, Facts facts) {
    return new Check(
        Rules.findings(answers, facts),
        Unbuilt.in(answers).stream().map(each -> Problem.of(each.problem())).toList());
  }

  /** True when nothing keeps the document from being applied. */
  public boolean sound() {
    return problems.isEmpty()
        && contradictions.stream().noneMatch(each -> each.level() == Plan.Level.ERROR);
  }
}
