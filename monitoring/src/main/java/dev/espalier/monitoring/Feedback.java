package dev.espalier.monitoring;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Spec;
import dev.espalier.monitoring.FeedbackResult.State;
import dev.espalier.monitoring.LabelStore.Label;
import dev.espalier.platform.EspalierException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/**
 * The labels that come back: joined to their predictions, kept aside until those appear, handed to
 * training. Which of several labels counts is a function of the labels, not of their order of
 * arrival: the one known last, by its own time; then by source; then the newest revision.
 *
 * <p>Thread-safe: {@code labelling} takes one label at a time.
 */
final class Feedback {
  private static final String DUE = "due";
  private static final int MAX_ID = 80;
  private static final int MAX_LABEL = 200;

  /** More labels than this without a prediction are refused: nobody fills the store with them. */
  private static final long MOST_WAITING = 10_000;

  private static final Comparator<Label> COUNTS =
      Comparator.comparing(Label::at)
          .thenComparing(Label::source)
          .thenComparingInt(Label::revision);
  private final PredictionStore predictions;
  private final LabelStore labels;
  private final Watcher watcher;
  private final InferenceLog log;
  private final Function<String, Optional<CanvasVersion>> canvases;
  private final LabelledRows rows;
  private final ReentrantLock labelling = new ReentrantLock();

  Feedback(
      PredictionStore predictions,
      LabelStore labels,
      Watcher watcher,
      InferenceLog log,
      Function<String, Optional<CanvasVersion>> canvases,
      LabelledRows rows) {
    this.predictions = predictions;
    this.labels = labels;
    this.watcher = watcher;
    this.log = log;
    this.canvases = canvases;
    this.rows = rows;
  }

  /** As {@link Monitoring#feedback}. */
  FeedbackResult take(String predictionId, String label, Instant at, String source) {
    bounded("predictionId", predictionId, MAX_ID);
    bounded("label", label, MAX_LABEL);
    bounded("source", source, 100);
    labelling.lock();
    try {
      Optional<PredictionView> found = find(predictionId);
      List<Label> known = labels.of(predictionId);
      Optional<Label> before =
          known.stream()
              .filter(each -> each.source().equals(source))
              .max(Comparator.comparingInt(Label::revision));
      if (before.isPresent() && before.get().label().equals(label)) {
        return found.isPresent() && found.get().actual().isEmpty()
            ? join(before.get(), found.get(), known)
            : new FeedbackResult(State.DUPLICATE, predictionId, label, "Known already.");
      }
      int revision = before.map(each -> each.revision() + 1).orElse(1);
      Label fresh = new Label(predictionId, source, revision, label, at);
      if (found.isPresent()) {
        return join(fresh, found.get(), known);
      }
      if (labels.waitingOf(source) >= MOST_WAITING) {
        throw EspalierException.limit(
            "%d labels of source '%s' wait for predictions that nobody made."
                .formatted(MOST_WAITING, source));
      }
      labels.quarantine(fresh);
      return new FeedbackResult(
          State.QUARANTINED, predictionId, label, "No such prediction; kept until it appears.");
    } finally {
      labelling.unlock();
    }
  }

  /** The prediction, the ones that wait to be written included. */
  Optional<PredictionView> find(String predictionId) {
    return predictions
        .find(predictionId)
        .or(() -> {
          log.flush();
          return predictions.find(predictionId);
        });
  }

  private FeedbackResult join(Label label, PredictionView prediction, List<Label> known) {
    if (!knows(prediction, label)) {
      throw EspalierException.invalidField(
          "label",
          "known label",
          "The model knows no label '%s'. Valid: %s."
              .formatted(label.label(), String.join(", ", prediction.probabilities().keySet())),
          Optional.of(prediction.probabilities().firstKey()));
    }
    Optional<CanvasVersion> canvas = canvases.apply(prediction.product());
    Label counting = counting(label, prediction, known);
    // Training first: after a crash in between the caller, who got no answer, sends it again.
    String way = training(canvas, label.source());
    labels.join(
        label,
        counting,
        prediction,
        way.equals(DUE) ? given(label, counting, prediction) : way,
        known.stream().anyMatch(each -> !each.source().equals(label.source()))
            ? LabelStore.Kin.ANOTHER_SOURCE
            : LabelStore.Kin.ALONE);
    if (!prediction.actual().equals(Optional.of(counting.label()))) {
      canvas.ifPresent(
          active -> watcher.revise(active, prediction.at(), prediction.modelVersion()));
    }
    return new FeedbackResult(State.JOINED, label.predictionId(), label.label(), "Joined.");
  }

