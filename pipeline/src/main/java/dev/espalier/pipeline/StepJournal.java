package dev.espalier.pipeline;

import dev.espalier.platform.Events;
import dev.espalier.tracking.Tracking;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/**
 * What one attempt says, on its way to the stores: log lines in batches and within a bound (head
 * and tail are kept), progress at most four times a second, metrics to tracking. Thread-safe: its
 * own monitor guards the fields.
 */
final class StepJournal implements AttemptEvents {
  private static final long QUIET_NANOS = 250_000_000L;
  private static final int BATCH = 200;
  private static final int LONGEST_LINE = 8_000;
  private static final int TAIL = 500;
  private final RunStore.RunRow run;
  private final String step;
  private final int attempt;
  private final RunStore store;
  private final LogStore logs;
  private final Tracking tracking;
  private final Events events;
  private final InstantSource machine;
  private final long limit;
  private final List<LogLine> waiting = new ArrayList<>();
  private final java.util.ArrayDeque<String> tail = new java.util.ArrayDeque<>();
  private long seq;
  private long written;
  private long cut;
  private long lastProgress;
  private long metricStep;

  StepJournal(
      RunStore.RunRow run,
      String step,
      int attempt,
      RunStore store,
      LogStore logs,
      Tracking tracking,
      Events events,
      InstantSource machine,
      long limit) {
    this.run = run;
    this.step = step;
    this.attempt = attempt;
    this.store = store;
    this.logs = logs;
    this.tracking = tracking;
    this.events = events;
    this.machine = machine;
    this.limit = limit;
    this.seq = logs.last(run.id(), step);
  }

  /** What the interface shows while a step works. */
  record Moved(String runId, String step, long done, long total, String unit) {}

  @Override
  public synchronized void progress(StepRun.Progress progress) {
    long now = System.nanoTime();
    boolean last = progress.total() > 0 && progress.done() >= progress.total();
    if (now - lastProgress < QUIET_NANOS && !last) {
      return;
    }
    lastProgress = now;
    store.progress(run.id(), step, progress);
    events.publish(
        run.product(),
        "run.progress",
        new Moved(run.id(), step, progress.done(), progress.total(), progress.unit()));
  }

  @Override
  public synchronized void metric(String key, double value) {
    tracking.metric(run.id(), key, value, metricStep++, run.createdAt());
  }

  @Override
  public synchronized void log(String line) {
    String text = line.length() <= LONGEST_LINE ? line : line.substring(0, LONGEST_LINE) + "…";
    if (cut > 0 || written + text.length() > limit) {
      cut++;
      tail.add(text);
      if (tail.size() > TAIL) {
        tail.remove();
      }
      return;
    }
    written += text.length();
    add(text);
  }

  private void add(String text) {
    waiting.add(new LogLine(++seq, attempt, now(), text));
    if (waiting.size() >= BATCH) {
      flush();
    }
  }

  private Instant now() {
    return machine.instant();
  }

  /** Writes what is waiting; called when the attempt ends, too. */
  synchronized void flush() {
    if (cut > 0) {
      waiting.add(
          new LogLine(++seq, attempt, now(), "… %d lines cut …".formatted(cut - tail.size())));
      tail.forEach(text -> waiting.add(new LogLine(++seq, attempt, now(), text)));
      tail.clear();
      cut = 0;
    }
    if (!waiting.isEmpty()) {
      logs.append(run.id(), step, List.copyOf(waiting));
      waiting.clear();
    }
  }
}
