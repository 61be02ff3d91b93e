package dev.espalier.monitoring;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Spec;
import dev.espalier.deployment.ArmOutcomes;
import dev.espalier.deployment.OutcomeSource;
import dev.espalier.platform.Caller;
import dev.espalier.platform.Database;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Events;
import dev.espalier.platform.ProductClocks;
import dev.espalier.serving.InferenceRecord;
import dev.espalier.serving.InferenceSink;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/**
 * What became of the predictions: the inference log, the labels that come later, the windows over
 * both, and what follows from them. It decides; it starts nothing itself.
 *
 * <p>Thread-safe: {@link #accept} never blocks; labels are taken one at a time, and a product's
 * {@code lock} makes its evaluations one at a time.
 */
public final class Monitoring implements InferenceSink, OutcomeSource, AutoCloseable {
  private final PredictionStore predictions;
  private final HourStore hours;
  private final PeakStore peaks;
  private final LabelStore labels;
  private final Feedback feedback;
  private final IncidentDesk desk;
  private final WatchStore watches;
  private final IncidentStore incidents;
  private final ViewStore views;
  private final BusinessMetrics business;
  private final InferenceLog log;
  private final Outbox outbox;
  private final Courier courier;
  private final OutboxStore outboxStore;
  private final Responder responder;
  private final Watcher watcher;
  private final Function<String, Optional<CanvasVersion>> canvases;
  private final ProductClocks clocks;
  private final Events events;
  private final InstantSource machine;
  private final AtomicLong changes = new AtomicLong();
  private final Map<String, ReentrantLock> locks = new ConcurrentHashMap<>();

  /** Up to when each product's log was cleared; guarded by the product's lock. */
  private final Map<String, Instant> forgotten = new ConcurrentHashMap<>();

  /**
   * @param canvases the active canvas of a product
   * @param rows where labelled production texts go
   * @param spool a file of this process alone, in which answers wait for the log; what an earlier
   *     process left there is logged before this returns
   * @param machine time of deliveries
   */
  public Monitoring(
      Database database,
      ProductClocks clocks,
      Events events,
      InstantSource machine,
      Function<String, Optional<CanvasVersion>> canvases,
      LabelledRows rows,
      Path spool,
      MonitoringConfig config) {
    this.predictions = new PredictionStore(database);
    this.labels = new LabelStore(database);
    this.watches = new WatchStore(database);
    this.incidents = new IncidentStore(database);
    this.views = new ViewStore(database);
    this.outboxStore = new OutboxStore(database);
    this.hours = new HourStore(database);
    this.peaks = new PeakStore(database);
    this.business = new BusinessMetrics(database, clocks, machine);
    this.outbox = new Outbox(outboxStore, config, machine, new Calls());
    this.responder = new Responder(watches, incidents, config, events, machine);
    this.watcher = new Watcher(predictions, hours, watches, responder, events);
    this.desk = new IncidentDesk(incidents, clocks, machine, events);
    this.machine = machine;
    this.canvases = canvases;
    this.clocks = clocks;
    this.events = events;
    this.log =
        new InferenceLog(
            predictions,
            InferenceSpool.open(spool, InferenceSpool.BYTES),
            config.queueCapacity(),
            this::keeping);
    this.feedback = new Feedback(predictions, labels, watcher, log, canvases, rows);
    this.courier = new Courier(outbox);
  }

  /** What the outbox does inside this process. */
  private final class Calls implements Outbox.Inside {
    @Override
    public void again(Outbox.Message message, String incident) {
      if (incidents.escalated(incident, machine.instant())) {
        incidents
            .find(incident)
            .ifPresent(known -> {
              canvases
                  .apply(known.product())
                  .ifPresent(
                      canvas -> responder.escalated(known, canvas, clocks.now(known.product())));
              events.publish(known.product(), "incident.escalated", known);
            });
      }
    }

    @Override
    public void undeliverable(Outbox.Message message, String failure) {
      Instant now = clocks.now(message.product());
      Alert alert =
          Alert.plain(
              "alert_dead_" + message.id(),
              message.product(),
              "delivery",
              "warn",
              now,
              "A message to %s was given up after %d attempts: %s"
                  .formatted(message.receiver(), message.attempts() + 1, failure),
              Alert.Purpose.LIVE);
      watches.fire(alert, List.of());
      events.publish(message.product(), "alert.fired", alert);
    }
  }

