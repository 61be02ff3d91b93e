package dev.espalier.canvas;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What the rung {@code rule} of a fallback decides by: {@code invoice, refund -> billing; * ->
 * inbox}. The first case with a word that stands in the text gives the label; {@code *} is whatever
 * is left.
 */
public record Heuristic(List<Case> cases) {
  static final String NEAREST = "invoice, refund -> billing; * -> inbox";

  private static final String REST = "*";

  /**
   * @param words none for whatever is left
   */
  public record Case(List<String> words, String label) {
    public Case {
      words = List.copyOf(words);
    }
  }

  public Heuristic {
    cases = List.copyOf(cases);
  }

  /** Reads it; empty when a case lacks its words, its arrow or its label. */
  public static Optional<Heuristic> read(String text) {
    List<Case> cases = new ArrayList<>();
    for (String each : text.split(";", -1)) {
      String[] sides = each.split("->", -1);
      if (sides.length != 2 || sides[1].isBlank()) {
        return Optional.empty();
      }
      List<String> words =
          Arrays.stream(sides[0].split(",", -1)).map(String::strip).distinct().toList();
      boolean rest = words.equals(List.of(REST));
      if (words.stream().anyMatch(word -> word.isEmpty() || (word.contains(REST) && !rest))) {
        return Optional.empty();
      }
      cases.add(new Case(rest ? List.of() : words, sides[1].strip()));
    }
    return Optional.of(new Heuristic(cases));
  }

  /** Every label that it can give. */
  Set<String> labels() {
    return cases.stream().map(Case::label).collect(Collectors.toCollection(LinkedHashSet::new));
  }
}
