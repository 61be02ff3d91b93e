package dev.espalier.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the records of a CSV file one by one, as RFC 4180 has them. Not thread-safe. */
final class CsvRecords {
  private static final int LONGEST = 1 << 20;
  private final BufferedReader reader;

  CsvRecords(BufferedReader reader) {
    this.reader = reader;
  }

  /** The next record that is not an empty line; empty at the end. */
  Optional<List<String>> next() throws IOException {
    List<String> fields = new ArrayList<>();
    StringBuilder field = new StringBuilder();
    boolean quoted = false;
    boolean any = false;
    for (int next = reader.read(); next >= 0; next = reader.read()) {
      char c = (char) next;
      if (quoted && c == '"') {
        reader.mark(1);
        int after = reader.read();
        if (after == '"') {
          field.append('"');
        } else {
          quoted = false;
          if (after >= 0) {
            reader.reset();
          }
        }
      } else if (quoted) {
        field.append(c);
      } else if (c == '"' && field.isEmpty()) {
        quoted = true;
        any = true;
      } else if (c == ',') {
        fields.add(field.toString());
        field.setLength(0);
        any = true;
      } else if (c == '\n' && (any || !field.isEmpty())) {
        fields.add(field.toString());
        return Optional.of(fields);
      } else if (c != '\r' && c != '\n' && c != '\uFEFF') {
        field.append(c);
      }
      if (field.length() > LONGEST) {
        throw new IOException("a field is longer than 1 MiB; is a quote missing?");
      }
    }
    if (!any && field.isEmpty()) {
      return Optional.empty();
    }
    fields.add(field.toString());
    return Optional.of(fields);
  }
}
