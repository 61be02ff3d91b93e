package dev.espalier.registry;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;

/**
 * Which required metadata a version lacks. Names are compared by letters and digits alone, so
 * {@code canvas version} and {@code canvas_version} are one name.
 */
final class RequiredMeta {
  /** What a version must carry where the canvas names nothing. */
  static final List<String> DEFAULT =
      List.of("dataset_hash", "commit", "params", "metrics", "env", "signature", "canvas_version");

  private RequiredMeta() {}

  /** The names of {@code required} that are absent or blank, in order. */
  static List<String> missing(
      Collection<String> required,
      SortedMap<String, Double> metrics,
      SortedMap<String, String> meta) {
    return required.stream().filter(name -> !present(name, metrics, meta)).sorted().toList();
  }

  private static boolean present(
      String name, SortedMap<String, Double> metrics, SortedMap<String, String> meta) {
    String wanted = plain(name);
    return switch (wanted) {
      // Fields of the record itself: a registration without them cannot be written.
      case "datasethash", "signature", "canvasversion" -> true;
      case "metrics" -> !metrics.isEmpty();
      case "env" -> !meta.getOrDefault("environment", meta.getOrDefault("env", "")).isBlank();
      default ->
          meta.entrySet().stream()
              .anyMatch(
                  entry -> plain(entry.getKey()).equals(wanted) && !entry.getValue().isBlank());
    };
  }

  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
  }
}
