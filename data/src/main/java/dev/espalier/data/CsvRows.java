package dev.espalier.data;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.CsvRecordHandler;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import dev.espalier.platform.EspalierException;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads CSV row by row; a field may be as long as a row's text, in memory one row at a time. */
final class CsvRows {
  /** Longer fields are refused with the file: most likely a quote was never closed. */
  private static final int MAX_FIELD = 4 << 20;

  private static final int MAX_COLUMNS = 256;

  private CsvRows() {}

  static void read(Reader text, Intake intake) throws IOException {
    try (CsvReader<CsvRecord> reader =
        CsvReader.builder()
            .maxBufferSize(4 * MAX_FIELD)
            .skipEmptyLines(true)
            .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
            .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
            .allowUnclosedQuote(false)
            .build(
                CsvRecordHandler.of(limits ->
                    limits
                        .maxFields(MAX_COLUMNS)
                        .maxFieldSize(MAX_FIELD)
                        .maxRecordSize(4 * MAX_FIELD)),
                text)) {
      Iterator<CsvRecord> records = reader.iterator();
      if (!records.hasNext()) {
        throw EspalierException.invalid("The file is empty.");
      }
      List<String> columns = columns(records.next().getFields());
      while (records.hasNext()) {
        row(columns, records.next(), intake);
      }
    } catch (CsvParseException | UncheckedIOException failure) {
      throw cause(failure);
    }
  }

  private static List<String> columns(List<String> header) {
    List<String> columns = header.stream().map(String::strip).toList();
    if (!columns.contains("text")) {
      throw EspalierException.invalidField(
          "text",
          "columns",
          "The first line must name the columns, one of them 'text'; it names %s."
              .formatted(columns.stream().limit(20).toList()),
          Optional.of("text,label"));
    }
    if (new HashSet<>(columns).size() != columns.size()) {
      throw EspalierException.invalidField(
          "columns", "columns", "A column is named twice: " + columns, Optional.empty());
    }
    return columns;
  }

  private static void row(List<String> columns, CsvRecord csv, Intake intake) {
    if (csv.getFieldCount() != columns.size()) {
      intake.reject(
          csv.getStartingLineNumber(),
          "%d fields, the header has %d".formatted(csv.getFieldCount(), columns.size()));
      return;
    }
    Map<String, String> fields = new LinkedHashMap<>();
    for (int i = 0; i < columns.size(); i++) {
      fields.put(columns.get(i), csv.getField(i));
    }
    intake.accept(csv.getStartingLineNumber(), fields);
  }

  /** The library wraps what the stream below it threw. */
  private static EspalierException cause(RuntimeException failure) throws IOException {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof EspalierException ours) {
        return ours;
      }
      if (cause instanceof IOException broken) {
        throw broken;
      }
    }
    EspalierException invalid =
        EspalierException.invalid(
            "Not readable as CSV: %s. Nothing was added; is a quote left open?"
                .formatted(failure.getMessage()));
    invalid.initCause(failure);
    return invalid;
  }
}
