package dev.espalier.monitoring;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Spec;
import dev.espalier.deployment.ArmOutcomes;
import dev.espalier.deployment.OutcomeSource;
import dev.espalier.monitoring.FeedbackResult.State;
import dev.espalier.platform.Database;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Events;
import dev.espalier.platform.ProductClocks;
import dev.espalier.serving.InferenceRecord;
import dev.espalier.serving.InferenceSink;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/**
 * What became of the predictions: the inference log, the labels that come later, the windows over
 * both, and what follows from them. It decides; it starts nothing itself.
 *
 * <p>Thread-safe: {@link #accept} never blocks; {@code labelling} makes labels one at a time, a
 * product's {@code lock} makes its evaluations one at a time.
 */
public final class Monitoring implements InferenceSink, OutcomeSource, AutoCloseable {
  private static final String DUE = "due";
  private static final int MAX_ID = 80;
  private static final int MAX_LABEL = 200;
  private final PredictionStore predictions;
  private final LabelStore labels;
  private final WatchStore watches;
  private final IncidentStore incidents;
  private final ViewStore views;
  private final InferenceLog log;
  private final Outbox outbox;
  private final Courier courier;
  private final OutboxStore outboxStore;
  private final Responder responder;
  private final Watcher watcher;
  private final Function<String, Optional<CanvasVersion>> canvases;
  private final LabelledRows rows;
  private final ProductClocks clocks;
  private final Events events;
  private final AtomicLong changes = new AtomicLong();
  private final ReentrantLock labelling = new ReentrantLock();
  private final Map<String, ReentrantLock> locks = new ConcurrentHashMap<>();

  /**
   * @param canvases the active canvas of a product
   * @param rows where labelled production texts go
   * @param machine time of deliveries
   */
  public Monitoring(
      Database database,
      ProductClocks clocks,
      Events events,
      InstantSource machine,
      Function<String, Optional<CanvasVersion>> canvases,
      LabelledRows rows,
      MonitoringConfig config) {
    this.predictions = new PredictionStore(database);
    this.labels = new LabelStore(database);
    this.watches = new WatchStore(database);
    this.incidents = new IncidentStore(database);
    this.views = new ViewStore(database);
    this.outboxStore = new OutboxStore(database);
    this.outbox = new Outbox(outboxStore, config, machine);
    this.responder = new Responder(watches, incidents, config, events, machine);
    this.watcher = new Watcher(predictions, watches, responder, events);
    this.canvases = canvases;
    this.rows = rows;
    this.clocks = clocks;
    this.events = events;
    this.log = new InferenceLog(predictions, config.queueCapacity(), this::payloadLog);
    this.courier =
        new Courier(outbox, config.webhooks().isEmpty() ? Courier.Work.NONE : Courier.Work.DELIVER);
  }

  private String payloadLog(String product) {
    return canvases
        .apply(product)
        .flatMap(canvas -> canvas.specs(Spec.InferenceLog.class).stream().findFirst())
        .map(Spec.InferenceLog::payloadLog)
        .orElse("hashed");
  }

  @Override
  public void accept(InferenceRecord record) {
    log.accept(record);
  }

  /** Returns once everything accepted before is durable. */
  public void flush() {
    log.flush();
  }

  @Override
  public ArmOutcomes outcomes(String product, String version, Instant since) {
    flush();
    return new ArmOutcomes(
        version, predictions.outcomes(product, version, since, OutcomeSource.MAX_OUTCOMES));
  }

  /**
   * Takes the true label of a prediction; durable when it returns. The same label again from the
   * same source is a duplicate, another one a correction (the next revision).
   *
   * @param at when the label was known, product time
   * @param source who says so
   * @throws EspalierException INVALID for a label that the model does not know, naming the valid
   *     ones
   */
  public FeedbackResult feedback(String predictionId, String label, Instant at, String source) {
    bounded("predictionId", predictionId, MAX_ID);
    bounded("label", label, MAX_LABEL);
    bounded("source", source, 100);
    labelling.lock();
    try {
      Optional<PredictionView> found = predictions.find(predictionId);
      if (found.isEmpty()) {
        flush();
        found = predictions.find(predictionId);
      }
      Optional<LabelStore.Label> before = labels.newest(predictionId, source);
      if (before.isPresent() && before.get().label().equals(label)) {
        if (found.isPresent() && found.get().actual().isEmpty()) {
          return join(before.get(), found.get());
        }
        return new FeedbackResult(State.DUPLICATE, predictionId, label, "Known already.");
      }
      int revision = before.map(known -> known.revision() + 1).orElse(1);
      LabelStore.Label fresh = new LabelStore.Label(predictionId, source, revision, label, at);
      if (found.isEmpty()) {
        labels.quarantine(fresh);
        return new FeedbackResult(
            State.QUARANTINED, predictionId, label, "No such prediction; kept until it appears.");
      }
      return join(fresh, found.get());
    } finally {
      labelling.unlock();
    }
  }

  private FeedbackResult join(LabelStore.Label label, PredictionView prediction) {
    if (!prediction.probabilities().isEmpty()
        && !prediction.probabilities().containsKey(label.label())) {
      throw EspalierException.invalidField(
          "label",
          "known label",
          "The model knows no label '%s'. Valid: %s."
              .formatted(label.label(), String.join(", ", prediction.probabilities().keySet())),
          Optional.of(prediction.probabilities().firstKey()));
    }
    Optional<CanvasVersion> canvas = canvases.apply(prediction.product());
    // Training first: after a crash in between the caller, who got no answer, sends it again.
    String way = training(canvas);
    boolean automatic = way.equals(DUE);
    boolean sent = automatic && send(label, prediction);
    labels.join(label, prediction, automatic ? (sent ? "sent" : "no_text") : way);
    canvas.ifPresent(active -> watcher.revise(active, prediction.at(), prediction.modelVersion()));
    return new FeedbackResult(State.JOINED, label.predictionId(), label.label(), "Joined.");
  }

