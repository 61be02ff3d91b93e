package dev.espalier.artifacts;

import dev.espalier.platform.EspalierException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A path inside an artifact tree as a caller names it: relative, canonical, and only ever a key of
 * a table, never a path of the file system. The empty path is the root.
 *
 * <p>Refused are absolute paths of either system, drive letters, backslashes, {@code #}, control
 * characters, empty, {@code .} and {@code ..} segments, in the given text, in every further
 * percent-decoding of it up to a fixed point, and in its Unicode compatibility form (so that a
 * full-width {@code ．．／} does not slip through a store that normalises names).
 *
 * <p>What it names is that fixed point, as for MLflow's client: {@code %41.txt} is {@code A.txt}.
 * That client decodes the names of a listing and asks for those, so that a name kept with its
 * percent signs could be put and never be fetched with its folder.
 */
public record ArtifactPath(String text) {
  private static final int MAX_LENGTH = 1_900;
  private static final int MAX_NAME = 900;
  private static final int DECODINGS = 10;
  private static final Pattern DRIVE = Pattern.compile("[A-Za-z]:.*", Pattern.DOTALL);
  private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*:/.*");

  private static final Pattern ENCODED = Pattern.compile("(?:%[0-9A-Fa-f]{2})+");

  /** The root of the tree. */
  public static final ArtifactPath ROOT = new ArtifactPath("");

  /**
   * Checks the path.
   *
   * @throws EspalierException INVALID
   */
  public ArtifactPath {
    String form = text;
    for (int round = 0; ; round++) {
      check(text, form);
      check(text, Normalizer.normalize(form, Normalizer.Form.NFKC));
      String decoded = decoded(form);
      if (decoded.equals(form)) {
        break;
      }
      if (round == DECODINGS) {
        throw invalid(text, "it is percent-encoded over and over");
      }
      form = decoded;
    }
    text = form;
  }

  /** The path, with slashes at its end taken off, as directories are often written. */
  public static ArtifactPath of(String text) {
    String path = text;
    while (path.endsWith("/") && path.length() > 1) {
      path = path.substring(0, path.length() - 1);
    }
    return new ArtifactPath(path);
  }

  /** A percent sign without two digits after it stands for itself. */
  private static String decoded(String form) {
    return form.indexOf('%') < 0
        ? form
        : ENCODED
            .matcher(form)
            .replaceAll(run ->
                Matcher.quoteReplacement(URLDecoder.decode(run.group(), StandardCharsets.UTF_8)));
  }

  private static void check(String given, String form) {
    if (form.isEmpty() && given.isEmpty()) {
      return;
    }
    if (form.length() > MAX_LENGTH) {
      throw invalid(given, "it is longer than %d characters".formatted(MAX_LENGTH));
    }
    if (form.chars().anyMatch(c -> c < 0x20 || c == 0x7f || c == '\\' || c == '#')) {
      throw invalid(given, "it holds a control character, a backslash or '#'");
    }
    if (form.startsWith("/") || DRIVE.matcher(form).matches() || SCHEME.matcher(form).matches()) {
      throw invalid(given, "it is absolute");
    }
    for (String segment : form.split("/", -1)) {
      if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
        throw invalid(given, "a segment is empty, '.' or '..'");
      }
      if (segment.length() > MAX_NAME) {
        throw invalid(given, "a name is longer than %d characters".formatted(MAX_NAME));
      }
    }
  }

  private static EspalierException invalid(String given, String why) {
    String shown = given.length() <= 100 ? given : given.substring(0, 100) + "…";
    return EspalierException.invalidField(
        "path",
        "path",
        "Invalid path: '%s': %s.".formatted(shown.replaceAll("\\p{Cntrl}", "?"), why),
        Optional.empty());
  }

  public boolean isRoot() {
    return text.isEmpty();
  }

  /** The last name of the path; empty for the root. */
  public String name() {
    return text.substring(text.lastIndexOf('/') + 1);
  }

  /** The path without its last name; the root's parent is the root. */
  public ArtifactPath parent() {
    int slash = text.lastIndexOf('/');
    return slash < 0 ? ROOT : new ArtifactPath(text.substring(0, slash));
  }

  /** This path, and {@code below} under it. */
  public ArtifactPath resolve(ArtifactPath below) {
    if (below.isRoot()) {
      return this;
    }
    return isRoot() ? below : new ArtifactPath(text + "/" + below.text);
  }

  @Override
  public String toString() {
    return text;
  }
}
