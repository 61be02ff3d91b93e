package dev.espalier.server.demo;

import java.io.Console;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Optional;

/**
 * How far the demo is: one redrawn bar a stage on a terminal, plain lines otherwise. Not
 * thread-safe; the demo speaks from one thread.
 */
final class Progress {
  private static final int WIDTH = 28;
  private static final long REDRAW_NANOS = 80_000_000L;
  private final PrintWriter out;
  private final boolean terminal;
  private String stage = "";
  private long stageStart;
  private long drawn;
  private boolean barShown;

  Progress(PrintWriter out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  /** A progress for the console that this process has, if any. */
  static Progress of(PrintWriter out) {
    return new Progress(
        out, Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false));
  }

  /** Begins a stage; the one before is over. */
  void stage(String name) {
    finishStage();
    stage = name;
    stageStart = System.nanoTime();
    if (!terminal) {
      out.printf("== %s%n", name);
      out.flush();
    }
  }

  /** Moves the stage's bar. */
  void update(long done, long total, String detail) {
    long now = System.nanoTime();
    if (!terminal || (now - drawn < REDRAW_NANOS && done < total)) {
      return;
    }
    drawn = now;
    int filled = total <= 0 ? 0 : (int) Math.min(WIDTH, WIDTH * done / total);
    out.print(
        "\r\033[2K%-9s %s%s %3d %%  %s"
            .formatted(
                stage,
                "━".repeat(filled),
                "·".repeat(WIDTH - filled),
                total <= 0 ? 0 : Math.min(100, 100 * done / total),
                detail));
    out.flush();
    barShown = true;
  }

  /** One line of the story, above the bar. */
  void line(String text) {
    clearBar();
    out.println(text);
    out.flush();
  }

  /** Ends the last stage and says how long it took. */
  void finishStage() {
    if (!stage.isEmpty()) {
      clearBar();
      double seconds = (System.nanoTime() - stageStart) / 1e9;
      if (terminal) {
        out.printf(Locale.ROOT, "%-9s %s done in %.1f s%n", stage, "━".repeat(WIDTH), seconds);
      } else {
        out.printf(Locale.ROOT, "-- %s: %.1f s%n", stage, seconds);
      }
      out.flush();
      stage = "";
    }
  }

  private void clearBar() {
    if (barShown) {
      out.print("\r\033[2K");
      barShown = false;
    }
  }
}
