package dev.espalier.bench;

import java.util.List;

/**
 * One table of the report.
 *
 * @param name what the command line calls it, lower-case words with dashes
 * @param note sentences below the table: what was measured, and against which limit
 */
public record Section(
    String name, String title, List<String> columns, List<List<String>> rows, String note) {

  public Section {
    columns = List.copyOf(columns);
    rows = rows.stream().map(List::copyOf).toList();
    if (!name.matches("[a-z][a-z-]*")) {
      throw new IllegalArgumentException("Not a section's name: " + name);
    }
    for (List<String> row : rows) {
      if (row.size() != columns.size()) {
        throw new IllegalArgumentException("%s: a row of another width: %s".formatted(name, row));
      }
    }
  }

  /** Markdown without a heading; a bar inside a cell is escaped. */
  String table() {
    StringBuilder out = new StringBuilder();
    line(out, columns);
    line(out, columns.stream().map(_ -> "---").toList());
    rows.forEach(row -> line(out, row));
    return out.toString();
  }

  private static void line(StringBuilder out, List<String> cells) {
    cells.forEach(cell -> out.append("| ").append(cell.replace("|", "\\|")).append(' '));
    out.append("|\n");
  }
}
