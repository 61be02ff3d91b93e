package dev.espalier.data;

import dev.espalier.platform.Digest;
import dev.espalier.platform.EspalierException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One addition on its way in: rows are checked, gathered, sorted and written in runs of {@value
 * #RUN_CHARACTERS} characters; refused ones are counted and the first reasons kept.
 */
final class Intake {
  static final long MAX_ROWS = 5_000_000;
  private static final int RUN_CHARACTERS = 4 << 20;
  private static final int RUN_ROWS = 20_000;
  private final Segments segments;
  private final Instant now;
  private final List<Row> run = new ArrayList<>();
  private final List<Digest> runs = new ArrayList<>();
  private final List<String> reasons = new ArrayList<>();
  private final IdSet ids = new IdSet();
  private long runCharacters;
  private long rows;
  private long rejected;
  private long newest = Long.MIN_VALUE;

  Intake(Segments segments, Instant now) {
    this.segments = segments;
    this.now = now;
  }

  /** Takes one row of a file; a field that is none of text, label, id, at is an attribute. */
  void accept(long line, Map<String, String> fields) {
    try {
      accept(row(fields));
    } catch (EspalierException refused) {
      if (refused.code() != dev.espalier.platform.ErrorCode.INVALID) {
        throw refused;
      }
      reject(line, String.valueOf(refused.getMessage()));
    }
  }

  /** Takes a finished row. */
  void accept(Row row) {
    if (!ids.add(row.id())) {
      throw RowProblem.of("id", "id '%s' is used twice".formatted(row.id()));
    }
    if (++rows > MAX_ROWS) {
      throw EspalierException.limit("More than %,d rows: nothing was added.".formatted(MAX_ROWS));
    }
    newest = Math.max(newest, row.at().getEpochSecond());
    run.add(row);
    runCharacters += row.text().length() + 200L;
    if (runCharacters > RUN_CHARACTERS || run.size() >= RUN_ROWS) {
      flush();
    }
  }

  void reject(long line, String reason) {
    rejected++;
    if (reasons.size() < Added.MAX_REASONS) {
      reasons.add("line %d: %s".formatted(line, reason));
    }
  }

  /** Rows that were refused before they came here. */
  void rejectedElsewhere(long count) {
    rejected += count;
  }

  private Row row(Map<String, String> fields) {
    Map<String, String> attributes = new TreeMap<>();
    fields.forEach((name, value) -> {
      if (!name.equals("text")
          && !name.equals("label")
          && !name.equals("id")
          && !name.equals("at")
          && !value.isEmpty()) {
        attributes.put(name, value);
      }
    });
    String text = fields.getOrDefault("text", "");
    Optional<String> label =
        Optional.of(fields.getOrDefault("label", "").strip()).filter(known -> !known.isEmpty());
    String at = fields.getOrDefault("at", "").strip();
    String id = fields.getOrDefault("id", "").strip();
    return new Row(
        id.isEmpty() ? generated(text, label, at) : id,
        at.isEmpty() ? now : time(at),
        text,
        label,
        attributes);
  }

  /** Keeps the file's order among rows of one time, and differs between files. */
  private String generated(String text, Optional<String> label, String at) {
    Digest content = Digest.of(label.orElse("") + '\n' + at + '\n' + text);
    return "r%08d-%s".formatted(rows + rejected + 1, content.brief());
  }

  private static Instant time(String at) {
    try {
      if (at.length() == 10) {
        return LocalDate.parse(at).atStartOfDay(ZoneOffset.UTC).toInstant();
      }
      return OffsetDateTime.parse(at).toInstant();
    } catch (DateTimeParseException notATime) {
      throw RowProblem.of("at", "at is not an ISO-8601 time with zone, or a date");
    }
  }

  private void flush() {
    run.sort(MergedRows.ORDER);
    runs.addAll(segments.write(run.iterator()));
    run.clear();
    runCharacters = 0;
  }

  /** Writes what is left; each of the returned segments is sorted by itself. */
  List<Digest> finish() {
    if (rows == 0) {
      throw EspalierException.invalid(
          "No row was acceptable; nothing was added. "
              + (reasons.isEmpty() ? "The file has no rows." : reasons.getFirst()));
    }
    if (!run.isEmpty()) {
      flush();
    }
    return List.copyOf(runs);
  }

  /** The newest event time of the accepted rows, in seconds since the epoch. */
  long newestSecond() {
    return newest;
  }

  long rows() {
    return rows;
  }

  long rejected() {
    return rejected;
  }

  List<String> reasons() {
    return List.copyOf(reasons);
  }
}
