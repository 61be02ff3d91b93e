package dev.espalier.platform;

import com.google.re2j.Pattern;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.sqlite.Function;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.JournalMode;
import org.sqlite.SQLiteConfig.SynchronousMode;
import org.sqlite.SQLiteConfig.TransactionMode;
import org.sqlite.SQLiteDataSource;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** A SQLite file in WAL mode with {@code synchronous=FULL}. */
record SqliteEngine(Path file) implements Engine {
  /** Bytes of the file that are read through the page cache: half the time of a large search. */
  private static final String MAPPED = "1073741824";

  @Override
  public Handle writer() {
    return open(TransactionMode.IMMEDIATE);
  }

  @Override
  public Handle reader() {
    return open(TransactionMode.DEFERRED);
  }

  private Handle open(TransactionMode mode) {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(JournalMode.WAL);
    config.setSynchronous(SynchronousMode.FULL);
    config.setTransactionMode(mode);
    config.setBusyTimeout(10_000);
    config.setPragma(SQLiteConfig.Pragma.MMAP_SIZE, MAPPED);
    config.enforceForeignKeys(true);
    // Or the driver asks for the last row id after each write; stores say RETURNING where they
    // care.
    config.setGetGeneratedKeys(false);
    SQLiteDataSource source = new SQLiteDataSource(config);
    source.setUrl("jdbc:sqlite:" + file);
    Handle handle = Jdbi.create(source).open();
    try {
      Function.create(
          handle.getConnection(), "regexp", new Regexp(), 2, Function.FLAG_DETERMINISTIC);
    } catch (SQLException failure) {
      handle.close();
      throw new UnableToExecuteStatementException(failure, null);
    }
    return handle;
  }

  /**
   * {@code x REGEXP pattern}, which SQLite leaves to its callers; found anywhere in x. One of each
   * connection, so by one thread at a time.
   */
  private static final class Regexp extends Function {
    private Optional<Pattern> last = Optional.empty();

    @Override
    protected void xFunc() throws SQLException {
      String expression = value_text(0);
      String text = value_text(1);
      if (expression == null || text == null) {
        result();
        return;
      }
      Pattern pattern =
          last.filter(known -> known.pattern().equals(expression))
              .orElseGet(() -> Dialect.pattern(expression));
      last = Optional.of(pattern);
      result(pattern.matcher(text).find() ? 1 : 0);
    }
  }

  @Override
  public Dialect dialect() {
    return Dialect.SQLITE;
  }

  @Override
  public boolean lost(JdbiException failure) {
    return false;
  }

  @Override
  public EspalierException translated(JdbiException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLiteException sqlite) {
        return switch (sqlite.getResultCode()) {
          case SQLITE_FULL, SQLITE_IOERR, SQLITE_IOERR_WRITE, SQLITE_IOERR_FSYNC ->
              unavailable("The disk is full or failing: free some space and try again", sqlite);
          case SQLITE_READONLY, SQLITE_READONLY_DIRECTORY, SQLITE_CANTOPEN, SQLITE_PERM ->
              unavailable("The home folder cannot be written: check its permissions", sqlite);
          case SQLITE_BUSY, SQLITE_LOCKED ->
              unavailable("Another process uses this home folder: stop it first", sqlite);
          default -> byFamily(sqlite, failure);
        };
      }
    }
    return new EspalierException(ErrorCode.INTERNAL, "Database failure", failure);
  }

  private static EspalierException byFamily(SQLiteException sqlite, JdbiException failure) {
    if ((sqlite.getErrorCode() & 0xff) == SQLiteErrorCode.SQLITE_CONSTRAINT.code) {
      return new EspalierException(
          ErrorCode.CONFLICT, "This contradicts a record that exists already", failure);
    }
    return new EspalierException(ErrorCode.INTERNAL, "Database failure", failure);
  }

  private static EspalierException unavailable(String message, SQLException cause) {
    return new EspalierException(ErrorCode.UNAVAILABLE, message + ".", cause);
  }
}
