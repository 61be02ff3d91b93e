package dev.espalier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.canvas.Check;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The interview, with what a person types at it. */
class InitCommandTest {
  private static final int QUESTIONS = Draft.Question.values().length;
  @TempDir Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private Path rows = Path.of("");
  private Path canvas = Path.of("");

  @BeforeEach
  void data() throws IOException {
    rows = folder.resolve("tickets.csv");
    StringBuilder csv = new StringBuilder("text,label\n");
    for (int i = 0; i < 90; i++) {
      csv.append("row ").append(i).append(i % 3 == 0 ? ",bug\n" : ",billing\n");
    }
    Files.writeString(rows, csv.toString());
    canvas = folder.resolve("canvas.yaml");
  }

  private int typed(String lines) {
    return Main.commandLine(
            new InitCommand(new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8))))
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(canvas.toString(), "--csv", rows.toString());
  }

  private String written() throws IOException {
    String text = Files.readString(canvas);
    Check check = Check.of(text.getBytes(StandardCharsets.UTF_8));
    assertThat(check.problems()).as(text).isEmpty();
    assertThat(check.sound()).as(text).isTrue();
    return text;
  }

  @Test
  void asks_each_question_once_and_writes_what_was_said() throws IOException {
    assertThat(typed("Help Desk\nana\nthe desk\nless sorting\n0.9\n2031-01-31\n3/s\n"))
        .as(err.toString())
        .isZero();
    assertThat(written())
        .contains("name: \"Help Desk\"", "{user: \"ana\", role: owner}", "for: \"the desk\"")
        .contains("target: \">= 0.9\", due: \"2031-01-31\"", "volume: \"3/s\"")
        .contains("value: \"billing\"", "balanced_accuracy");
    assertThat(out.toString().split("\\] ", -1)).hasSize(QUESTIONS + 1);
    assertThat(out.toString())
        .contains("Which balanced_accuracy must it reach? [0.8]")
        .contains("90 rows, 2 labels");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", "\n\n\n\n\n\n\n\n\n\n", "   \n\t\n"})
  void empty_answers_and_a_closed_input_take_every_proposal(String lines) throws IOException {
    assertThat(typed(lines)).as(err.toString()).isZero();
    assertThat(written()).contains("name: \"tickets\"", "volume: \"1000/day\"", ">= 0.8");
  }

  @Test
  void an_answer_that_no_canvas_takes_is_asked_again_with_the_nearest_valid_one()
      throws IOException {
    assertThat(
            typed(
                "tickets\nana\n\n\nhigh\n0.85\n2031-02-30\nsoon\n2031-02-28\n3 per second\n3/s\n"))
        .as(err.toString())
        .isZero();
    assertThat(written()).contains(">= 0.85", "2031-02-28", "3/s");
    assertThat(out.toString())
        .contains("is not a bound", "is not a date", "is not a rate", "Nearest valid value");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x}, model: {family: decoder}, a: {b: c",
        "\"], training: [{dataset: other}]}\\n",
        "*anchor &anchor !!java.lang.Runtime <<: {}",
        "# a comment, and: a key",
        "yes",
        "null",
        "-1",
        "{{%s}} %d $HOME `id` '\"\\",
        "名前 🙂 ñandú"
      })
  void hostile_text_is_kept_as_text_and_never_becomes_syntax(String hostile) throws IOException {
    assertThat(typed("tickets\nana\n" + hostile + "\n" + hostile + "\n\n\n\n"))
        .as(err.toString())
        .isZero();
    assertThat(written())
        .contains("training: [{dataset: \"tickets\"}]")
        .doesNotContain("decoder\n");
    assertThat(Files.readString(canvas).lines().filter(line -> line.startsWith("model"))).isEmpty();
  }

  @Test
  void who_never_gives_a_valid_answer_gets_no_file() throws IOException {
    assertThat(typed("tickets\nana\n\n\n" + "> 3\n".repeat(20))).isEqualTo(2);
    assertThat(err.toString()).contains("Nothing is written").contains("must it reach");
    assertThat(canvas).doesNotExist();
  }

  @Test
  void a_control_character_and_a_megabyte_of_text_are_refused_or_cut_and_nothing_breaks()
      throws IOException {
    String huge = "a".repeat(1 << 20);
    assertThat(typed("tick\u0007ets\ntickets\nana\n" + huge + "\n\n\n\n\n"))
        .as(err.toString())
        .isZero();
    assertThat(Files.size(canvas)).isLessThan(10_000);
    written();
  }

  @Test
  void a_name_that_leaves_no_name_is_asked_again() throws IOException {
    assertThat(typed("!!!\n---\ntickets 2\nana\n")).as(err.toString()).isZero();
    assertThat(written()).contains("name: \"tickets 2\"");
    assertThat(out.toString()).contains("names no product");
  }

  @Test
  void a_given_name_is_the_proposal_and_a_bad_one_without_questions_writes_nothing() {
    int code =
        Main.commandLine(new InitCommand(new ByteArrayInputStream(new byte[0])))
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(canvas.toString(), "--csv", rows.toString(), "--name", "!!!", "--yes");
    assertThat(code).isEqualTo(2);
    assertThat(err.toString()).contains("Nothing is written");
    assertThat(canvas).doesNotExist();
  }
}
