package dev.espalier.data;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads JSON lines; a line that is too long is skipped without being kept. */
final class JsonlRows {
  private static final int MAX_LINE = 4 << 20;

  private JsonlRows() {}

  static void read(Reader text, Intake intake) throws IOException {
    BufferedReader in = new BufferedReader(text, 1 << 16);
    StringBuilder line = new StringBuilder();
    long number = 1;
    boolean tooLong = false;
    for (int c = in.read(); ; c = in.read()) {
      if (c == '\n' || c < 0) {
        if (tooLong) {
          intake.reject(number, "the line is longer than %d characters".formatted(MAX_LINE));
        } else if (!line.toString().isBlank()) {
          row(number, line.toString(), intake);
        }
        if (c < 0) {
          return;
        }
        number++;
        line.setLength(0);
        tooLong = false;
      } else if (line.length() < MAX_LINE) {
        line.append((char) c);
      } else {
        tooLong = true;
      }
    }
  }

  private static void row(long number, String line, Intake intake) {
    try {
      JsonNode object = Json.tree(line);
      if (!object.isObject()) {
        throw RowProblem.of("row", "not a JSON object");
      }
      Map<String, String> fields = new LinkedHashMap<>();
      object
          .properties()
          .forEach(field -> {
            JsonNode value = field.getValue();
            if (value.isContainerNode()) {
              throw RowProblem.of(field.getKey(), "'%s' is not a scalar".formatted(field.getKey()));
            }
            if (!value.isNull()) {
              fields.put(field.getKey(), value.asText());
            }
          });
      intake.accept(number, fields);
    } catch (EspalierException refused) {
      if (refused.code() != dev.espalier.platform.ErrorCode.INVALID) {
        throw refused;
      }
      intake.reject(number, String.valueOf(refused.getMessage()));
    }
  }
}
