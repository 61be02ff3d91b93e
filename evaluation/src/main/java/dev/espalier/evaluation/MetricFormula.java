package dev.espalier.evaluation;

import dev.espalier.platform.EspalierException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a metric computes: one definition for training, gates, charts and alerts. Sealed: every
 * place that computes a metric covers every formula.
 */
public sealed interface MetricFormula {
  Pattern CALL = Pattern.compile("(recall|precision|f1)\\(\\s*([^()]+?)\\s*\\)");
  Pattern RATE =
      Pattern.compile(
          "rate\\(\\s*pred\\s*=\\s*([^|()]+?)\\s*\\|\\s*actual\\s*=\\s*([^|()]+?)\\s*\\)");

  record Accuracy() implements MetricFormula {}

  record BalancedAccuracy() implements MetricFormula {}

  record MacroF1() implements MetricFormula {}

  record F1(String label) implements MetricFormula {}

  record Recall(String label) implements MetricFormula {}

  record Precision(String label) implements MetricFormula {}

  /** The share of rows called {@code predicted} among those that are {@code actual}. */
  record Rate(String predicted, String actual) implements MetricFormula {}

  /** Expected calibration error of the top label, ten equal-width bins. */
  record Ece() implements MetricFormula {}

  /**
   * Reads a formula such as {@code recall(spam)} or {@code rate(pred=spam | actual=ham)}.
   *
   * @throws EspalierException INVALID with the known forms
   */
  static MetricFormula parse(String text) {
    String formula = text.strip();
    Matcher rate = RATE.matcher(formula);
    if (rate.matches()) {
      return new Rate(rate.group(1), rate.group(2));
    }
    Matcher call = CALL.matcher(formula);
    if (call.matches()) {
      return switch (call.group(1)) {
        case "recall" -> new Recall(call.group(2));
        case "precision" -> new Precision(call.group(2));
        default -> new F1(call.group(2));
      };
    }
    return switch (formula.toLowerCase(Locale.ROOT)) {
      case "accuracy" -> new Accuracy();
      case "balanced_accuracy" -> new BalancedAccuracy();
      case "macro_f1" -> new MacroF1();
      case "ece" -> new Ece();
      default ->
          throw EspalierException.invalidField(
              "metrics.formula",
              "known formula",
              "No formula '%s'. Known: accuracy, balanced_accuracy, macro_f1, ece, f1(label),"
                      .formatted(formula)
                  + " recall(label), precision(label), rate(pred=a | actual=b).",
              Optional.of("macro_f1"));
    };
  }
}
