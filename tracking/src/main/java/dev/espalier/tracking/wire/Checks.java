package dev.espalier.tracking.wire;

import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import java.util.Optional;
import java.util.regex.Pattern;

/** MLflow's rules for names and lengths, in its own words. All throw INVALID. */
public final class Checks {
  /** The longest key of a metric, param or tag. */
  public static final int MAX_KEY = 250;

  private static final Pattern NAME =
      Pattern.compile("[/\\w.\\- :]*", Pattern.UNICODE_CHARACTER_CLASS);
  private static final Pattern RUN_ID = Pattern.compile("[a-zA-Z0-9][\\w\\-]{0,255}");
  private static final Pattern EXPERIMENT_ID = Pattern.compile("-?\\d{1,18}");
  private static final String BAD_CHARACTERS =
      "Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), "
          + "colon(:) and slashes (/).";

  private Checks() {}

  /** The key of a metric, param or tag. */
  public static String key(String path, String key) {
    if (!key.isEmpty() && key.length() <= MAX_KEY && key.chars().allMatch(Checks::plain)) {
      return key;
    }
    if (!NAME.matcher(key).matches()) {
      throw invalid(path, key, BAD_CHARACTERS);
    }
    canonical(path, key);
    return length(path, MAX_KEY, key);
  }

  /** Characters that no rule about names is about; most keys have no others. */
  private static boolean plain(int c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  }

  /** A name that is its own POSIX-normalised path. */
  public static void canonical(String path, String name) {
    String normal = normalised(name);
    if (!normal.equals(name)
        || normal.equals(".")
        || normal.startsWith("..")
        || normal.startsWith("/")) {
      throw invalid(
          path,
          name,
          "Names may be treated as files in certain cases, and must not resolve to other names when"
              + " treated as such. This name would resolve to '%s'".formatted(normal));
    }
  }

  private static String normalised(String name) {
    if (name.isEmpty()) {
      return ".";
    }
    java.util.ArrayDeque<String> parts = new java.util.ArrayDeque<>();
    boolean absolute = name.startsWith("/");
    for (String part : name.split("/")) {
      if (part.isEmpty() || part.equals(".")) {
        continue;
      }
      if (part.equals("..") && !parts.isEmpty() && !parts.getLast().equals("..")) {
        parts.removeLast();
      } else if (!part.equals("..") || !absolute) {
        parts.addLast(part);
      }
    }
    String joined = String.join("/", parts);
    return absolute ? "/" + joined : joined.isEmpty() ? "." : joined;
  }

  /** A text of at most {@code limit} characters. */
  public static String length(String what, int limit, String text) {
    if (text.length() > limit) {
      throw EspalierException.invalidField(
          what,
          "length",
          "'%s' exceeds the maximum length of %d characters".formatted(what, limit),
          Optional.of(String.valueOf(limit)));
    }
    return text;
  }

  /** A text cut to {@code limit} characters, as MLflow does with long params and tags of runs. */
  public static String cut(int limit, String text) {
    return text.length() <= limit ? text : text.substring(0, limit);
  }

  public static String runId(String id) {
    if (!RUN_ID.matcher(id).matches()) {
      throw invalid("run_id", id, "");
    }
    return id;
  }

  /** An experiment's number. */
  public static long experimentId(String id) {
    if (!EXPERIMENT_ID.matcher(id).matches()) {
      throw EspalierException.invalidField(
          "experiment_id",
          "number",
          "Invalid experiment ID '%s'. Experiment ID must be a valid integer."
              .formatted(Checks.cut(100, id)),
          Optional.empty());
    }
    return Long.parseLong(id);
  }

  /** At most {@code limit} things in one batch. */
  public static void batch(String what, int limit, int count) {
    if (count > limit) {
      throw EspalierException.invalidField(
          what,
          "batch",
          ("A batch logging request can contain at most %1$d %2$s. Got %3$d %2$s. Please split up"
                  + " %2$s across multiple requests and try again.")
              .formatted(limit, what, count),
          Optional.of(String.valueOf(limit)));
    }
  }

  /** A page size. */
  public static int page(java.util.OptionalLong asked, int absent, int most) {
    long size = asked.orElse(absent);
    if (size < 1 || size > most) {
      throw EspalierException.invalidField(
          "max_results",
          "range",
          "Invalid value for request parameter max_results. It must be at least 1 and at most %d, but"
                  .formatted(most)
              + " got value %d".formatted(size),
          Optional.of(String.valueOf(absent)));
    }
    return (int) size;
  }

  /** MLflow's words for a value that breaks a rule. */
  public static EspalierException invalid(String path, String value, String why) {
    String shown = Json.write(cut(200, value));
    return EspalierException.invalidField(
        path,
        "value",
        why.isEmpty()
            ? "Invalid value %s for parameter '%s' supplied.".formatted(shown, path)
            : "Invalid value %s for parameter '%s' supplied: %s".formatted(shown, path, why),
        Optional.empty());
  }
}
