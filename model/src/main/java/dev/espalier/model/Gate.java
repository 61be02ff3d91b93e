package dev.espalier.model;

import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/**
 * Lets calls run side by side and makes a close wait for them: closing native state under a running
 * call would crash the process. {@code lock} guards {@code closed}.
 */
final class Gate {
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  private boolean closed;

  <T> T whileOpen(Supplier<T> call) {
    lock.readLock().lock();
    try {
      if (closed) {
        throw new EspalierException(ErrorCode.UNAVAILABLE, "This model has been unloaded.");
      }
      return call.get();
    } finally {
      lock.readLock().unlock();
    }
  }

  void close(Runnable release) {
    lock.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        release.run();
      }
    } finally {
      lock.writeLock().unlock();
    }
  }
}
