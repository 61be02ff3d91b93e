package dev.espalier.canvas;

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
}
