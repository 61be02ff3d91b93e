package dev.espalier.monitoring;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** ISO-8601 with exactly three decimals: as text it sorts like the time that it means. */
final class EventTime {
  private static final DateTimeFormatter SHAPE =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  private EventTime() {}

  static String text(Instant at) {
    return SHAPE.format(at);
  }
}