  private static boolean knows(PredictionView prediction, Label label) {
    return prediction.probabilities().isEmpty()
        || prediction.probabilities().containsKey(label.label());
  }

  private static Label counting(Label fresh, PredictionView prediction, List<Label> known) {
    List<Label> all = new ArrayList<>(known);
    all.add(fresh);
    return all.stream().filter(each -> knows(prediction, each)).max(COUNTS).orElse(fresh);
  }

  private String given(Label label, Label counting, PredictionView prediction) {
    if (!label.equals(counting)) {
      return "superseded";
    }
    return send(label, prediction) ? "sent" : "no_text";
  }

  /** What comes from a source that is declared for another use than labelling never trains. */
  private static String training(Optional<CanvasVersion> canvas, String source) {
    boolean otherUse =
        canvas.stream()
            .flatMap(active -> active.specs(Spec.FeedbackSource.class).stream())
            .anyMatch(each -> each.source().equals(source) && !each.use().equals("label"));
    if (otherUse) {
      return "off";
    }
    return canvas
        .flatMap(active -> active.specs(Spec.Feedback.class).stream().findFirst())
        .map(Spec.Feedback::toTraining)
        .map(way ->
            switch (way) {
              case "auto" -> DUE;
              case "after_review" -> "review";
              default -> "off";
            })
        .orElse("off");
  }

  private boolean send(Label label, PredictionView prediction) {
    Optional<String> text = predictions.payload(label.predictionId());
    Optional<String> dataset =
        canvases
            .apply(prediction.product())
            .flatMap(canvas ->
                canvas.specs(Spec.Dataset.class).stream()
                    .filter(data -> data.role().equals("training"))
                    .findFirst())
            .map(Spec.Dataset::dataset);
    if (text.isEmpty() || dataset.isEmpty()) {
      return false;
    }
    TreeMap<String, String> attributes = new TreeMap<>();
    attributes.put("source", label.source());
    attributes.put("predictionId", label.predictionId());
    LabelledRow row =
        new LabelledRow(
            label.predictionId(), prediction.at(), text.get(), label.label(), attributes);
    rows.label(dataset.get(), row, label.source());
    return true;
  }

  /** Lets the labels of a product that wait for a review go to training; returns how many. */
  int approve(String product) {
    labelling.lock();
    try {
      int approved = labels.approve(product);
      List<Label> due = labels.due(500);
      while (!due.isEmpty()) {
        due.forEach(this::forward);
        due = labels.due(500);
      }
      return approved;
    } finally {
      labelling.unlock();
    }
  }

  private void forward(Label label) {
    Optional<PredictionView> prediction = predictions.find(label.predictionId());
    List<Label> known = labels.of(label.predictionId());
    labels.training(
        label,
        prediction
            .map(found -> given(label, counting(label, found, known), found))
            .orElse("no_text"));
  }

  /** Joins labels whose predictions have appeared; one that its model does not know is refused. */
  void backfill() {
    labelling.lock();
    try {
      for (Label label : labels.joinable(500)) {
        Optional<PredictionView> prediction = predictions.find(label.predictionId());
        if (prediction.isPresent() && knows(prediction.get(), label)) {
          FeedbackResult _ = join(label, prediction.get(), labels.of(label.predictionId()));
        } else if (prediction.isPresent()) {
          labels.refuse(label);
        }
      }
    } finally {
      labelling.unlock();
    }
  }

  private static void bounded(String field, String value, int limit) {
    if (value.isBlank() || value.length() > limit) {
      throw EspalierException.invalidField(
          field, "length", "%s has 1 to %d characters.".formatted(field, limit), Optional.empty());
    }
  }
}
