package dev.espalier.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.artifacts.LocalArtifactStore;
import dev.espalier.platform.Database;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Events;
import dev.espalier.platform.MovableClock;
import dev.espalier.platform.ProductClocks;
import dev.espalier.platform.TestDatabase;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Files as strangers send them. Whatever comes in: rows, counted rejections, or one clear error.
 */
class HostileFilesTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  @TempDir Path folder;
  private Database database;
  private Datasets datasets;

  @BeforeEach
  void open() {
    MovableClock clock = new MovableClock(NOW);
    database = TestDatabase.in(folder);
    datasets =
        new Datasets(
            database,
            new LocalArtifactStore(folder.resolve("artifacts")),
            new Events(database, new ProductClocks(database, clock), clock),
            clock);
  }

  @AfterEach
  void close() {
    database.close();
  }

  private Added add(String text, Format format, Charset charset) {
    return datasets.add("mail", new ByteArrayInputStream(text.getBytes(charset)), format);
  }

  private Added csv(String text) {
    return add(text, Format.CSV, StandardCharsets.UTF_8);
  }

  private Added jsonl(String text) {
    return add(text, Format.JSONL, StandardCharsets.UTF_8);
  }

  private List<Row> rows() {
    return datasets.rows(datasets.snapshot("mail").digest());
  }

  @ParameterizedTest
  @ValueSource(strings = {"\n", "\r\n", "\r"})
  void every_line_ending_reads_the_same(String end) {
    Added added = csv(String.join(end, "text,label,id", "a,spam,1", "b,ham,2", "", "c,ham,3", ""));
    assertThat(added.rows()).isEqualTo(3);
    assertThat(added.rejected()).isZero();
    assertThat(rows()).extracting(Row::label).contains(Optional.of("spam"), Optional.of("ham"));
  }

  @Test
  void windows_line_ends_and_a_byte_order_mark_are_no_part_of_json_lines() {
    Added added =
        jsonl("\ufeff{\"text\":\"a\",\"id\":\"1\"}\r\n\r\n{\"text\":\"b\",\"id\":\"2\"}\r\n");
    assertThat(added.rows()).isEqualTo(2);
    assertThat(rows()).extracting(Row::text).containsExactly("a", "b");
  }

  @Test
  void an_open_quote_refuses_the_whole_file() {
    assertThatThrownBy(() -> csv("text,label\ngood,ham\n\"never closed,ham\nmore,ham\n"))
        .isInstanceOf(EspalierException.class)
        .hasMessageContaining("is a quote left open?");
    assertThat(datasets.names()).isEmpty();
  }

  @Test
  void a_text_may_hold_nul_and_a_label_is_kept_as_it_came() {
    csv("text,label,id\nbefore\u0000after,\u00e9tiquette \ud83d\udce7,1\n");
    assertThat(rows().getFirst().text()).isEqualTo("before\u0000after");
    assertThat(rows().getFirst().label()).contains("\u00e9tiquette \ud83d\udce7");
  }

  @ParameterizedTest
  @CsvSource({"ISO-8859-1", "windows-1252", "UTF-16LE", "UTF-16BE"})
  void another_encoding_is_refused_with_the_place(String charset) {
    assertThatThrownBy(
            () -> add("text,label\ncaf\u00e9,ham\n", Format.CSV, Charset.forName(charset)))
        .isInstanceOf(EspalierException.class);
    assertThat(datasets.names()).isEmpty();
  }

  @Test
  void latin_1_is_refused_naming_byte_offset_and_line() {
    assertThatThrownBy(() -> add("text\nok\ncaf\u00e9\n", Format.CSV, StandardCharsets.ISO_8859_1))
        .hasMessageContaining("byte 0xe9 at offset 11, line 3");
  }

  @Test
  void a_cut_off_json_line_is_one_rejection_with_its_line() {
    Added added = jsonl("{\"text\":\"a\"}\n{\"text\":\"b\",\"lab");
    assertThat(added.rows()).isEqualTo(1);
    assertThat(added.rejected()).isEqualTo(1);
    assertThat(added.reasons().getFirst()).startsWith("line 2:");
  }

  @Test
  void deep_wide_and_huge_json_is_rejected_row_by_row() {
    String deep = "[".repeat(5000) + "]".repeat(5000);
    StringBuilder wide = new StringBuilder("{\"text\":\"w\"");
    for (int i = 0; i < 100; i++) {
      wide.append(",\"a").append(i).append("\":1");
    }
    String number = "{\"text\":\"n\",\"n\":1" + "0".repeat(5000) + "}";
    Added added =
        jsonl(
            String.join(
                "\n",
                "{\"text\":\"fine\"}",
                "{\"text\":\"x\",\"a\":" + deep + "}",
                wide + "}",
                number,
                "{\"text\":\"twice\",\"text\":\"twice\"}",
                "null",
                "\"text\"",
                "{\"text\":7,\"label\":true}"));
    assertThat(added.rows()).as("the fine one, and the one of scalars").isEqualTo(2);
    assertThat(added.rejected()).isEqualTo(6);
  }

  @Test
  void a_line_of_a_gigabyte_is_skipped_in_bounded_memory() {
    Added added = datasets.add("mail", new LongLine(1L << 30), Format.JSONL);
    assertThat(added.rows()).isEqualTo(2);
    assertThat(added.rejected()).isEqualTo(1);
    assertThat(added.reasons().getFirst())
        .isEqualTo("line 2: the line is longer than 4194304 characters");
  }

  /** A row, a line of {@code length} bytes, a row. */
  private static final class LongLine extends InputStream {
    private static final byte[] FIRST = "{\"text\":\"first\"}\n".getBytes(StandardCharsets.UTF_8);
    private static final byte[] LAST = "\n{\"text\":\"last\"}\n".getBytes(StandardCharsets.UTF_8);
    private final long length;
    private long at;

    LongLine(long length) {
      this.length = length;
    }

    @Override
    public int read() {
      if (at >= FIRST.length + length + LAST.length) {
        return -1;
      }
      long place = at++;
      if (place < FIRST.length) {
        return FIRST[(int) place];
      }
      long rest = place - FIRST.length - length;
      return rest < 0 ? 'x' : LAST[(int) rest];
    }

    @Override
    public int read(byte[] target, int offset, int count) {
      if (at >= FIRST.length && at + count < FIRST.length + length) {
        java.util.Arrays.fill(target, offset, offset + count, (byte) 'x');
        at += count;
        return count;
      }
      int one = read();
      if (one < 0) {
        return -1;
      }
      target[offset] = (byte) one;
      return 1;
    }
  }

  @Test
  void a_field_of_many_megabytes_refuses_the_csv_instead_of_filling_memory() {
    assertThatThrownBy(() -> csv("text,label\n\"" + "x".repeat(9 << 20) + "\",ham\n"))
        .isInstanceOf(EspalierException.class);
    assertThat(datasets.names()).isEmpty();
  }

  @Test
  void a_header_with_too_many_or_repeated_columns_is_refused() {
    List<String> columns = new ArrayList<>(List.of("text"));
    for (int i = 0; i < 300; i++) {
      columns.add("c" + i);
    }
    assertThatThrownBy(() -> csv(String.join(",", columns) + "\n"))
        .isInstanceOf(EspalierException.class);
    assertThatThrownBy(() -> csv("text,a,a\nx,1,2\n")).hasMessageContaining("named twice");
  }

  @Test
  void a_formula_or_a_path_in_a_field_is_only_text() {
    csv("text,label,id\n=cmd|' /C calc'!A0,ham,../../etc/passwd\n");
    assertThat(rows().getFirst().id()).isEqualTo("../../etc/passwd");
    assertThat(rows().getFirst().text()).isEqualTo("=cmd|' /C calc'!A0");
    assertThat(folder.resolve("etc")).doesNotExist();
  }

  /** 400 random byte strings around a good file: accepted in part, or refused whole. */
  @Test
  void random_damage_never_breaks_the_dataset() {
    SplittableRandom random = new SplittableRandom(11);
    byte[] good =
        "text,label,id\n\"a, b\",ham,1\nc,spam,2\nd,ham,3\n".getBytes(StandardCharsets.UTF_8);
    int refused = 0;
    for (int i = 0; i < 400; i++) {
      byte[] bytes = good.clone();
      for (int j = random.nextInt(1, 4); j > 0; j--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      String name = "d" + i;
      Format format = i % 2 == 0 ? Format.CSV : Format.JSONL;
      try {
        Added added = datasets.add(name, new ByteArrayInputStream(bytes), format);
        assertThat(datasets.snapshot(name).rows()).isEqualTo(added.rows());
      } catch (EspalierException clear) {
        refused++;
        assertThat(clear.getMessage()).isNotBlank();
        assertThat(datasets.names()).doesNotContain(name);
      }
    }
    assertThat(refused).isBetween(200, 399);
  }
}
