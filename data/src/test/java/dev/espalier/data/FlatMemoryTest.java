package dev.espalier.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlatMemoryTest {
  @TempDir Path folder;

  @Test
  void adds_and_freezes_a_hundred_megabytes_in_a_heap_of_ninety_six() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx96m",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                HundredMegabytes.class.getName(),
                folder.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    String[] counts = out.strip().split(" ");
    assertThat(Long.parseLong(counts[0])).isGreaterThan(100_000);
    assertThat(counts[1]).isEqualTo("0");
    assertThat(counts[2]).isEqualTo(counts[0]);
  }
}
