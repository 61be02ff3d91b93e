package dev.espalier.canvas;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * How a measured value went: the newest value of each of the last days, oldest first. However often
 * a clause is observed, a line through it spans days.
 */
record Trend(List<Point> points) {
  static final Trend NONE = new Trend(List.of());

  /** Days that are kept: the horizon of a prediction and as much again, with room for gaps. */
  private static final int DAYS = 20;

  /** One value, at one second of the product's clock. */
  record Point(Instant at, double value) {
    long day() {
      return at.atOffset(ZoneOffset.UTC).toLocalDate().toEpochDay();
    }
  }

  Trend {
    points = List.copyOf(points);
  }

  /** The trend with one more value, which stands for its day. */
  Trend and(Instant at, double value) {
    Point point = new Point(at.truncatedTo(ChronoUnit.SECONDS), value);
    List<Point> more = new ArrayList<>(points);
    more.removeIf(each -> each.day() >= point.day());
    more.add(point);
    return new Trend(more.subList(Math.max(0, more.size() - DAYS), more.size()));
  }

  /** As it is stored: {@code seconds=value} for each point. */
  String text() {
    return points.stream()
        .map(each -> each.at().getEpochSecond() + "=" + each.value())
        .collect(Collectors.joining(" "));
  }

  static Trend parse(String text) {
    if (text.isEmpty()) {
      return NONE;
    }
    List<Point> points = new ArrayList<>();
    for (String each : text.split(" ", -1)) {
      int split = each.indexOf('=');
      points.add(
          new Point(
              Instant.ofEpochSecond(Long.parseLong(each.substring(0, split))),
              Double.parseDouble(each.substring(split + 1))));
    }
    return new Trend(points);
  }
}
