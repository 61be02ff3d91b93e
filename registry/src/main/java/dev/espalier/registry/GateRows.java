package dev.espalier.registry;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;

/** The gate rows of a version, as its run reported them. */
record GateRows(List<Row> rows) {

  record Row(
      String metric,
      String versus,
      double value,
      double low,
      double high,
      long n,
      String verdict,
      boolean blocking) {
    boolean passed() {
      return verdict.equals("PASS");
    }
  }

  static GateRows of(JsonNode report) {
    return new GateRows(report.path("results").valueStream().map(GateRows::row).toList());
  }

  private static Row row(JsonNode row) {
    return new Row(
        row.path("metric").asText(),
        row.path("versus").asText(),
        row.path("value").asDouble(),
        row.path("low").asDouble(),
        row.path("high").asDouble(),
        row.path("n").asLong(),
        row.path("verdict").asText(),
        row.path("blocking").asBoolean());
  }

  /** The row that compares {@code metric} with a number, not with another model. */
  Optional<Row> absolute(String metric) {
    return rows.stream()
        .filter(row -> row.metric().equals(metric) && row.versus().equals("ABSOLUTE"))
        .filter(row -> !row.verdict().equals("NO_EVIDENCE"))
        .findFirst();
  }

  boolean blockingPass() {
    return rows.stream().filter(Row::blocking).allMatch(Row::passed);
  }

  String words() {
    return "%d of %d gates pass".formatted(rows.stream().filter(Row::passed).count(), rows.size());
  }
}
