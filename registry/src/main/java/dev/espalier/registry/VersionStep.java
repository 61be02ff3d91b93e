package dev.espalier.registry;

import dev.espalier.model.Signature;
import dev.espalier.platform.Digest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * The step from one version to the next, decided by what differs: the contract with callers
 * (MAJOR), what was learned from or how (MINOR), or nothing but the run (PATCH).
 */
record VersionStep(SemVer.Bump bump, String reason) {
  private record Subject(
      Signature signature, Digest snapshot, String rung, SortedMap<String, String> meta) {}

  static VersionStep between(ModelVersion before, Registration after) {
    return between(
        new Subject(before.signature(), before.snapshot(), before.rung(), before.meta()),
        new Subject(after.signature(), after.snapshot(), after.rung(), after.meta()));
  }

  static VersionStep between(ModelVersion before, ModelVersion after) {
    return between(
        new Subject(before.signature(), before.snapshot(), before.rung(), before.meta()),
        new Subject(after.signature(), after.snapshot(), after.rung(), after.meta()));
  }

  private static VersionStep between(Subject before, Subject after) {
    List<String> breaking = new ArrayList<>();
    if (!before.signature().labels().equals(after.signature().labels())) {
      breaking.add("the labels changed");
    } else if (!before.signature().equals(after.signature())) {
      breaking.add("the signature changed");
    }
    if (differs(before, after, "preprocessing")) {
      breaking.add("the preprocessing changed");
    }
    if (!breaking.isEmpty()) {
      return new VersionStep(SemVer.Bump.MAJOR, sentence(breaking));
    }
    List<String> additive = new ArrayList<>();
    if (!before.snapshot().equals(after.snapshot())) {
      additive.add("new data");
    }
    if (!before.rung().equals(after.rung())) {
      additive.add("rung %s instead of %s".formatted(after.rung(), before.rung()));
    }
    for (String key : List.of("architecture", "features", "params")) {
      if (differs(before, after, key)) {
        additive.add("other " + key);
      }
    }
    return additive.isEmpty()
        ? new VersionStep(SemVer.Bump.PATCH, "The same configuration, run again.")
        : new VersionStep(SemVer.Bump.MINOR, sentence(additive));
  }

  private static boolean differs(Subject before, Subject after, String key) {
    return !Optional.ofNullable(before.meta().get(key))
        .equals(Optional.ofNullable(after.meta().get(key)));
  }

  private static String sentence(List<String> parts) {
    String text = String.join(", ", parts);
    return Character.toUpperCase(text.charAt(0)) + text.substring(1) + ".";
  }
}
