package dev.espalier.training;

import dev.espalier.canvas.Spec;
import dev.espalier.data.Row;
import dev.espalier.evaluation.Fairness;
import dev.espalier.evaluation.GateInput.Fact;
import dev.espalier.evaluation.MetricFormula;
import dev.espalier.evaluation.Metrics;
import dev.espalier.evaluation.Predictions;
import dev.espalier.evaluation.Scored;
import dev.espalier.model.Engine;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The non-functional suites that a canvas asks for, on the test rows of a candidate. Each measures
 * one number that a gate then judges; what the rows cannot show is not measured.
 *
 * <ul>
 *   <li>{@code dir}, {@code spd} with a slice: {@link Fairness} between the slice's groups.
 *   <li>{@code drop}: how much of the primary metric {@code typo-N} costs, N % of the letters
 *       altered as by a slip of the hand (swap, drop, double or a neighbouring key), seeded.
 *   <li>{@code invariance}: the share of texts whose label survives changes that mean nothing, as
 *       CheckList (Ribeiro et al., ACL 2020) tests it.
 *   <li>{@code deletion}: faithfulness by deletion (DeYoung et al., ERASER, ACL 2020): how much
 *       more the answer's probability falls when the words with the largest leave-one-out effect
 *       are deleted than when as many random ones are; the mean over texts.
 * </ul>
 */
final class Suites {
  private static final Pattern TYPO = Pattern.compile("typo-(\\d{1,2})");
  private static final int DEFAULT_TYPO = 5;
  private static final int EXPLAINED = 30;

  /** Each text is scored eight times: of more rows, so many that stand evenly apart. */
  private static final int ALTERED = 500;

  private static final int WORDS = 24;
  private static final double DELETED = 0.2;
  private final List<Spec.Suite> suites;
  private final List<Spec.Metric> metrics;
  private final long seed;

  Suites(List<Spec.Suite> suites, List<Spec.Metric> metrics, long seed) {
    this.suites = suites;
    this.metrics = metrics;
    this.seed = seed;
  }

  /** True when a suite needs the model itself, not only what it said. */
  boolean asksTheModel() {
    return suites.stream()
        .anyMatch(suite -> List.of("drop", "invariance", "deletion").contains(name(suite)));
  }

  /** The measured numbers by metric as the canvas writes it. */
  Map<String, Fact> of(Predictions predictions) {
    Map<String, Fact> facts = new HashMap<>();
    for (Spec.Suite suite : suites) {
      if (suite.slice().isEmpty()) {
        continue;
      }
      Fairness fairness = Fairness.of(predictions, suite.slice().get(), suite.minN());
      if (fairness.comparable() && name(suite).equals("dir")) {
        facts.put(suite.metric(), new Fact(fairness.ratio(), fairness.n()));
      } else if (fairness.comparable() && name(suite).equals("spd")) {
        facts.put(suite.metric(), new Fact(fairness.difference(), fairness.n()));
      }
    }
    return facts;
  }

  /** The same for the suites that ask the model again. */
  Map<String, Fact> of(Engine engine, List<Row> rows, Predictions predictions) {
    Map<String, Fact> facts = new HashMap<>();
    for (Spec.Suite suite : suites) {
      Optional<Fact> fact =
          switch (name(suite)) {
            case "drop" -> drop(engine, rows, predictions, typos(suite));
            case "invariance" -> invariance(engine, rows);
            case "deletion" -> deletion(engine, rows);
            default -> Optional.empty();
          };
      fact.ifPresent(found -> facts.put(suite.metric(), found));
    }
    return facts;
  }

  private static String name(Spec.Suite suite) {
    // Of two slices the metric says which: DIR@lang.
    return suite.metric().replaceFirst("@.*", "").toLowerCase(Locale.ROOT);
  }

  private static int typos(Spec.Suite suite) {
    Matcher named = TYPO.matcher(suite.suite().orElse(""));
    return named.matches() ? Integer.parseInt(named.group(1)) : DEFAULT_TYPO;
  }

