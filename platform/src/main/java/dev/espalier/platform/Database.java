package dev.espalier.platform;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;

/**
 * The metadata database: a SQLite file, or a schema of PostgreSQL. A commit that returned survives
 * a kill and a power cut.
 *
 * <p>There is one writer, whichever database it is, so a store's transactions never meet each
 * other. {@link #write} takes the writer's lock and runs one transaction; {@link #read} runs on one
 * of a few read-only connections and never waits for the writer. Thread-safe: {@code writing}
 * guards {@code writer}; {@code readers} hands each connection to one thread at a time. A store
 * must not call {@link #write} from inside {@link #read} of the same thread; a {@link #write}
 * inside another joins its transaction. {@link #writeTogether} lets writes that wait at the same
 * time share one commit.
 *
 * <p>Disk full, read-only file system, locked files and a server out of reach come back as {@link
 * ErrorCode#UNAVAILABLE} with the cause in words; the transaction is rolled back. Connections that
 * broke are opened anew by the next caller, until {@link #close}: a late caller is refused then, so
 * that nothing keeps the database from the next process.
 */
public final class Database implements AutoCloseable {
  private static final int READERS = 4;
  private static final int TOGETHER = 256;
  private final Engine engine;
  private final Session writer;
  private final ReentrantLock writing = new ReentrantLock();
  private final BlockingQueue<Session> readers = new ArrayBlockingQueue<>(READERS);

  /** Counts losses: a connection opened before the last one is not trusted any more. */
  private final AtomicLong losses = new AtomicLong();

  private final ConcurrentLinkedQueue<SharedWrite<?>> waiting = new ConcurrentLinkedQueue<>();
  private final List<Runnable> afterCommit = new ArrayList<>();
  private final Set<String> migrated = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  private Database(Engine engine, Supplier<Handle> writing) {
    this.engine = engine;
    this.writer = new Session(writing);
    for (int i = 0; i < READERS; i++) {
      readers.add(new Session(engine::reader));
    }
  }

  /**
   * Opens the database file, creating it when absent.
   *
   * @throws EspalierException UNAVAILABLE when the folder cannot be written
   */
  public static Database open(Path file) {
    return open(new SqliteEngine(file));
  }

  /**
   * Opens a schema of a PostgreSQL database, creating it when absent.
   *
   * @throws EspalierException UNAVAILABLE when it cannot be reached, refuses the user or is in use
   *     by another process; INVALID when it does not keep UTF-8
   */
  public static Database open(DatabaseAddress address) {
    return open(new PostgresEngine(address));
  }

  /** Opens the database that another process writes: {@link #write} is refused. */
  public static Database reading(Path file) {
    if (!Files.isRegularFile(file)) {
      throw EspalierException.notFound("There is no database at %s.".formatted(file));
    }
    return reading(new SqliteEngine(file));
  }

  /** The same on PostgreSQL. */
  public static Database reading(DatabaseAddress address) {
    return reading(new PostgresEngine(address));
  }

  private static Database reading(Engine engine) {
    Database database =
        new Database(
            engine,
            () -> {
              throw new EspalierException(
                  ErrorCode.INTERNAL, "This process only reads the database");
            });
    database.read(handle -> handle.isReadOnly());
    return database;
  }

  private static Database open(Engine engine) {
    try {
      Database database = new Database(engine, engine::writer);
      database.writer.handle();
      return database;
    } catch (JdbiException failure) {
      throw engine.translated(failure);
    }
  }

  Dialect dialect() {
    return engine.dialect();
  }

  /**
   * Brings the tables of some stages up to date from {@code db/<stage>/V*.sql} on the class path,
   * in one commit; a stage that this database was asked for before costs nothing. A stage whose
   * tables refer to another's comes after it.
   */
  public void migrate(String... stages) {
    List<String> missing = Stream.of(stages).filter(stage -> !migrated.contains(stage)).toList();
    if (!missing.isEmpty()) {
      Migrations.apply(this, missing);
      migrated.addAll(missing);
    }
  }

  /** Runs {@code work} in one transaction: all of it is durable when this returns, or none. */
  public <T> T write(Function<Handle, T> work) {
    writing.lock();
    try {
      Handle handle = writing.getHoldCount() > 1 ? writer.current() : writer.handle();
      T result = handle.inTransaction(work::apply);
      committed();
      return result;
    } catch (JdbiException failure) {
      throw failed(failure);
    } finally {
      leave();
    }
  }

  /**
   * Runs {@code seen} once what this thread is writing is durable, and not at all when it is rolled
   * back; at once when this thread is not writing. For waking up readers: it must be short and must
   * not throw.
   */
  public void afterCommit(Runnable seen) {
    if (writing.isHeldByCurrentThread()) {
      afterCommit.add(seen);
    } else {
      seen.run();
    }
  }

  /** The outermost write of this thread has committed. */
  private void committed() {
    if (writing.getHoldCount() == 1) {
      List.copyOf(afterCommit).forEach(Runnable::run);
    }
  }