  private static String training(Optional<CanvasVersion> canvas) {
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

  /** Gives approved labels to training; what a crash left behind goes with the next ones. */
  private void forward() {
    for (LabelStore.Label label : labels.waiting(500)) {
      Optional<PredictionView> prediction = predictions.find(label.predictionId());
      boolean sent = prediction.isPresent() && send(label, prediction.get());
      labels.training(label, sent ? "sent" : "no_text");
    }
  }

  private boolean send(LabelStore.Label label, PredictionView prediction) {
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
  public int approveLabels(String product) {
    labelling.lock();
    try {
      int approved = labels.approve(product);
      forward();
      return approved;
    } finally {
      labelling.unlock();
    }
  }

  /** Closes due windows, moves rules, forgets what retention says, delivers what is due. */
  public void evaluate(String product, CanvasVersion canvas) {
    ReentrantLock lock = locks.computeIfAbsent(product, _ -> new ReentrantLock());
    lock.lock();
    try {
      flush();
      backfill();
      Instant now = clocks.now(product);
      int judged = watcher.evaluate(canvas, now);
      if (judged > 0) {
        changes.addAndGet(judged);
        canvas.specs(Spec.InferenceLog.class).stream()
            .findFirst()
            .ifPresent(policy -> predictions.forget(product, now.minus(policy.retention())));
      }
    } finally {
      lock.unlock();
    }
  }

  private void backfill() {
    labelling.lock();
    try {
      for (LabelStore.Label label : labels.joinable(500)) {
        Optional<PredictionView> prediction = predictions.find(label.predictionId());
        if (prediction.isPresent()
            && (prediction.get().probabilities().isEmpty()
                || prediction.get().probabilities().containsKey(label.label()))) {
          FeedbackResult _ = join(label, prediction.get());
        }
      }
    } finally {
      labelling.unlock();
    }
  }

  /**
   * Delivers due webhook messages once; returns how many arrived. Where webhooks are configured, a
   * thread of its own does so every second.
   */
  public int deliver() {
    return outbox.deliver();
  }

  /** Retrainings that were decided and have not been started, oldest first. */
  public List<RetrainDecision> pending(String product) {
    List<RetrainDecision> due =
        incidents.decisions(product).stream()
            .filter(decision -> decision.fire() && decision.runId().isEmpty())
            .toList();
    return due.stream().filter(decision -> open(decision.incidentId())).toList();
  }

  private boolean open(String incident) {
    return incidents.find(incident).map(found -> found.state().equals("open")).orElse(false);
  }

  /** Every decision, yes or no, oldest first. */
  public List<RetrainDecision> decisions(String product) {
    return incidents.decisions(product);
  }

  /** Says that {@code run} was started for a decision. */
  public void started(RetrainDecision decision, String run) {
    incidents.started(decision.id(), run, clocks.now(decision.product()));
    changes.incrementAndGet();
  }

  /** Says how a run that was started for a decision ended. */
  public void finished(String run, RetrainDecision.Outcome outcome) {
    incidents.finished("run", run, outcome);
  }

  /** Adds a link to an incident's trace, once per kind and ref. */
  public void trace(String incident, String kind, String ref, String text, Instant at) {
    Incident known =
        incidents
            .find(incident)
            .orElseThrow(() -> EspalierException.notFound("No incident '" + incident + "'."));
    if (incidents.trace(incident, new Incident.TraceEntry(at, kind, ref, text))) {
      changes.incrementAndGet();
      events.publish(known.product(), "incident.updated", incidents.find(incident).orElse(known));
    }
  }

  /** Notes that a version took all traffic; for charts. */
  public void release(String product, String version, Instant at) {
    views.release(product, version, at);
  }

  /** A product's incidents, newest first. */
  public List<Incident> incidents(String product) {
    return incidents.incidents(product);
  }

  /** Alerts of one product or of all, newest first, at most 500. */
  public List<Alert> alerts(Optional<String> product) {
    return watches.alerts(product);
  }

  /** Logged predictions after a sequence number, oldest first, without their texts. */
  public List<PredictionView> predictions(String product, long after, int limit) {
    return predictions.after(product, after, limit);
  }

  /** Everything that is watched of a product, as the page shows it. */
  public MonitorView view(String product) {
    return new MonitorPage(views, watches, watcher)
        .of(product, canvases.apply(product), dropped(product));
  }

  /** Grows with every judged window and every link of an incident. */
  long changes() {
    return changes.get();
  }

  /** Predictions that were served and not logged, this process's latest included. */
  long dropped(String product) {
    return Math.max(log.dropped(product), views.dropped(product));
  }

  /** The product that made a prediction; empty text when it is unknown. */
  String productOf(String predictionId) {
    return predictions
        .find(predictionId)
        .or(() -> {
          flush();
          return predictions.find(predictionId);
        })
        .map(PredictionView::product)
        .orElse("");
  }

  Watcher watcher() {
    return watcher;
  }

  ViewStore views() {
    return views;
  }

  PredictionStore store() {
    return predictions;
  }

  WatchStore watches() {
    return watches;
  }

  Responder responder() {
    return responder;
  }

  OutboxStore outbox() {
    return outboxStore;
  }

  private static void bounded(String field, String value, int limit) {
    if (value.isBlank() || value.length() > limit) {
      throw EspalierException.invalidField(
          field, "length", "%s has 1 to %d characters.".formatted(field, limit), Optional.empty());
    }
  }

  @Override
  public void close() {
    courier.close();
    log.close();
  }
}
