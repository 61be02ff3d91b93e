package dev.espalier.platform;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where a PostgreSQL database is and who asks it. User and password come from the environment or a
 * file, never from the address, which ends up in process lists and logs.
 *
 * @param schema the tables' schema, made when absent
 * @param sslMode disable, prefer, require, verify-ca or verify-full
 */
public record DatabaseAddress(
    String host,
    int port,
    String database,
    String schema,
    String user,
    Optional<String> password,
    String sslMode,
    Optional<Path> sslRootCertificate) {
  /** The environment's names for what does not stand in the address. */
  public static final String USER = "ESPALIER_DATABASE_USER";

  public static final String PASSWORD = "ESPALIER_DATABASE_PASSWORD";
  public static final String PASSWORD_FILE = "ESPALIER_DATABASE_PASSWORD_FILE";
  private static final Set<String> SSL_MODES =
      Set.of("disable", "allow", "prefer", "require", "verify-ca", "verify-full");

  /**
   * Reads {@code postgresql://host[:port]/database[?schema=…&sslmode=…&sslrootcert=…]}.
   *
   * @throws EspalierException INVALID with what is wrong and how it is written
   */
  public static DatabaseAddress parse(String text, Map<String, String> environment) {
    URI uri;
    try {
      uri = new URI(text);
    } catch (URISyntaxException failure) {
      throw invalid("it is no address");
    }
    if (!"postgresql".equals(uri.getScheme()) && !"postgres".equals(uri.getScheme())) {
      throw invalid("it does not begin with postgresql://");
    }
    if (uri.getRawUserInfo() != null) {
      throw invalid(
          "user and password do not belong in it: set %s and %s, or %s"
              .formatted(USER, PASSWORD, PASSWORD_FILE));
    }
    String path = Optional.ofNullable(uri.getPath()).orElse("");
    if (uri.getHost() == null || !path.matches("/[^/]+")) {
      throw invalid("it names no host or no database");
    }
    Map<String, String> options = options(uri);
    return new DatabaseAddress(
        uri.getHost(),
        uri.getPort() < 0 ? 5432 : uri.getPort(),
        path.substring(1),
        checked("schema", options.getOrDefault("schema", "espalier"), "[a-z_][a-z0-9_]{0,62}"),
        environment.getOrDefault(USER, System.getProperty("user.name", "espalier")),
        password(environment),
        sslMode(options.getOrDefault("sslmode", "prefer")),
        Optional.ofNullable(options.get("sslrootcert")).map(Path::of));
  }

  private static Map<String, String> options(URI uri) {
    Map<String, String> options = new HashMap<>();
    String query = Optional.ofNullable(uri.getQuery()).orElse("");
    for (String each : query.isEmpty() ? new String[0] : query.split("&", -1)) {
      int equals = each.indexOf('=');
      String name = equals < 0 ? each : each.substring(0, equals);
      if (!Set.of("schema", "sslmode", "sslrootcert").contains(name)) {
        throw invalid("'%s' is none of schema, sslmode and sslrootcert".formatted(name));
      }
      options.put(name, each.substring(equals + 1));
    }
    return options;
  }

  private static String sslMode(String mode) {
    if (!SSL_MODES.contains(mode)) {
      throw invalid(
          "sslmode '%s' is none of %s".formatted(mode, SSL_MODES.stream().sorted().toList()));
    }
    return mode;
  }

  private static String checked(String name, String value, String pattern) {
    if (!value.matches(pattern)) {
      throw invalid("%s '%s' does not match %s".formatted(name, value, pattern));
    }
    return value;
  }

  private static Optional<String> password(Map<String, String> environment) {
    Optional<String> plain = Optional.ofNullable(environment.get(PASSWORD));
    Optional<String> file = Optional.ofNullable(environment.get(PASSWORD_FILE));
    if (plain.isPresent() || file.isEmpty()) {
      return plain;
    }
    try {
      return Optional.of(Files.readString(Path.of(file.get())).strip());
    } catch (IOException failure) {
      throw new EspalierException(
          ErrorCode.UNAVAILABLE,
          "Cannot read %s, which %s names.".formatted(file.get(), PASSWORD_FILE),
          failure);
    }
  }

  private static EspalierException invalid(String why) {
    return EspalierException.invalidField(
        "database",
        "postgresql://host[:port]/database[?schema=name&sslmode=mode&sslrootcert=file]",
        "The database address cannot be used: %s.".formatted(why),
        Optional.of("postgresql://127.0.0.1:5432/espalier"));
  }

  /** The address as {@link #parse} reads it: which tables, and nothing of who asks. */
  public String place() {
    return "%s?schema=%s".formatted(this, schema);
  }

  /** Without the password. */
  @Override
  public String toString() {
    return "postgresql://%s:%d/%s".formatted(host, port, database);
  }
}
