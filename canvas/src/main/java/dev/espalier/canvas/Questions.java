package dev.espalier.canvas;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Every question, found where it is written: beside the record of its answer. The sealed hierarchy
 * is the only list, so a new record is a new question everywhere at once.
 */
final class Questions {
  /** The order of the board: page, cells, integration, registry, deployment, serving, … */
  private static final String ORDER = "ABCRDPMS";

  static final List<Question<?>> ALL = all();
  static final Map<String, Question<?>> BY_KEY = byKey();

  private Questions() {}

  private static List<Question<?>> all() {
    List<Question<?>> found = new ArrayList<>();
    for (Class<?> group : Objects.requireNonNull(Answer.class.getPermittedSubclasses())) {
      for (Class<?> answer : Objects.requireNonNull(group.getPermittedSubclasses())) {
        found.add(beside(answer));
      }
    }
    found.sort(
        Comparator.<Question<?>>comparingInt(each -> ORDER.indexOf(each.id().charAt(0)))
            .thenComparingInt(each -> Integer.parseInt(each.id().substring(1))));
    return List.copyOf(found);
  }

  private static Question<?> beside(Class<?> answer) {
    try {
      return (Question<?>) answer.getDeclaredField("QUESTION").get(null);
    } catch (ReflectiveOperationException none) {
      throw new IllegalStateException(answer + " has no QUESTION beside it.", none);
    }
  }

  private static Map<String, Question<?>> byKey() {
    Map<String, Question<?>> keys = new LinkedHashMap<>();
    ALL.forEach(each -> keys.put(each.key(), each));
    return keys;
  }
}
