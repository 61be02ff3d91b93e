package dev.espalier.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.artifacts.LocalArtifactStore;
import dev.espalier.platform.Database;
import dev.espalier.platform.Digest;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Events;
import dev.espalier.platform.MovableClock;
import dev.espalier.platform.ProductClocks;
import dev.espalier.platform.TestDatabase;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetsTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  @TempDir Path folder;
  private final MovableClock clock = new MovableClock(START);
  private Database database;
  private Datasets datasets;

  @BeforeEach
  void open() {
    database = TestDatabase.in(folder);
    datasets = fresh();
  }

  private Datasets fresh() {
    return new Datasets(
        database,
        new LocalArtifactStore(folder.resolve("artifacts")),
        new Events(database, new ProductClocks(database, clock), clock),
        clock);
  }

  @AfterEach
  void close() {
    database.close();
  }

  private Added csv(String text) {
    return datasets.add("mail", stream(text), Format.CSV);
  }

  private static InputStream stream(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  private static Row row(String id, String at, String text, String label) {
    return new Row(id, Instant.parse(at), text, Optional.of(label), Map.of());
  }

  @Test
  void reads_csv_with_quotes_attributes_and_a_byte_order_mark() {
    Added added =
        csv(
            "\ufefftext,label,id,at,lang\n\"a, \"\"b\"\"\nc\",spam,1,2002-08-01,en\nd,ham,2,2002-07-31T10:00:00+02:00,\n");
    assertThat(added.rows()).isEqualTo(2);
    List<Row> rows = datasets.rows(datasets.snapshot("mail").digest());
    assertThat(rows).extracting(Row::id).containsExactly("2", "1");
    assertThat(rows.get(0).at()).isEqualTo(Instant.parse("2002-07-31T08:00:00Z"));
    assertThat(rows.get(0).attributes()).isEmpty();
    assertThat(rows.get(1).text()).isEqualTo("a, \"b\"\nc");
    assertThat(rows.get(1).attributes()).containsEntry("lang", "en");
  }

  @Test
  void keeps_malformed_rows_aside_with_their_reasons() {
    Added added = csv("text,label,at\nfine,spam,\none field\n,ham,\nbad time,ham,yesterday\n");
    assertThat(added.rows()).isEqualTo(1);
    assertThat(added.rejected()).isEqualTo(3);
    assertThat(added.reasons())
        .containsExactly(
            "line 3: 1 fields, the header has 3",
            "line 4: text is empty",
            "line 5: at is not an ISO-8601 time with zone, or a date");
    assertThat(added.aside()).isPresent();
    assertThat(datasets.snapshot("mail").rejected()).isEqualTo(3);
  }

  @Test
  void keeps_the_first_twenty_reasons_only() {
    Added added = csv("text,label\nok,a\n" + ",a\n".repeat(50));
    assertThat(added.rejected()).isEqualTo(50);
    assertThat(added.reasons()).hasSize(20);
  }

  @Test
  void reads_json_lines_and_refuses_nested_duplicate_and_broken_ones() {
    Added added =
        datasets.add(
            "mail",
            stream(
                """
                {"text":"one","label":"spam","id":"1","n":3}
                {"text":"two","label":{"a":1}}
                {"text":"three"
                [1]
                {"text":"again","id":"1"}
                {"text":"unlabelled","label":null}
                """),
            Format.JSONL);
    assertThat(added.rows()).isEqualTo(2);
    assertThat(added.rejected()).isEqualTo(4);
    assertThat(added.reasons()).anyMatch(reason -> reason.contains("id '1' is used twice"));
    Snapshot snapshot = datasets.snapshot("mail");
    assertThat(snapshot.labels()).containsExactly(Map.entry("spam", 1L));
  }

  @Test
  void says_byte_and_line_of_a_wrong_encoding_and_adds_nothing() {
    byte[] latin1 = "text,label\ngut,a\nsch\u00f6n,a\n".getBytes(StandardCharsets.ISO_8859_1);
    assertThatThrownBy(() -> datasets.add("mail", new ByteArrayInputStream(latin1), Format.CSV))
        .isInstanceOf(EspalierException.class)
        .hasMessageContaining("byte 0xf6 at offset 20, line 3")
        .hasMessageContaining("UTF-8");
    assertThat(datasets.names()).isEmpty();
  }

  @Test
  void refuses_a_sequence_cut_at_the_end() {
    byte[] cut = {'t', 'e', 'x', 't', '\n', 'a', (byte) 0xc3};
    assertThatThrownBy(() -> datasets.add("mail", new ByteArrayInputStream(cut), Format.CSV))
        .hasMessageContaining("byte 0xc3 at offset 6, line 2");
  }

  @Test
  void applies_nothing_of_an_upload_that_breaks_off() {
    InputStream broken =
        new InputStream() {
          private final InputStream start = stream("text,label\n" + "a row,spam\n".repeat(30_000));

          @Override
          public int read() throws IOException {
            int b = start.read();
            if (b < 0) {
              throw new IOException("connection reset");
            }
            return b;
          }
        };
    assertThatThrownBy(() -> datasets.add("mail", broken, Format.CSV))
        .isInstanceOf(EspalierException.class)
        .hasMessageContaining("nothing was added");
    assertThat(datasets.names()).isEmpty();
    assertThatThrownBy(() -> datasets.snapshot("mail")).hasMessageContaining("no dataset");
  }

  @Test
  void refuses_headers_without_text_and_files_without_good_rows() {
    assertThatThrownBy(() -> csv("body,label\na,b\n")).hasMessageContaining("'text'");
    assertThatThrownBy(() -> csv("text,text\na,b\n")).hasMessageContaining("twice");
    assertThatThrownBy(() -> csv("")).hasMessageContaining("empty");
    assertThatThrownBy(() -> csv("text,label\n,a\n")).hasMessageContaining("text is empty");
    assertThatThrownBy(() -> datasets.add("../x", stream("text\na\n"), Format.CSV))
        .hasMessageContaining("name");
  }

  @Test
  void refuses_a_text_that_is_too_long_and_keeps_the_rest() {
    String exact = "x".repeat(Row.MAX_TEXT);
    Added added = csv("text,label\n" + exact + ",a\n" + exact + "x,a\nshort,b\n");
    assertThat(added.rows()).isEqualTo(2);
    assertThat(added.reasons()).containsExactly("line 3: text is longer than 1048576 characters");
  }

  @Test
  void the_same_file_twice_is_added_once() {
    Added first = csv("text,label\na,spam\n");
    clock.advance(Duration.ofDays(1));
    assertThat(csv("text,label\na,spam\n")).isEqualTo(first);
    assertThat(datasets.snapshot("mail").rows()).isEqualTo(1);
  }

  @Test
  void the_same_rows_give_the_same_digest_however_they_came() {
    Row a = row("a", "2002-01-01T00:00:00Z", "a", "spam");
    Row b = row("b", "2002-01-01T00:00:00.5Z", "b", "ham");
    Row c = row("c", "2002-01-02T00:00:00Z", "c", "ham");
    datasets.addRows("one", List.of(c, a, b), 0);
    datasets.addRows("two", List.of(b), 0);
    Digest early = datasets.snapshot("two").digest();
    datasets.addRows("two", List.of(c, a), 7);
    Digest one = datasets.snapshot("one").digest();
    assertThat(datasets.snapshot("two").digest()).isEqualTo(one).isNotEqualTo(early);
    assertThat(datasets.snapshot("one").digest()).isEqualTo(one);
    assertThat(datasets.history("one")).hasSize(1);
    assertThat(datasets.history("two")).hasSize(2);
    assertThat(datasets.rows(early)).containsExactly(b);
    assertThat(datasets.rows(one)).containsExactly(a, b, c);
  }

  @Test
  void labels_are_idempotent_survive_a_restart_and_may_be_corrected() {
    Row row = row("p1", "2002-01-01T00:00:00Z", "a", "spam");
    datasets.label("mail", row, "user");
    datasets.label("mail", row, "user");
    Digest first = datasets.snapshot("mail").digest();
    assertThat(datasets.rows(first)).containsExactly(row.with("source", "user"));
    datasets = fresh();
    assertThat(datasets.snapshot("mail").digest()).isEqualTo(first);
    datasets.label("mail", row("p1", "2002-01-01T00:00:00Z", "a", "ham"), "user");
    Snapshot second = datasets.snapshot("mail");
    assertThat(second.rows()).isEqualTo(1);
    assertThat(second.labels()).containsExactly(Map.entry("ham", 1L));
    assertThat(datasets.rows(first).getFirst().label()).contains("spam");
  }

  @Test
  void a_label_needs_a_label() {
    Row bare = new Row("x", START, "t", Optional.empty(), Map.of());
    assertThatThrownBy(() -> datasets.label("mail", bare, "user"))
        .isInstanceOf(EspalierException.class);
  }

  @Test
  void many_rows_are_merged_in_order_across_segments() {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 45_000; i++) {
      rows.add(
          new Row(
              "r" + i,
              START.plusSeconds((i * 7919L) % 45_000),
              "text " + i,
              Optional.of(i % 3 == 0 ? "a" : "b"),
              Map.of()));
    }
    datasets.addRows("big", rows, 0);
    Snapshot snapshot = datasets.snapshot("big");
    assertThat(snapshot.rows()).isEqualTo(45_000);
    assertThat(snapshot.labels()).containsEntry("a", 15_000L);
    assertThat(datasets.rows(snapshot.digest()))
        .hasSize(45_000)
        .isSortedAccordingTo(MergedRows.ORDER);
  }

  @Test
  void additions_labels_and_snapshots_at_once_lose_nothing() throws Exception {
    List<Callable<Object>> work = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      String n = "x" + i;
      work.add(
          () -> datasets.addRows("c", List.of(row("add-" + n, "2002-01-01T00:00:00Z", n, "a")), 0));
      work.add(() -> {
        datasets.label("c", row("label-" + n, "2002-01-01T00:00:00Z", n, "b"), "user");
        return datasets.snapshot("c");
      });
    }
    try (var pool = Executors.newFixedThreadPool(8)) {
      for (Future<Object> done : pool.invokeAll(work)) {
        assertThat(done.get()).isNotNull();
      }
    }
    assertThat(datasets.snapshot("c").labels()).containsEntry("a", 8L).containsEntry("b", 8L);
  }
}
