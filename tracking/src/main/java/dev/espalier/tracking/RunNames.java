package dev.espalier.tracking;

import java.util.List;
import java.util.random.RandomGenerator;

/** Readable names for runs and models that nobody named: {@code quiet-heron-417}. */
final class RunNames {
  private static final List<String> MOODS =
      List.of(
          "able", "brave", "calm", "clever", "curious", "eager", "gentle", "glad", "honest",
          "humble", "jolly", "keen", "kind", "lively", "merry", "nimble", "patient", "polite",
          "proud", "quick", "quiet", "serene", "sincere", "skilled", "sturdy", "tidy", "upbeat",
          "vivid", "warm", "wise");
  private static final List<String> CREATURES =
      List.of(
          "badger", "beaver", "crane", "dolphin", "falcon", "finch", "fox", "gull", "hare", "heron",
          "ibis", "jay", "kite", "lark", "lynx", "marten", "mole", "newt", "otter", "owl", "plover",
          "quail", "raven", "seal", "shrew", "stoat", "swift", "toad", "vole", "wren");

  private RunNames() {}

  static String next(RandomGenerator random) {
    return "%s-%s-%d"
        .formatted(
            MOODS.get(random.nextInt(MOODS.size())),
            CREATURES.get(random.nextInt(CREATURES.size())),
            random.nextInt(1_000));
  }
}
