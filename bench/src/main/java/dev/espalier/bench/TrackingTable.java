package dev.espalier.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The rows of the tracking table: a figure that is missing leaves its cell, and its ratio, empty.
 */
final class TrackingTable {
  private final TrackingSide few;
  private final TrackingSide many;
  private final TrackingSide stock;
  private final List<List<String>> rows = new ArrayList<>();

  TrackingTable(TrackingSide few, TrackingSide many, TrackingSide stock) {
    this.few = few;
    this.many = many;
    this.stock = stock;
  }

  /** Smaller is better: a percentile of each side, and how many times less Espalier needs. */
  void millis(String what, String figure, double share, String goal) {
    Optional<Double> own = many.sample(figure).map(sample -> sample.at(share));
    Optional<Double> other = stock.sample(figure).map(sample -> sample.at(share));
    rows.add(
        List.of(
            what,
            number(few.sample(figure).map(sample -> sample.at(share))),
            number(own),
            number(other),
            times(own, other),
            goal));
  }

  /** Greater is better. */
  void rate(String what, String figure) {
    Optional<Double> own = many.sample(figure).map(Sample::median);
    Optional<Double> other = stock.sample(figure).map(Sample::median);
    rows.add(
        List.of(
            what,
            number(few.sample(figure).map(Sample::median)),
            number(own),
            number(other),
            times(other, own),
            "≥ 80,000, 20 ×"));
  }

  /** Smaller is better; what the stock server was not waited for is more than the limit. */
  void search(String what, String figure) {
    Optional<Double> cut = stock.cutOff(figure);
    Optional<Double> own = many.sample(figure).map(Sample::median);
    Optional<Double> other = stock.sample(figure).map(Sample::median);
    rows.add(
        List.of(
            what,
            pair(few.sample(figure)),
            pair(many.sample(figure)),
            cut.map(limit -> "> " + Sample.number(limit)).orElse(number(other)),
            cut.isPresent() && own.isPresent() ? "> " + times(own, cut) : times(own, other),
            "p95 ≤ 50"));
  }

  List<List<String>> rows() {
    return List.copyOf(rows);
  }

  /** What no side could be measured at, and why. */
  List<String> missing() {
    return Stream.of(few, many, stock).flatMap(side -> side.missing().stream()).toList();
  }

  /** Calls that these sides refused for the moment. */
  String count(TrackingSide... sides) {
    return Sample.number(
        Stream.of(sides)
            .flatMap(side -> side.sample("refused").stream())
            .mapToDouble(Sample::median)
            .sum());
  }

  private static String number(Optional<Double> value) {
    return value.map(Sample::number).orElse("");
  }

  private static String pair(Optional<Sample> sample) {
    return sample
        .map(each -> Sample.number(each.median()) + " / " + Sample.number(each.at(0.95)))
        .orElse("");
  }

  private static String times(Optional<Double> less, Optional<Double> more) {
    return less.flatMap(one -> more.map(other -> Sample.number(other / one) + " ×")).orElse("");
  }
}
