package dev.espalier.server;

import dev.espalier.platform.EspalierException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * How one process runs.
 *
 * @param home the folder that holds everything
 * @param host the interface; loopback only
 * @param port 0 for any free one
 * @param stores where rows and artifacts live
 */
public record ServerConfig(Path home, String host, int port, Stores stores) {
  private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "localhost", "::1");

  public ServerConfig {
    if (!LOOPBACK.contains(host)) {
      throw EspalierException.invalidField(
          "--host",
          "loopback",
          "Listening on %s would let anybody in: TLS and login are not offered yet, so Espalier"
                  .formatted(host)
              + " listens on this machine only. Put an authenticating proxy on the same machine in"
              + " front of it.",
          Optional.of("127.0.0.1"));
    }
    if (port < 0 || port > 65_535) {
      throw EspalierException.invalidField(
          "--port", "range", "A port is a number from 0 to 65535.", Optional.of("8080"));
    }
  }

  /** With everything in the home. */
  public ServerConfig(Path home, String host, int port) {
    this(home, host, port, Stores.EMBEDDED);
  }

  /** On 127.0.0.1. */
  public static ServerConfig local(Path home, int port) {
    return new ServerConfig(home, "127.0.0.1", port);
  }
}
