package dev.espalier.platform;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.JournalMode;
import org.sqlite.SQLiteConfig.SynchronousMode;
import org.sqlite.SQLiteConfig.TransactionMode;
import org.sqlite.SQLiteDataSource;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * The metadata database: SQLite in WAL mode with {@code synchronous=FULL}, so a commit that
 * returned survives a kill and a power cut.
 *
 * <p>SQLite has one writer. {@link #write} takes the writer's lock and runs one transaction; {@link
 * #read} runs on one of a few read-only connections and never waits for the writer. Thread-safe:
 * {@code writing} guards {@code writer}; {@code readers} hands each connection to one thread at a
 * time. A store must not call {@link #write} from inside {@link #read} of the same thread. {@link
 * #writeTogether} lets writes that wait at the same time share one commit.
 *
 * <p>Disk full, read-only file system and locked files come back as {@link ErrorCode#UNAVAILABLE}
 * with the cause in words; the transaction is rolled back.
 */
public final class Database implements AutoCloseable {
  private static final int READERS = 4;
  private static final int TOGETHER = 256;

  /** Bytes of the file that are read through the page cache: half the time of a large search. */
  private static final String MAPPED = "1073741824";

  private final Handle writer;
  private final ReentrantLock writing = new ReentrantLock();
  private final BlockingQueue<Handle> readers = new ArrayBlockingQueue<>(READERS);
  private final ConcurrentLinkedQueue<SharedWrite<?>> waiting = new ConcurrentLinkedQueue<>();

  private Database(Path file) {
    this.writer = open(file, TransactionMode.IMMEDIATE);
    for (int i = 0; i < READERS; i++) {
      readers.add(open(file, TransactionMode.DEFERRED));
    }
  }

  /**
   * Opens the database file, creating it when absent.
   *
   * @throws EspalierException UNAVAILABLE when the folder cannot be written
   */
  public static Database open(Path file) {
    try {
      return new Database(file);
    } catch (JdbiException failure) {
      throw translated(failure);
    }
  }

  private static Handle open(Path file, TransactionMode mode) {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(JournalMode.WAL);
    config.setSynchronous(SynchronousMode.FULL);
    config.setTransactionMode(mode);
    config.setBusyTimeout(10_000);
    config.setPragma(SQLiteConfig.Pragma.MMAP_SIZE, MAPPED);
    config.enforceForeignKeys(true);
    SQLiteDataSource source = new SQLiteDataSource(config);
    source.setUrl("jdbc:sqlite:" + file);
    return Jdbi.create(source).open();
  }

  /** Brings the tables of one stage up to date from {@code db/<stage>/V*.sql} on the class path. */
  public void migrate(String stage) {
    Migrations.apply(this, stage);
  }

  /** Runs {@code work} in one transaction: all of it is durable when this returns, or none. */
  public <T> T write(Function<Handle, T> work) {
    writing.lock();
    try {
      return writer.inTransaction(work::apply);
    } catch (JdbiException failure) {
      throw translated(failure);
    } finally {
      writing.unlock();
    }
  }

  /**
   * As {@link #write}, for small writes by many callers: those that wait at the same time share one
   * transaction and so one commit, each whole or not at all. The work may run on the thread of
   * another caller, so it must take no locks and read no thread-locals. Inside {@link #write} it
   * joins that transaction.
   */
  public <T> T writeTogether(Function<Handle, T> work) {
    if (writing.isHeldByCurrentThread()) {
      return work.apply(writer);
    }
    SharedWrite<T> own = new SharedWrite<>(work);
    waiting.add(own);
    writing.lock();
    try {
      while (!own.done()) {
        commitWaiting();
      }
    } finally {
      writing.unlock();
    }
    return own.outcome();
  }

  private void commitWaiting() {
    List<SharedWrite<?>> group = new ArrayList<>();
    for (SharedWrite<?> next = waiting.poll(); next != null; next = waiting.poll()) {
      group.add(next);
      if (group.size() == TOGETHER) {
        break;
      }
    }
    try {
      writer.useTransaction(handle -> {
        for (SharedWrite<?> each : group) {
          each.run(handle);
        }
      });
      group.forEach(SharedWrite::committed);
    } catch (JdbiException failure) {
      EspalierException translated = translated(failure);
      group.forEach(each -> each.failed(translated));
    } catch (RuntimeException | Error failure) {
      EspalierException broken =
          new EspalierException(ErrorCode.INTERNAL, "A shared write failed", failure);
      group.forEach(each -> each.failed(broken));
    }
  }

  /** Runs {@code work} on a consistent snapshot that writers do not disturb. */
  public <T> T read(Function<Handle, T> work) {
    Handle handle;
    try {
      handle = readers.take();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new EspalierException(ErrorCode.UNAVAILABLE, "Interrupted while waiting", interrupted);
    }
    try {
      return handle.inTransaction(work::apply);
    } catch (JdbiException failure) {
      throw translated(failure);
    } finally {
      readers.add(handle);
    }
  }

  /**
   * Copies the database of {@code from}, as of one moment, into the new file {@code to}. Whoever
   * has it open goes on working.
   *
   * @throws EspalierException NOT_FOUND when there is no database; UNAVAILABLE when {@code to}
   *     cannot be written
   */
  public static void copy(Path from, Path to) {
    if (!Files.isRegularFile(from)) {
      throw EspalierException.notFound("There is no database at %s.".formatted(from));
    }
    try (Handle handle = open(from, TransactionMode.DEFERRED)) {
      handle.execute("VACUUM INTO ?", to.toString());
    } catch (JdbiException failure) {
      throw translated(failure);
    }
  }

  /** Whether the file is a database whose pages and indexes agree. */
  public static boolean intact(Path file) {
    try (Handle handle = open(file, TransactionMode.DEFERRED)) {
      return handle
          .createQuery("PRAGMA integrity_check")
          .mapTo(String.class)
          .list()
          .equals(List.of("ok"));
    } catch (JdbiException unreadable) {
      return false;
    }
  }

  @Override
  public void close() {
    writing.lock();
    try {
      for (Handle reader : readers) {
        reader.close();
      }
      writer.close();
    } finally {
      writing.unlock();
    }
  }

  private static EspalierException translated(JdbiException failure) {
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

  /**
   * One caller's part of a shared transaction, behind a savepoint of its own. Its fields are
   * written and read under the database's writer lock.
   */
  private static final class SharedWrite<T> {
    private static final String SAVEPOINT = "shared_write";
    private final Function<Handle, T> work;
    private @Nullable T result;
    private @Nullable RuntimeException failure;
    private boolean done;

    SharedWrite(Function<Handle, T> work) {
      this.work = work;
    }

    /** Runs the work; a failure takes back what this work did and nothing else. */
    void run(Handle handle) {
      handle.savepoint(SAVEPOINT);
      try {
        result = work.apply(handle);
        handle.releaseSavepoint(SAVEPOINT);
      } catch (JdbiException broken) {
        failure = Database.translated(broken);
        handle.rollbackToSavepoint(SAVEPOINT);
      } catch (RuntimeException refused) {
        failure = refused;
        handle.rollbackToSavepoint(SAVEPOINT);
      }
    }

    void committed() {
      done = true;
    }

    /** The shared commit failed: nothing of this work is there. */
    void failed(RuntimeException cause) {
      failure = failure == null ? cause : failure;
      done = true;
    }

    boolean done() {
      return done;
    }

    /** What the work returned, or throws what it threw. */
    @SuppressWarnings("NullAway") // the work's own result, whatever it is
    T outcome() {
      if (failure != null) {
        throw failure;
      }
      return result;
    }
  }
}