  private void leave() {
    if (writing.getHoldCount() == 1) {
      afterCommit.clear();
    }
    writing.unlock();
  }

  /**
   * As {@link #write}, for small writes by many callers: those that wait at the same time share one
   * transaction and so one commit, each whole or not at all. The work may run on the thread of
   * another caller, so it must take no locks and read no thread-locals. Inside {@link #write} it
   * joins that transaction.
   */
  public <T> T writeTogether(Function<Handle, T> work) {
    if (writing.isHeldByCurrentThread()) {
      return work.apply(writer.current());
    }
    SharedWrite<T> own = new SharedWrite<>(work, engine);
    waiting.add(own);
    writing.lock();
    try {
      while (!own.done()) {
        commitWaiting();
        committed();
        afterCommit.clear();
      }
    } finally {
      leave();
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
      writer
          .handle()
          .useTransaction(handle -> {
            for (SharedWrite<?> each : group) {
              int before = afterCommit.size();
              if (!each.run(handle)) {
                afterCommit.subList(before, afterCommit.size()).clear();
              }
            }
          });
      group.forEach(SharedWrite::committed);
    } catch (JdbiException failure) {
      afterCommit.clear();
      EspalierException translated = failed(failure);
      group.forEach(each -> each.failed(translated));
    } catch (RuntimeException | Error failure) {
      afterCommit.clear();
      EspalierException broken =
          new EspalierException(ErrorCode.INTERNAL, "A shared write failed", failure);
      group.forEach(each -> each.failed(broken));
    }
  }

  /** Runs {@code work} on a consistent snapshot that writers do not disturb. */
  public <T> T read(Function<Handle, T> work) {
    Session reader;
    try {
      reader = readers.take();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new EspalierException(ErrorCode.UNAVAILABLE, "Interrupted while waiting", interrupted);
    }
    try {
      return reader.handle().inTransaction(work::apply);
    } catch (JdbiException failure) {
      throw failed(failure);
    } finally {
      readers.add(reader);
      if (closed) {
        readers.forEach(Session::close);
      }
    }
  }

  private EspalierException failed(JdbiException failure) {
    if (engine.lost(failure)) {
      losses.incrementAndGet();
    }
    return engine.translated(failure);
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
    SqliteEngine engine = new SqliteEngine(from);
    try (Handle handle = engine.reader()) {
      handle.execute("VACUUM INTO ?", to.toString());
    } catch (JdbiException failure) {
      throw engine.translated(failure);
    }
  }

  /** Whether the file is a database whose pages and indexes agree. */
  public static boolean intact(Path file) {
    try (Handle handle = new SqliteEngine(file).reader()) {
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
      closed = true;
      readers.forEach(Session::close);
      writer.close();
    } finally {
      writing.unlock();
    }
  }

  /**
   * One connection, opened when it is first needed and again after one was lost. One thread uses it
   * at a time.
   */
  private final class Session {
    private final Supplier<Handle> opening;
    private @Nullable Handle handle;
    private long openedAfter;

    Session(Supplier<Handle> opening) {
      this.opening = opening;
    }

    Handle handle() {
      if (closed) {
        throw new EspalierException(ErrorCode.UNAVAILABLE, "This process is closing its database.");
      }
      Handle open = handle;
      if (open != null && openedAfter == losses.get()) {
        return open;
      }
      close();
      openedAfter = losses.get();
      open = opening.get();
      handle = open;
      return open;
    }

    /** The connection of the transaction under way. */
    Handle current() {
      Handle open = handle;
      return open == null ? handle() : open;
    }

    void close() {
      Handle open = handle;
      handle = null;
      if (open != null) {
        try {
          open.close();
        } catch (JdbiException broken) {
          // It was lost before: there is nothing left to close.
        }
      }
    }
  }

  /**
   * One caller's part of a shared transaction, behind a savepoint of its own. Its fields are
   * written and read under the database's writer lock.
   */
  private static final class SharedWrite<T> {
    private static final String SAVEPOINT = "shared_write";
    private final Function<Handle, T> work;
    private final Engine engine;
    private @Nullable T result;
    private @Nullable RuntimeException failure;
    private boolean done;

    SharedWrite(Function<Handle, T> work, Engine engine) {
      this.work = work;
      this.engine = engine;
    }

    /** Runs the work; a failure takes back what this work did and nothing else: false then. */
    boolean run(Handle handle) {
      handle.savepoint(SAVEPOINT);
      try {
        result = work.apply(handle);
        handle.releaseSavepoint(SAVEPOINT);
        return true;
      } catch (JdbiException broken) {
        failure = engine.translated(broken);
        if (engine.lost(broken)) {
          throw broken;
        }
        handle.rollbackToSavepoint(SAVEPOINT);
      } catch (RuntimeException refused) {
        failure = refused;
        handle.rollbackToSavepoint(SAVEPOINT);
      }
      return false;
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
