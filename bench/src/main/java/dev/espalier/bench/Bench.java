package dev.espalier.bench;

import java.nio.file.Path;
import java.util.List;

/** Something that is measured: it makes one table, and leaves nothing running. */
interface Bench {
  Section measure(Setting setting) throws Exception;

  /**
   * Where and how thoroughly.
   *
   * @param root of the checkout
   * @param work an empty folder, removed afterwards
   * @param quick shorter windows and fewer rounds
   * @param resume take what an interrupted run has measured already
   */
  record Setting(Path root, Path work, boolean quick, boolean resume) {
    Path program() {
      return root.resolve("server/target/espalier");
    }

    int rounds() {
      return quick ? 3 : 5;
    }

    /** The Java that runs this, with this class path. */
    List<String> java(Class<?> main) {
      return List.of(
          Path.of(System.getProperty("java.home"), "bin", "java").toString(),
          "-XX:+UseSerialGC",
          "-Djava.util.logging.config.file=" + program().resolve("bin/logging.properties"),
          "-cp",
          System.getProperty("java.class.path"),
          main.getName());
    }
  }
}
