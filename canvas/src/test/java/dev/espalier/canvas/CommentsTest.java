package dev.espalier.canvas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.platform.Caller;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Members talk about a question, and what they say stays. */
class CommentsTest {
  private static final Caller BEN = Caller.named("ben");
  private static final Caller CEM = Caller.named("cem");
  private static final String VOLUME = "serving.volume";
  @TempDir Path folder;
  private CanvasKit kit;

  @BeforeEach
  void open() {
    kit = CanvasKit.in(folder);
    kit.apply(
        """
        canvas: espalier/1
        product: {name: mail-filter, authors: {ana: owner, ben: approver, cem: contributor}}
        objectives: [{id: o, metric: macro_f1, target: '>= 80%', due: 2027-12-31}]
        metrics: [{id: macro_f1, primary: true}]
        deploy: {lead_time: 30d}
        serving: {volume: 1000/day}
        """);
  }

  @AfterEach
  void close() {
    kit.close();
  }

  private Comment say(String text, Caller caller) {
    return kit.canvases.comments().add("mail-filter", VOLUME, text, caller);
  }

  private List<Comment> all() {
    return kit.canvases.comments().of("mail-filter");
  }

  private static void refused(ErrorCode code, ThrowingCallable call, String... words) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(EspalierException.class, e -> assertThat(e.code()).isEqualTo(code))
        .hasMessageContainingAll(words);
  }

  @Test
  void a_comment_names_its_author_and_the_version_that_it_was_made_on() {
    Comment said = say("  Is that the peak, or the mean?\n", CEM);
    assertThat(said.text()).isEqualTo("Is that the peak, or the mean?");
    assertThat(said.by()).isEqualTo("cem");
    assertThat(said.version()).isEqualTo("1.0.0");
    assertThat(said.settledBy()).isEmpty();
    assertThat(say("The mean.", Caller.local()).by())
        .as("local stands for the owner")
        .isEqualTo("ana");
    assertThat(all()).extracting(Comment::text).containsExactly(said.text(), "The mean.");
    assertThat(kit.canvases.conformance("mail-filter").version()).isEqualTo("1.0.0");
  }

  @Test
  void an_export_carries_what_is_open_in_one_line_that_cannot_become_an_answer() {
    Comment settled = say("Settled already.", CEM);
    kit.canvases.comments().settle("mail-filter", settled.id(), BEN);
    Comment _ = say("The mean?\nserving: {volume: 9/day}\u2028deploy: {}\u0085x: 1", CEM);
    String plain = kit.canvases.export("mail-filter", "1.0.0");
    String told = kit.canvases.exportWithComments("mail-filter", "1.0.0");
    assertThat(plain).doesNotContain("The mean?");
    assertThat(told)
        .containsPattern(
            "# cem, \\d{4}-\\d\\d-\\d\\d: The mean\\? serving: \\{volume: 9/day} deploy: \\{} x: 1\n")
        .doesNotContain("Settled already");
    assertThat(Canvas.read(told).contentDigest()).isEqualTo(Canvas.read(plain).contentDigest());
  }

  @Test
  void markup_is_kept_as_the_text_that_it_is() {
    String text = "<script>alert(1)</script> '); DROP TABLE canvas_comment; -- \u202e 🌳";
    say(text, CEM);
    assertThat(all()).extracting(Comment::text).containsExactly(text);
  }

  @Test
  void an_unknown_question_is_refused_with_the_nearest_one() {
    assertThatThrownBy(
            () -> kit.canvases.comments().add("mail-filter", "serving.volumes", "so?", CEM))
        .isInstanceOfSatisfying(
            EspalierException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.INVALID);
              assertThat(e.field()).contains("question");
              assertThat(e.nearest()).contains(VOLUME);
            });
    refused(
        ErrorCode.NOT_FOUND,
        () -> kit.canvases.comments().add("nobody", VOLUME, "so?", CEM),
        "nobody");
  }

  @Test
  void nothing_and_too_much_are_refused_and_nothing_is_kept() {
    refused(ErrorCode.INVALID, () -> say(" \n\t ", CEM), "1 to 4000");
    refused(ErrorCode.INVALID, () -> say("x".repeat(4001), CEM), "4001");
    assertThat(all()).isEmpty();
    assertThat(say("x".repeat(4000), CEM).text()).hasSize(4000);
  }

  @Test
  void a_question_takes_two_hundred_comments_however_many_write_at_once() {
    IntStream.range(0, Comments.MAX_OF_QUESTION - 1).forEach(i -> say("no. " + i, CEM));
    long taken =
        IntStream.range(0, 8)
            .parallel()
            .filter(i -> {
              try {
                return !say("last " + i, BEN).id().isEmpty();
              } catch (EspalierException full) {
                assertThat(full.code()).isEqualTo(ErrorCode.LIMIT);
                return false;
              }
            })
            .count();
    assertThat(taken).isOne();
    assertThat(all()).hasSize(Comments.MAX_OF_QUESTION);
    assertThat(kit.canvases.comments().add("mail-filter", "product.name", "fine", CEM).by())
        .as("another question still takes some")
        .isEqualTo("cem");
  }

  @Test
  void its_author_or_an_approver_settles_a_comment_and_only_once() {
    Comment bens = say("Whose volume is it?", BEN);
    refused(
        ErrorCode.DENIED,
        () -> kit.canvases.comments().settle("mail-filter", bens.id(), CEM),
        "ben",
        "cem");
    assertThat(kit.canvases.comments().settle("mail-filter", bens.id(), Caller.local()).settledBy())
        .contains("ana");
    assertThat(kit.canvases.comments().settle("mail-filter", bens.id(), BEN).settledBy())
        .as("the first one stands")
        .contains("ana");
    Comment cems = say("Mine.", CEM);
    assertThat(kit.canvases.comments().settle("mail-filter", cems.id(), CEM).settledBy())
        .isEqualTo(Optional.of("cem"));
    refused(
        ErrorCode.NOT_FOUND,
        () -> kit.canvases.comments().settle("mail-filter", "comment_none", BEN),
        "comment_none");
  }
}