  private InferenceLog.Keeping keeping(String product) {
    return canvases
        .apply(product)
        .flatMap(canvas -> canvas.specs(Spec.InferenceLog.class).stream().findFirst())
        .map(log ->
            new InferenceLog.Keeping(
                log.sample(), log.payloadLog(), clocks.now(product).minus(log.retention())))
        .orElse(InferenceLog.Keeping.DEFAULT);
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
   * same source is a duplicate, another one a correction (the next revision). Of several labels the
   * one known last counts, in whatever order they arrive.
   *
   * @param at when the label was known, product time
   * @param source who says so
   * @throws EspalierException INVALID for a label that the model does not know, naming the valid
   *     ones
   */
  public FeedbackResult feedback(String predictionId, String label, Instant at, String source) {
    return feedback.take(predictionId, label, at, source);
  }

  /** Lets the labels of a product that wait for a review go to training; returns how many. */
  public int approveLabels(String product) {
    return feedback.approve(product);
  }

  /** Closes due windows, moves rules, forgets what retention says, delivers what is due. */
  public void evaluate(String product, CanvasVersion canvas) {
    ReentrantLock lock = locks.computeIfAbsent(product, _ -> new ReentrantLock());
    lock.lock();
    try {
      flush();
      feedback.backfill();
      Instant now = clocks.now(product);
      int judged = watcher.evaluate(canvas, now);
      responder.escalate(canvas, now);
      if (judged > 0) {
        changes.addAndGet(judged);
      }
      // Whether or not a window was judged: a product without monitors forgets too.
      canvas.specs(Spec.InferenceLog.class).stream()
          .findFirst()
          .map(policy -> now.minus(policy.retention()))
          .filter(before -> forgottenLongAgo(product, before))
          .ifPresent(before -> {
            predictions.forget(product, before);
            forgotten.put(product, before);
          });
    } finally {
      lock.unlock();
    }
  }

  /** At most once an hour of the product's time, and at once where the canvas promises less. */
  private boolean forgottenLongAgo(String product, Instant before) {
    Instant last = forgotten.get(product);
    return last == null || !before.isBefore(last.plus(Duration.ofHours(1)));
  }

  /**
   * Delivers due messages once; returns how many arrived. A thread of its own does so every second:
   * nothing else has to.
   */
  public int deliver() {
    return outbox.deliver();
  }

  /** Delivers these at once; returns how many arrived. */
  long deliver(List<Outbox.Message> messages) {
    return outbox.deliver(messages);
  }

  /**
   * Says that somebody has seen an incident, and what it was worth, where that is known. On a
   * resolved incident it only gives the verdict.
   *
   * @param worth a {@link Worth} in words
   * @throws EspalierException NOT_FOUND; INVALID for an unknown verdict or an overlong reason
   */
  public Incident acknowledge(
      Caller caller,
      String product,
      String incident,
      Optional<String> worth,
      Optional<String> reason) {
    return desk.acknowledge(act(caller, product, incident, reason), worth.map(Worth::of));
  }

  /**
   * Calls nobody about an incident before {@code until}, product time, at most 30 days ahead.
   *
   * @throws EspalierException NOT_FOUND; INVALID for the time; CONFLICT when it is resolved
   */
  public Incident snooze(
      Caller caller, String product, String incident, Instant until, Optional<String> reason) {
    return desk.snooze(act(caller, product, incident, reason), until);
  }

  /**
   * Ends an incident by a person's decision, with a verdict.
   *
   * @throws EspalierException NOT_FOUND; INVALID for an unknown verdict; CONFLICT when it is
   *     resolved
   */
  public Incident resolve(
      Caller caller, String product, String incident, String worth, Optional<String> reason) {
    Incident resolved = desk.resolve(act(caller, product, incident, reason), Worth.of(worth));
    changes.incrementAndGet();
    return resolved;
  }

  private IncidentDesk.Act act(
      Caller caller, String product, String incident, Optional<String> reason) {
    String owner =
        canvases
            .apply(product)
            .flatMap(canvas -> canvas.specs(Spec.Product.class).stream().findFirst())
            .map(Spec.Product::owner)
            .orElse(Caller.LOCAL);
    return new IncidentDesk.Act(product, incident, caller.as(owner), reason);
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
    return incidents.find(incident).map(Incident::unresolved).orElse(false);
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

  /** Every logged request of a product, in the order of the log. */
  public List<Asked> asked(String product) {
    flush();
    return predictions.asked(product);
  }

  /** Everything that is watched of a product, as the page shows it. */
  public MonitorView view(String product) {
    return new MonitorPage(views, hours, watches, watcher)
        .of(product, canvases.apply(product), dropped(product));
  }

  /** When the newest request that is in the log was answered; empty while nobody has asked. */
  public Optional<Instant> lastAnswered(String product) {
    return hours.totals(product, clocks.now(product)).last();
  }

  /** The end of the newest window that any monitor of the canvas has closed. */
  public Optional<Instant> lastWindow(CanvasVersion canvas) {
    return canvas.resources().stream()
        .filter(resource -> resource.spec() instanceof Spec.Monitor)
        .flatMap(resource -> watches.newest(canvas.product(), resource.name(), 1).stream())
        .map(MonitorWindow::to)
        .max(Instant::compareTo);
  }

  /** Grows with every judged window and every link of an incident. */
  long changes() {
    return changes.get();
  }

  /** The log in the Prometheus text format 0.0.4. */
  public String metrics() {
    return log.metrics();
  }

  /** Predictions that were served and not logged, this process's latest included. */
  long dropped(String product) {
    return Math.max(log.dropped(product), views.dropped(product));
  }

  /** The product that made a prediction; empty text when it is unknown. */
  String productOf(String predictionId) {
    return feedback.find(predictionId).map(PredictionView::product).orElse("");
  }

  /** The numbers of the business that somebody sends. */
  public BusinessMetrics business() {
    return business;
  }

  HourStore hours() {
    return hours;
  }

  PeakStore peaks() {
    return peaks;
  }

  LabelStore labels() {
    return labels;
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

  @Override
  public void close() {
    courier.close();
    log.close();
  }
}
