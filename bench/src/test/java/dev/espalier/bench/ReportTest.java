package dev.espalier.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class ReportTest {
  private static Section section(String value) {
    return new Section(
        "steps", "Steps", List.of("what", "ms"), List.of(List.of("step", value)), "One chain.");
  }

  @Test
  void adds_a_section_that_was_not_there() {
    Report report = new Report("# Benchmarks\n\nWords.\n").with(section("4.2"), "On a machine.");

    assertThat(report.text())
        .isEqualTo(
            """
            # Benchmarks

            Words.

            <!-- bench:steps -->
            ## Steps

            On a machine.

            | what | ms |
            | --- | --- |
            | step | 4.2 |

            One chain.
            <!-- /bench:steps -->
            """);
  }

  @Test
  void measuring_again_replaces_the_section_and_leaves_the_words_around_it() {
    String before =
        new Report("# Benchmarks\n").with(section("4.2"), "On a machine.").text() + "\nAfter.\n";

    String after = new Report(before).with(section("3.9"), "On another.").text();

    assertThat(after).isEqualTo(before.replace("4.2", "3.9").replace("a machine", "another"));
    assertThat(new Report(after).with(section("3.9"), "On another.").text()).isEqualTo(after);
  }

  @Test
  void a_document_with_broken_markers_is_left_alone() {
    Report halved = new Report("<!-- bench:steps -->\n## Steps\n");
    Report twice =
        new Report(
            "<!-- bench:steps -->\n<!-- /bench:steps -->\n<!-- bench:steps -->\n<!-- /bench:steps -->\n");

    assertThatIllegalArgumentException().isThrownBy(() -> halved.with(section("1"), ""));
    assertThatIllegalArgumentException().isThrownBy(() -> twice.with(section("1"), ""));
  }

  @Test
  void a_bar_inside_a_cell_stays_in_its_cell() {
    assertThat(section("1 | 2").table()).contains("| 1 \\| 2 |");
  }

  @Test
  void a_row_of_another_width_is_refused() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> new Section("steps", "Steps", List.of("what"), List.of(List.of("a", "b")), ""));
  }

  @Test
  void reads_the_stages_that_the_demo_prints() {
    String output =
        """
        == Corpus
        6,046 mails read, 0 kept aside
        -- Corpus: 1.9 s
        == Live
        29 Sep 2002 · performance: -- not a stage: 3.0 s
        -- Live: 87.7 s
        """;

    assertThat(Report.stages(output))
        .containsExactly(java.util.Map.entry("Corpus", 1.9), java.util.Map.entry("Live", 87.7));
  }
}
