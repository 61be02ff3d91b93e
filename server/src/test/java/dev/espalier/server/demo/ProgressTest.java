package dev.espalier.server.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private final StringWriter out = new StringWriter();

  private Progress progress(boolean terminal) {
    return new Progress(new PrintWriter(out), terminal);
  }

  private static void tell(Progress progress) {
    progress.stage("Train");
    progress.update(1, 4, "fitting");
    progress.line("Something happened.");
    progress.update(4, 4, "done");
    progress.stage("Live");
    progress.update(0, 0, "nothing to do");
    progress.finishStage();
    progress.finishStage();
  }

  @Test
  void without_a_terminal_there_are_plain_lines_only() {
    tell(progress(false));
    assertThat(out.toString()).doesNotContain("\r", "\033", "━");
    assertThat(out.toString().lines())
        .satisfiesExactly(
            line -> assertThat(line).isEqualTo("== Train"),
            line -> assertThat(line).isEqualTo("Something happened."),
            line -> assertThat(line).matches("-- Train: \\d+\\.\\d s"),
            line -> assertThat(line).isEqualTo("== Live"),
            line -> assertThat(line).matches("-- Live: \\d+\\.\\d s"));
  }

  @Test
  void on_a_terminal_a_bar_is_redrawn_and_gives_way_to_what_is_told() {
    tell(progress(true));
    // The bar stands at a quarter, is wiped, and the sentence has a line of its own.
    assertThat(out.toString())
        .contains("Train     ━━━━━━━" + "·".repeat(21) + "  25 %  fitting")
        .contains("\r\033[2KSomething happened.\n")
        .contains(" 100 %  done")
        .containsPattern("Live {6}━{28} done in \\d+\\.\\d s\n$");
  }
}
