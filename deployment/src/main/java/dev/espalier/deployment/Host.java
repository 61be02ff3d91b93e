package dev.espalier.deployment;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The machine on which this process serves.
 *
 * @param arch as the canvas writes it: x86_64, aarch64
 * @param zone the region, where {@value #ZONE} says it
 * @param devices accelerators that the operating system shows: gpu, npu
 */
public record Host(String arch, Optional<String> zone, Set<String> devices) {
  /** The environment variable that says in which region the machine stands. */
  public static final String ZONE = "ESPALIER_ZONE";

  public Host {
    devices = Set.copyOf(devices);
  }

  /** This machine. */
  public static Host here() {
    String arch = System.getProperty("os.arch", "");
    return new Host(
        arch.equals("amd64") ? "x86_64" : arch,
        Optional.ofNullable(System.getenv(ZONE)).filter(zone -> !zone.isBlank()),
        accelerators());
  }

  /** True when a machine in {@code zone} lies in the region: eu holds eu and eu-central-1. */
  static boolean within(String zone, String region) {
    return zone.equals(region) || zone.startsWith(region + "-");
  }

  /** NVIDIA's devices, and the kernel's accelerator class. */
  private static Set<String> accelerators() {
    Set<String> kinds = new HashSet<>();
    if (Files.exists(Path.of("/dev/nvidiactl"))) {
      kinds.add("gpu");
    }
    try (Stream<Path> devices = Files.list(Path.of("/dev/accel"))) {
      if (devices.findAny().isPresent()) {
        kinds.add("npu");
      }
    } catch (IOException none) {
      return kinds;
    }
    return kinds;
  }
}
