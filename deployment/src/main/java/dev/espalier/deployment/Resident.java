package dev.espalier.deployment;

import dev.espalier.model.Engine;
import dev.espalier.model.Signature;
import dev.espalier.platform.EspalierException;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The bytes of the bundles that products which share this process hold in memory. A load reserves
 * before it reads, so that two loads cannot both take the last of the budget. Thread-safe.
 */
final class Resident {
  private final AtomicLong bytes = new AtomicLong();

  /**
   * Takes room for a bundle.
   *
   * @throws EspalierException LIMIT when it does not fit beside what is loaded
   */
  void reserve(String name, long more, long budget) {
    long before = bytes.getAndUpdate(held -> held + more > budget ? held : held + more);
    if (before + more > budget) {
      throw EspalierException.limit(
          "%s needs %,d bytes; %,d of the %,d that models may share are taken (serving.multi_model.budget)."
              .formatted(name, more, before, budget));
    }
  }

  void free(long less) {
    bytes.addAndGet(-less);
  }

  /** An engine that gives its room back when it is closed. */
  record Counted(Engine engine, long bytes, Resident resident, AtomicBoolean open)
      implements Engine {
    Counted(Engine engine, long bytes, Resident resident) {
      this(engine, bytes, resident, new AtomicBoolean(true));
    }

    @Override
    public Signature signature() {
      return engine.signature();
    }

    @Override
    public List<double[]> score(List<String> texts) {
      return engine.score(texts);
    }

    @Override
    public int tokens(String text) {
      return engine.tokens(text);
    }

    @Override
    public String device() {
      return engine.device();
    }

    @Override
    public void close() {
      if (open.compareAndSet(true, false)) {
        engine.close();
        resident.free(bytes);
      }
    }
  }
}
