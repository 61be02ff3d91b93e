package dev.espalier.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.canvas.Spec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SplitsTest {
  private static final Instant START = Instant.parse("2002-01-01T00:00:00Z");

  private static Row row(int i, String text) {
    return new Row(
        "r%03d".formatted(i),
        START.plusSeconds(i),
        text,
        Optional.of(i % 2 == 0 ? "a" : "b"),
        Map.of("group", "g" + i % 7));
  }

  private static List<Row> rows(int count) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      rows.add(row(i, "text " + i));
    }
    return rows;
  }

  private static Spec.Split how(String by) {
    return new Spec.Split(by, 0.7, 0.15, 0.15, 42);
  }

  @Test
  void a_time_split_never_tests_on_the_past() {
    Split split = Splits.split(rows(100).reversed(), how("time"));
    assertThat(split.train()).hasSize(70).startsWith("r000").endsWith("r069");
    assertThat(split.valid()).hasSize(15).startsWith("r070");
    assertThat(split.test()).hasSize(15).endsWith("r099");
  }

  @Test
  void equal_texts_never_straddle_and_go_where_the_first_belongs() {
    List<Row> rows = rows(100);
    rows.set(95, row(95, "  TEXT\u00a0 3 "));
    Split split = Splits.split(rows, how("time"));
    assertThat(split.train()).contains("r003", "r095");
    assertThat(split.test()).doesNotContain("r095");
    assertThat(DataChecks.check(rows, split, Set.of("a", "b"), 1).leakage()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"time", "random", "group"})
  void every_labelled_row_is_in_exactly_one_part(String by) {
    List<Row> rows = rows(100);
    rows.add(new Row("bare", START, "no label", Optional.empty(), Map.of()));
    Split split = Splits.split(rows, how(by));
    List<String> all = new ArrayList<>(split.train());
    all.addAll(split.valid());
    all.addAll(split.test());
    assertThat(all).hasSize(100).doesNotHaveDuplicates().doesNotContain("bare");
    assertThat(Splits.split(rows, how(by))).isEqualTo(split);
  }

  @Test
  void groups_stay_together() {
    List<Row> rows = rows(100);
    Split split = Splits.split(rows, how("group"));
    Set<String> train = groups(rows, split.train());
    assertThat(train).doesNotContainAnyElementsOf(groups(rows, split.test()));
  }

  private static Set<String> groups(List<Row> rows, List<String> ids) {
    Set<String> groups = new HashSet<>();
    rows.stream()
        .filter(row -> ids.contains(row.id()))
        .forEach(row -> groups.add(row.attributes().get("group")));
    return groups;
  }

  @Test
  void refuses_too_few_rows_bad_shares_and_unknown_ways() {
    assertThatThrownBy(() -> Splits.split(rows(2), how("time"))).hasMessageContaining("too few");
    assertThatThrownBy(() -> Splits.split(List.of(), how("time"))).hasMessageContaining("too few");
    assertThatThrownBy(() -> Splits.split(rows(9), new Spec.Split("time", 0.9, 0.9, 0.1, 1)))
        .hasMessageContaining("sum to 1");
    assertThatThrownBy(() -> Splits.split(rows(9), how("luck"))).hasMessageContaining("luck");
  }

  @Test
  void checks_count_duplicates_leaks_missing_and_unknown_labels() {
    List<Row> rows = rows(10);
    rows.set(8, row(8, "TEXT 1"));
    rows.add(new Row("bare", START, "no label", Optional.empty(), Map.of()));
    rows.add(new Row("odd", START, "odd", Optional.of("c"), Map.of()));
    Split leaking = new Split(List.of("r001"), List.of("r002"), List.of("r008", "r009"));
    CheckReport report = DataChecks.check(rows, leaking, Set.of("a", "b"), 6);
    assertThat(report.rows()).isEqualTo(12);
    assertThat(report.duplicates()).isEqualTo(1);
    assertThat(report.leakage()).isEqualTo(1);
    assertThat(report.missingLabels()).isEqualTo(1);
    assertThat(report.schemaViolations()).isEqualTo(1);
    assertThat(report.perLabel()).containsEntry("a", 5L).containsEntry("c", 1L);
    assertThat(report.problems()).hasSize(4);
    assertThat(report.passed()).isFalse();
  }

  @Test
  void a_split_that_names_unknown_rows_is_refused() {
    Split split = new Split(List.of("r001"), List.of(), List.of("nobody"));
    List<Row> rows = rows(3);
    assertThatThrownBy(() -> DataChecks.check(rows, split, Set.of(), 0))
        .hasMessageContaining("nobody");
  }

  @Test
  void one_label_is_nothing_to_learn() {
    List<Row> rows = List.of(row(0, "x"), row(2, "y"));
    Split split = new Split(List.of("r000"), List.of(), List.of("r002"));
    assertThat(DataChecks.check(rows, split, Set.of(), 0).problems())
        .anyMatch(problem -> problem.contains("two labels"));
  }
}
