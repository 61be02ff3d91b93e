package dev.espalier.monitoring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.platform.EspalierException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A spool that is opened again without having been closed stands for a process that was killed. */
class InferenceSpoolTest {
  private static final int SIZE = 4_096;
  @TempDir Path folder;

  private InferenceSpool open() {
    return InferenceSpool.open(folder.resolve("spool"), SIZE);
  }

  private static List<String> left(InferenceSpool spool) {
    return spool.left().stream().map(record -> new String(record, UTF_8)).toList();
  }

  private String bytes() throws IOException {
    return Files.readString(folder.resolve("spool"), java.nio.charset.StandardCharsets.ISO_8859_1);
  }

  @Test
  void what_was_appended_and_not_settled_is_found_again_in_its_order() {
    InferenceSpool spool = open();
    assertThat(spool.append("one".getBytes(UTF_8))).isTrue();
    long one = spool.mark();
    assertThat(spool.append("two".getBytes(UTF_8))).isTrue();
    assertThat(spool.append("three, which is longer".getBytes(UTF_8))).isTrue();
    assertThat(left(open())).containsExactly("one", "two", "three, which is longer");

    spool.settle(one);
    assertThat(left(open())).containsExactly("two", "three, which is longer");
  }

  @Test
  void nothing_of_a_settled_text_stays_in_the_file() throws IOException {
    InferenceSpool spool = open();
    assertThat(spool.append("a secret".getBytes(UTF_8))).isTrue();
    assertThat(bytes()).contains("a secret");
    spool.settle(spool.mark());
    assertThat(bytes()).doesNotContain("secret");
  }

  @Test
  void nothing_of_a_record_that_a_kill_tore_stays_in_the_file() throws IOException {
    InferenceSpool spool = open();
    assertThat(spool.append("whole".getBytes(UTF_8))).isTrue();
    long whole = spool.mark();
    assertThat(spool.append("torn in the midst".getBytes(UTF_8))).isTrue();
    try (RandomAccessFile file = new RandomAccessFile(folder.resolve("spool").toFile(), "rw")) {
      file.seek(64 + whole + 8 + 5);
      file.write('X');
    }
    InferenceSpool again = open();
    assertThat(left(again)).containsExactly("whole");
    assertThat(bytes()).doesNotContain("midst");
    assertThat(again.append("next".getBytes(UTF_8))).isTrue();
    assertThat(left(open())).containsExactly("whole", "next");
  }

  @Test
  void takes_no_more_than_there_is_room_for_until_some_is_settled() {
    InferenceSpool spool = open();
    int taken = 0;
    while (spool.append(new byte[100])) {
      taken++;
    }
    // A record of 100 bytes takes 8 + 104; one word must stay free.
    assertThat(taken).isEqualTo((SIZE - 8) / 112);
    assertThat(open().left()).hasSize(taken);
    assertThat(spool.append(new byte[SIZE])).as("never fits").isFalse();
    spool.settle(spool.mark());
    assertThat(spool.append(new byte[100])).isTrue();
    assertThat(open().left()).hasSize(1);
  }

  @Test
  void goes_round_and_round_and_never_loses_or_repeats_a_record() {
    Random random = new Random(7);
    InferenceSpool spool = open();
    Deque<String> waiting = new ArrayDeque<>();
    Deque<Long> marks = new ArrayDeque<>();
    for (int i = 0; i < 5_000; i++) {
      String record = i + "x".repeat(random.nextInt(600));
      if (spool.append(record.getBytes(UTF_8))) {
        waiting.add(record);
        marks.add(spool.mark());
      }
      for (int settled = random.nextInt(3); settled > 0 && !marks.isEmpty(); settled--) {
        waiting.remove();
        spool.settle(marks.remove());
      }
      if (random.nextInt(50) == 0) {
        if (random.nextBoolean()) {
          spool.close();
        }
        spool = open();
        assertThat(left(spool)).containsExactlyElementsOf(waiting);
      }
    }
    assertThat(spool.mark()).isGreaterThan(100L * SIZE);
  }

  @Test
  void whatever_a_file_holds_it_is_opened_and_what_cannot_be_read_is_put_aside() throws Exception {
    Random random = new Random(3);
    Path path = folder.resolve("spool");
    List<byte[]> hostile = new ArrayList<>();
    hostile.add(new byte[0]);
    hostile.add("not a spool".getBytes(UTF_8));
    byte[] noise = new byte[64 + SIZE];
    random.nextBytes(noise);
    hostile.add(noise);
    for (byte[] content : hostile) {
      Files.write(path, content);
      assertThat(open().left()).isEmpty();
      assertThat(folder.resolve("spool.aside")).hasBinaryContent(content);
      Files.delete(path);
    }
    // Noise behind a header that is right is no record.
    InferenceSpool spool = open();
    assertThat(spool.append("one".getBytes(UTF_8))).isTrue();
    byte[] content = Files.readAllBytes(path);
    System.arraycopy(noise, 0, content, 64 + 16, SIZE - 16);
    Files.write(path, content);
    assertThat(left(open())).containsExactly("one");
  }

  @Test
  void a_place_that_cannot_be_written_is_named() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "no folder");
    assertThatThrownBy(() -> InferenceSpool.open(file.resolve("spool"), SIZE))
        .isInstanceOf(EspalierException.class)
        .hasMessageContaining(file.resolve("spool").toString())
        .hasMessageContaining("disk full");
  }
}