  private Optional<Fact> drop(Engine engine, List<Row> rows, Predictions predictions, int percent) {
    Optional<Spec.Metric> primary = Scorer.primary(metrics);
    if (primary.isEmpty() || rows.isEmpty()) {
      return Optional.empty();
    }
    List<String> labels = engine.signature().labels();
    List<Scored> noisy = new ArrayList<>(rows.size());
    for (Row row : rows) {
      double[] probabilities =
          engine.score(List.of(typed(row.text(), percent, seed ^ row.id().hashCode()))).getFirst();
      noisy.add(
          new Scored(
              row.id(),
              row.at(),
              row.label().orElseThrow(),
              probabilities,
              labels.get(Scorer.largest(probabilities)),
              row.attributes()));
    }
    MetricFormula formula = MetricFormula.parse(primary.get().formula());
    double clean = Metrics.value(formula, predictions);
    double hurt = Metrics.value(formula, new Predictions(labels, noisy));
    boolean up = !primary.get().direction().equals("down");
    return Optional.of(new Fact(up ? clean - hurt : hurt - clean, rows.size()));
  }

  /** The text with {@code percent} of its letters slipped; the same seed slips the same ones. */
  static String typed(String text, int percent, long seed) {
    Random random = new Random(seed);
    StringBuilder out = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!Character.isLetter(c) || random.nextInt(100) >= percent) {
        out.append(c);
        continue;
      }
      switch (random.nextInt(4)) {
        case 0 -> {
          if (i + 1 < text.length() && Character.isLetter(text.charAt(i + 1))) {
            out.append(text.charAt(++i));
          }
          out.append(c);
        }
        case 1 -> {
          // Dropped.
        }
        case 2 -> out.append(c).append(c);
        default -> out.append(neighbour(c, random));
      }
    }
    return out.toString();
  }

  private static char neighbour(char c, Random random) {
    String row = "qwertyuiopasdfghjklzxcvbnm";
    int at = row.indexOf(Character.toLowerCase(c));
    if (at < 0) {
      return c;
    }
    return row.charAt(Math.clamp(at + (random.nextBoolean() ? 1L : -1L), 0, row.length() - 1));
  }

  private static Optional<Fact> invariance(Engine engine, List<Row> rows) {
    int step = Math.ceilDiv(rows.size(), ALTERED);
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < rows.size(); i += step) {
      texts.add(rows.get(i).text());
    }
    Invariance.Result result = Invariance.of(engine, texts);
    return result.altered() == 0
        ? Optional.empty()
        : Optional.of(new Fact(result.share(), result.altered()));
  }

  private Optional<Fact> deletion(Engine engine, List<Row> rows) {
    List<Row> few =
        rows.stream()
            .filter(row -> row.text().strip().split("\\s+").length >= 5)
            .limit(EXPLAINED)
            .toList();
    if (few.isEmpty()) {
      return Optional.empty();
    }
    double gain = 0;
    for (Row row : few) {
      gain += gain(engine, row);
    }
    return Optional.of(new Fact(gain / few.size(), few.size()));
  }

  private double gain(Engine engine, Row row) {
    List<String> words = List.of(row.text().strip().split("\\s+"));
    words = words.subList(0, Math.min(WORDS, words.size()));
    double[] whole = score(engine, words);
    int label = Scorer.largest(whole);
    int deleted = Math.max(1, (int) Math.round(DELETED * words.size()));
    double[] effect = new double[words.size()];
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < effect.length; i++) {
      effect[i] = whole[label] - score(engine, without(words, List.of(i)))[label];
      order.add(i);
    }
    order.sort((a, b) -> Double.compare(effect[b], effect[a]));
    double top = whole[label] - score(engine, without(words, order.subList(0, deleted)))[label];
    java.util.Collections.shuffle(order, new Random(seed ^ row.id().hashCode()));
    double other = whole[label] - score(engine, without(words, order.subList(0, deleted)))[label];
    return top - other;
  }

  private static List<String> without(List<String> words, List<Integer> gone) {
    List<String> left = new ArrayList<>();
    for (int i = 0; i < words.size(); i++) {
      if (!gone.contains(i)) {
        left.add(words.get(i));
      }
    }
    return left;
  }

  private static double[] score(Engine engine, List<String> words) {
    return engine.score(List.of(String.join(" ", words))).getFirst();
  }
}
