package dev.espalier.server;

import java.nio.file.Path;

/** What is downloaded or unpacked once per user, for all homes. */
public final class UserCache {
  private UserCache() {}

  /** {@code espalier} under {@code XDG_CACHE_HOME}, or under {@code ~/.cache}. */
  public static Path folder() {
    String xdg = System.getenv("XDG_CACHE_HOME");
    Path base =
        xdg == null || xdg.isBlank()
            ? Path.of(System.getProperty("user.home"), ".cache")
            : Path.of(xdg);
    return base.resolve("espalier");
  }
}
