package dev.espalier.registry;

import dev.espalier.platform.EspalierException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The source of a version as a client names it, checked so that it can never lead a reader to a
 * path of this machine: no local path, no {@code ..} in any decoding, and a path on this server
 * only inside the run or the logged model that the client names. Nothing is ever fetched from it.
 */
final class VersionSource {
  private static final int DECODINGS = 10;
  private static final int MAX_LENGTH = 4_000;
  private static final Pattern SCHEME = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]+):.*");

  private VersionSource() {}

  /** What kind of place a source names. */
  enum Kind {
    MODEL_ID,
    MODEL_VERSION,
    RUN,
    HERE,
    ELSEWHERE
  }

  /**
   * Checks the form of a source.
   *
   * @throws EspalierException INVALID
   */
  static Kind check(String source) {
    String form = source;
    for (int round = 0; ; round++) {
      refuseEscapes(source, form);
      String decoded = decoded(form);
      if (decoded.equals(form)) {
        break;
      }
      if (round == DECODINGS) {
        throw relative(source);
      }
      form = decoded;
    }
    var scheme = SCHEME.matcher(source);
    if (!scheme.matches() || scheme.group(1).equalsIgnoreCase("file")) {
      throw EspalierException.invalid(
          ("Invalid model version source: '%s'. To use a local path as a model version source, the"
                  + " run_id request parameter has to be specified and the local path has to be"
                  + " contained within the artifact directory of the run specified by the run_id.")
              .formatted(shown(source)));
    }
    return switch (scheme.group(1).toLowerCase(java.util.Locale.ROOT)) {
      case "models" -> source.startsWith("models:/m-") ? Kind.MODEL_ID : Kind.MODEL_VERSION;
      case "runs" -> Kind.RUN;
      case "mlflow-artifacts" -> Kind.HERE;
      default -> form.contains("/api/2.0/mlflow-artifacts/") ? Kind.HERE : Kind.ELSEWHERE;
    };
  }

  private static String decoded(String form) {
    try {
      return form.indexOf('%') < 0
          ? form
          : URLDecoder.decode(form.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException literalPercent) {
      return form;
    }
  }

  private static void refuseEscapes(String source, String form) {
    if (source.length() > MAX_LENGTH
        || form.chars().anyMatch(c -> c < 0x20 || c == 0x7f || c == '\\')) {
      throw relative(source);
    }
    for (String segment : form.split("/", -1)) {
      if (segment.equals("..") || segment.equals(".")) {
        throw relative(source);
      }
    }
  }

  private static EspalierException relative(String source) {
    return EspalierException.invalid(
        ("Invalid model version source: '%s'. If supplying a source as an http, https, local file"
                + " path, ftp, objectstore, or mlflow-artifacts uri, an absolute path must be"
                + " provided without relative path references present. Please provide an absolute"
                + " path.")
            .formatted(shown(source)));
  }

  private static String shown(String source) {
    return source.length() <= 200 ? source : source.substring(0, 200) + "…";
  }

  /**
   * Checks that a source lies inside the place its parameter names.
   *
   * @param root the artifact root of that place; empty when there is no such place
   * @throws EspalierException INVALID
   */
  static void inside(String source, Optional<String> root, String parameter) {
    if (root.filter(place -> source.equals(place) || source.startsWith(place + "/")).isEmpty()) {
      throw unrelated(source, parameter);
    }
  }

  static EspalierException unrelated(String source, String parameter) {
    return EspalierException.invalid(
        ("Invalid model version source: '%s'. The %s request parameter must identify the resource"
                + " that contains the source.")
            .formatted(shown(source), parameter));
  }
}
