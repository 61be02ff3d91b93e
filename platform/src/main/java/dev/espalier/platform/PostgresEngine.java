package dev.espalier.platform;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Properties;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;

/**
 * A schema of a PostgreSQL database. The writing connection holds an advisory lock for as long as
 * it lives, so two processes cannot write the same schema; a process that lost its connection has
 * to take the lock again before it may go on. Commits are durable whatever the server's default
 * ({@code synchronous_commit=on}); readers see one moment ({@code REPEATABLE READ, READ ONLY}).
 */
record PostgresEngine(DatabaseAddress address) implements Engine {
  private static final String APPLICATION = "espalier";

  @Override
  public Handle writer() {
    Handle handle = open();
    try {
      String encoding = word(handle, "SHOW server_encoding");
      if (!encoding.equals("UTF8")) {
        throw EspalierException.invalid(
            "The database %s keeps texts as %s. Create it with ENCODING 'UTF8'."
                .formatted(address, encoding));
      }
      handle.execute("SET lock_timeout = '10s'");
      handle.execute(
          "SELECT pg_advisory_lock(hashtext(?), hashtext(?))", APPLICATION, address.schema());
      handle.execute("SET lock_timeout = 0");
      handle.execute("CREATE SCHEMA IF NOT EXISTS \"" + address.schema() + "\"");
      handle.execute("SET synchronous_commit = on");
      return handle;
    } catch (RuntimeException failure) {
      handle.close();
      throw failure;
    }
  }

  @Override
  public Handle reader() {
    Handle handle = open();
    try {
      Connection connection = handle.getConnection();
      connection.setReadOnly(true);
      connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      return handle;
    } catch (SQLException failure) {
      handle.close();
      throw new org.jdbi.v3.core.ConnectionException(failure);
    }
  }

  private Handle open() {
    Properties properties = new Properties();
    properties.setProperty("user", address.user());
    address.password().ifPresent(password -> properties.setProperty("password", password));
    properties.setProperty("currentSchema", address.schema());
    properties.setProperty("sslmode", address.sslMode());
    address
        .sslRootCertificate()
        .ifPresent(file -> properties.setProperty("sslrootcert", file.toString()));
    properties.setProperty("ApplicationName", APPLICATION);
    properties.setProperty("tcpKeepAlive", "true");
    properties.setProperty("connectTimeout", "10");
    String url =
        "jdbc:postgresql://%s:%d/%s"
            .formatted(
                address.host(),
                address.port(),
                URLEncoder.encode(address.database(), StandardCharsets.UTF_8));
    Handle handle = Jdbi.create(url, properties).open();
    // Compiling a query costs more than any of ours takes, and a prepared one is compiled each
    // time.
    handle.execute("SET jit = off");
    // Our queries stop after a page: starting a second process for one costs more than it walks.
    handle.execute("SET max_parallel_workers_per_gather = 0");
    return handle;
  }

  private static String word(Handle handle, String sql) {
    return handle.createQuery(sql).mapTo(String.class).one();
  }

  @Override
  public Dialect dialect() {
    return Dialect.POSTGRESQL;
  }

  @Override
  public boolean lost(JdbiException failure) {
    String state = state(failure);
    return state.startsWith("08") || state.startsWith("57P");
  }

  @Override
  public EspalierException translated(JdbiException failure) {
    String state = state(failure);
    return switch (state) {
      case "53100" ->
          unavailable("The database's disk is full: free some space and try again", failure);
      case "55P03" ->
          unavailable(
              "Another Espalier uses schema '%s' of %s. Stop it, or name another with ?schema="
                  .formatted(address.schema(), address),
              failure);
      case "28P01", "28000" ->
          unavailable(
              "%s refuses user '%s': set %s and %s, or %s"
                  .formatted(
                      address,
                      address.user(),
                      DatabaseAddress.USER,
                      DatabaseAddress.PASSWORD,
                      DatabaseAddress.PASSWORD_FILE),
              failure);
      case "3D000" ->
          unavailable(
              "There is no database '%s' on the server: create it first"
                  .formatted(address.database()),
              failure);
      case "42501" ->
          unavailable(
              "User '%s' may not do this in %s: grant CREATE on the database"
                  .formatted(address.user(), address),
              failure);
      case "22021", "22P05" ->
          new EspalierException(
              ErrorCode.INVALID,
              "A text holds a character that the database cannot keep, such as NUL: leave it out.",
              failure);
      default -> byFamily(state, failure);
    };
  }

  private EspalierException byFamily(String state, JdbiException failure) {
    return switch (state.length() < 2 ? "" : state.substring(0, 2)) {
      case "23" ->
          new EspalierException(
              ErrorCode.CONFLICT, "This contradicts a record that exists already", failure);
      case "08", "57" ->
          unavailable(
              "The database %s cannot be reached; a write under way may or may not be kept. Try again"
                  .formatted(address),
              failure);
      case "40", "53", "58" ->
          unavailable(
              "The database %s is overloaded or failing: try again".formatted(address), failure);
      default -> new EspalierException(ErrorCode.INTERNAL, "Database failure", failure);
    };
  }

  private static String state(JdbiException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql && sql.getSQLState() != null) {
        return sql.getSQLState();
      }
    }
    return "";
  }

  private static EspalierException unavailable(String message, JdbiException cause) {
    return new EspalierException(ErrorCode.UNAVAILABLE, message + ".", cause);
  }
}
