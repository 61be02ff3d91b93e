package dev.espalier.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class MailTextsTest {
  @Test
  void the_same_seed_gives_the_same_mails_and_another_seed_others() {
    assertThat(new MailTexts(1).take(20)).isEqualTo(new MailTexts(1).take(20));
    assertThat(new MailTexts(2).take(20)).isNotEqualTo(new MailTexts(1).take(20));
  }

  @Test
  void mails_are_as_long_as_mails_are() {
    List<MailTexts.Mail> mails = new MailTexts(1).take(500);
    double[] lengths = mails.stream().mapToDouble(mail -> mail.text().length()).toArray();

    assertThat(Sample.of(lengths).median()).isBetween(1200.0, 1800.0);
    assertThat(Sample.of(lengths).max()).isLessThan(20_050);
    assertThat(mails.stream().map(MailTexts.Mail::label).distinct())
        .containsExactlyElementsOf(MailTexts.LABELS);
  }
}
