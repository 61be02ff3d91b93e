package dev.espalier.server.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.data.Row;
import dev.espalier.platform.Digest;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a life is lived on, and that it can only go on as it began. */
class HistoryTest {
  private static final Settings SETTINGS = new Settings(42, false, Digest.of("canvas"));
  @TempDir Path home;
  private final StringWriter out = new StringWriter();

  private List<Row> later(boolean shuffle, long seed) {
    return History.of(
            new SmallCorpus(), new Progress(new PrintWriter(out, true), false), shuffle, seed)
        .later();
  }

  @Test
  void later_mails_come_in_the_order_of_their_delivery() {
    List<Row> later = later(false, 1);
    assertThat(later).hasSize(SmallCorpus.DAYS_AFTER * SmallCorpus.MAILS_A_DAY);
    assertThat(later)
        .isSortedAccordingTo(java.util.Comparator.comparing(Row::at))
        .allMatch(row -> !row.at().isBefore(SmallCorpus.START));
    assertThat(out.toString())
        .contains("960 mails read, 0 kept aside")
        .contains("480 delivered before 1 August 2002, 480 after");
  }

  @Test
  void a_shuffle_deals_every_mail_once_and_the_same_way_for_the_same_seed() {
    List<Row> dealt = later(true, 7);
    assertThat(dealt).isEqualTo(later(true, 7)).isNotEqualTo(later(true, 8));
    assertThat(dealt).extracting(Row::id).doesNotHaveDuplicates();
    assertThat(dealt).extracting(Row::at).isEqualTo(later(false, 7).stream().map(Row::at).toList());
    // Mails of before the start are among the later ones now.
    assertThat(dealt)
        .anyMatch(row -> Integer.parseInt(row.id().split("-")[1]) < SmallCorpus.DAYS_BEFORE);
  }

  @Test
  void a_life_goes_on_as_it_began() throws IOException {
    SETTINGS.keep(home);
    SETTINGS.keep(home);
    assertThat(Files.list(home)).hasSize(1);
    refused(new Settings(7, false, SETTINGS.canvas()), "--seed 42");
    refused(new Settings(42, true, SETTINGS.canvas()), "without --shuffle");
    refused(new Settings(42, false, Digest.of("other")), "another canvas");
  }

  private void refused(Settings other, String words) {
    assertThatThrownBy(() -> other.keep(home))
        .isInstanceOfSatisfying(
            EspalierException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.CONFLICT))
        .hasMessageContaining(words)
        .hasMessageContaining("--home");
  }

  @Test
  void settings_that_were_tampered_with_are_an_error_not_a_new_life() throws IOException {
    Files.writeString(home.resolve("demo.json"), "{\"seed\":");
    assertThatThrownBy(() -> SETTINGS.keep(home)).isInstanceOf(EspalierException.class);
  }
}
