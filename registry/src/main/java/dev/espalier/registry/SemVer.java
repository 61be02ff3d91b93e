package dev.espalier.registry;

import dev.espalier.platform.EspalierException;
import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A semantic version without pre-release parts (semver.org 2.0.0, sections 2 and 11). */
record SemVer(int major, int minor, int patch) implements Comparable<SemVer> {
  static final SemVer FIRST = new SemVer(1, 0, 0);
  private static final Pattern SHAPE =
      Pattern.compile("(0|[1-9]\\d{0,8})\\.(0|[1-9]\\d{0,8})\\.(0|[1-9]\\d{0,8})");

  /** How much a version differs from the one before. */
  enum Bump {
    MAJOR,
    MINOR,
    PATCH
  }

  static boolean valid(String text) {
    return SHAPE.matcher(text).matches();
  }

  static SemVer parse(String text) {
    Matcher matcher = SHAPE.matcher(text);
    if (!matcher.matches()) {
      throw EspalierException.invalid("Not a version: '%s'. Expected 1.2.3.".formatted(text));
    }
    return new SemVer(
        Integer.parseInt(matcher.group(1)),
        Integer.parseInt(matcher.group(2)),
        Integer.parseInt(matcher.group(3)));
  }

  SemVer next(Bump bump) {
    return switch (bump) {
      case MAJOR -> new SemVer(major + 1, 0, 0);
      case MINOR -> new SemVer(major, minor + 1, 0);
      case PATCH -> new SemVer(major, minor, patch + 1);
    };
  }

  @Override
  public int compareTo(SemVer other) {
    return Comparator.comparingInt(SemVer::major)
        .thenComparingInt(SemVer::minor)
        .thenComparingInt(SemVer::patch)
        .compare(this, other);
  }

  @Override
  public String toString() {
    return "%d.%d.%d".formatted(major, minor, patch);
  }
}
