package dev.espalier.platform;

import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;

/**
 * One caller's part of a shared transaction, behind a savepoint of its own. Its fields are written
 * and read under the database's writer lock.
 */
final class SharedWrite<T> {
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
