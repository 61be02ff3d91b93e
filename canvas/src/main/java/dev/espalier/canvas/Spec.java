package dev.espalier.canvas;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * What a resource must be, free of canvas vocabulary: the stages read these records and nothing
 * else of the canvas. Shares are 0–1, sizes bytes, times {@link Duration}, rates per second.
 */
public sealed interface Spec {

  /** The resource kind: the record's name in lower case ({@code rollout}, {@code gate}). */
  default String resourceKind() {
    return getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT);
  }

  /** The resource kind, for specifications that have no other {@code kind} of their own. */
  default String kind() {
    return resourceKind();
  }

  /** How a measured value is compared with its bound. */
  enum Op {
    AT_MOST,
    AT_LEAST,
    BELOW,
    ABOVE;

    public boolean holds(double value, double bound) {
      return switch (this) {
        case AT_MOST -> value <= bound;
        case AT_LEAST -> value >= bound;
        case BELOW -> value < bound;
        case ABOVE -> value > bound;
      };
    }
  }

  /** What a gate compares with: a number, the champion, or the baseline rung. */
  enum Versus {
    ABSOLUTE,
    CHAMPION,
    BASELINE
  }

  /** Who owns and belongs to the product. {@code members} maps to roles, as {@code user:role}. */
  record Product(String name, String owner, List<String> members) implements Spec {}

  /** A source of rows. {@code role} is {@code training} or {@code production}. */
  record Dataset(
      String dataset,
      String role,
      String schema,
      Duration refresh,
      Duration retention,
      Duration labelDelay)
      implements Spec {}

  /**
   * Whose a source is. {@code license} is an SPDX expression, {@code proprietary} or empty; {@code
   * pii} is {@code none}, {@code possible} or {@code yes}.
   */
  record Provenance(String dataset, String ownership, String license, String pii) implements Spec {}

  /** How rows are divided: {@code by} is {@code random}, {@code time} or {@code group}. */
  record Split(String by, double train, double valid, double test, long randomState)
      implements Spec {}

  /** One step of the workflow. */
  record Step(String name, Duration timeout, int retries, boolean cache) {}

  /** The workflow, in order, and the success rate that it must keep. */
  record Pipeline(List<Step> steps, double success) implements Spec {}

  /**
   * When runs start by themselves. Triggers: schedule, new_data, drift, decay, canvas_change,
   * manual.
   */
  record Schedule(
      Set<String> triggers,
      Optional<String> cron,
      Duration maxStaleness,
      Duration minInterval,
      double budgetCoreHours,
      String autoPromote,
      String catchUp)
      implements Spec {}

  /** Where runs may execute. */
  record Placement(String runIn, Set<String> residency, String reason) implements Spec {}

  /** The shape of the transformer rung. */
  record Architecture(
      String family,
      int layers,
      int heads,
      int width,
      int feedForward,
      int maxLength,
      int vocabulary,
      String tokenizer,
      double dropout)
      implements Spec {}

  /** One rung of the ladder; approach: majority, linear, frozen_encoder, encoder. */
  record Rung(String id, String approach, String hypothesis) {}

  /** The ladder, simplest first, and the gain a more complex rung must show. */
  record Ladder(List<Rung> rungs, double minGain, String baseline) implements Spec {}

  /**
   * One metric definition for offline, online, charts, gates and alerts. {@code formula} names what
   * is computed: macro_f1, accuracy, balanced_accuracy, recall(label), precision(label), f1(label),
   * rate(pred=a | actual=b), ece.
   */
  record Metric(
      String id,
      String kind,
      String formula,
      String direction,
      boolean primary,
      List<String> slices,
      int minN,
      double ci)
      implements Spec {
    /** The same metric, shown from {@code rows} rows on. */
    public Metric withMinN(int rows) {
      return new Metric(id, kind, formula, direction, primary, slices, rows, ci);
    }
  }

  /** A metric that nothing here computes: points of it are sent. */
  record PushedMetric(String id, String kind, String direction) implements Spec {}

  /**
   * A condition a candidate must meet. With {@link Versus#CHAMPION} or BASELINE {@code bound} is
   * the margin: the candidate's difference must be at least {@code -bound} (at most {@code bound}
   * where lower is better). {@code onInconclusive}: block, extend, human.
   */
  record Gate(
      String metric,
      Op op,
      double bound,
      Versus versus,
      Optional<String> slice,
      int minN,
      String onInconclusive,
      boolean blocking)
      implements Spec {}

  /** A number that reality is measured against, with its due date. */
  record Objective(
      String metric, Op op, double bound, LocalDate due, List<String> covers, String priority)
      implements Spec {}

  record RegistryPolicy(
      boolean mandatory, Set<String> requiredMeta, String scheme, Set<String> aliases)
      implements Spec {}

  record BundlePolicy(Set<String> formats, Set<String> forbidden, long maxBytes) implements Spec {}

  record Environment(
      String name, String target, String stage, String arch, int cpu, long memoryBytes)
      implements Spec {}

  /** Mode: manual, delivery, deployment. Requires: gates, ci, card, scan, drills. */
  record ReleasePolicy(
      String mode,
      boolean autoPromote,
      int approvals,
      boolean fourEyes,
      List<String> windows,
      List<String> freezes,
      Set<String> requires)
      implements Spec {}

  /** How fast changes must reach production and how often they may fail. */
  record LeadTime(
      Duration target, String stat, Duration window, double changeFailRate, Duration mttr)
      implements Spec {}

  /** One share of the traffic, held at least that long. */
  record RolloutStep(double share, Duration hold) {}

  /** A limit during a rollout: error, p95 (milliseconds), fallback, psi, or a metric id. */
  record Guardrail(String signal, Op op, double bound) {}

  record Rollout(
      String strategy,
      List<RolloutStep> steps,
      int minRequests,
      List<Guardrail> guardrails,
      boolean autoRollback,
      Duration rollbackTime,
      Duration bake)
      implements Spec {}

  /** How an endpoint answers. A row that an earlier build wrote may say {@code maxWait}. */
  @JsonIgnoreProperties("maxWait")
  record Endpoint(Duration p95, Duration p99, double availability, Duration timeout, int maxBatch)
      implements Spec {}

  /** Rules on the input: {@code schema}, {@code length <= N}; on failure reject or fallback. */
  record PreAssertion(List<String> rules, String onFail) implements Spec {}

  /** One rung: previous_champion, baseline, rule (with its cases), default_value, reject. */
  record FallbackRung(Set<String> on, String use, Optional<String> value, Duration timeout) {}

  record Fallback(
      List<String> post, Duration primaryTimeout, List<FallbackRung> chain, double maxRatePerHour)
      implements Spec {}

  /** What models are declared to compute on; kind {@code none} is the CPU. */
  record Accelerator(String kind) implements Spec {}

  /** The expected load: growth is a share a month, {@code payloadP95} bytes of one request. */
  record Volume(
      double expectedPerSecond,
      double peakFactor,
      double headroom,
      double growthPerMonth,
      long payloadP95,
      Duration drillDuration)
      implements Spec {

    /** The rate that a load test must sustain, per second. */
    public double need() {
      return expectedPerSecond * peakFactor * (1 + headroom);
    }
  }

  /** Payload log: hashed, full, none. */
  record InferenceLog(double sample, String payloadLog, Duration retention) implements Spec {}

  /**
   * A watched signal. Type: performance_drop, prediction_drift, data_drift. {@code metric} names
   * the metric where the type has one; {@code alert} and {@code warn} are bounds in the metric's
   * unit (absolute), or a relative change when {@code relative}.
   */
  record Monitor(
      String type,
      Optional<String> metric,
      Optional<String> test,
      String reference,
      Duration window,
      int minN,
      OptionalDouble warn,
      double alert,
      Op breach,
      boolean relative)
      implements Spec {}

  /** Action: none, rollback, fallback, retrain. Route: inbox, webhook. */
  record Alert(
      String on,
      Duration holdFor,
      String severity,
      List<String> route,
      Optional<String> runbook,
      String action)
      implements Spec {}

  record Retrain(
      List<String> on, Duration dataWindow, Duration cooldown, int maxFailures, String compare)
      implements Spec {}

  record Feedback(List<String> kinds, double expectedRate, Duration maxDelay, String toTraining)
      implements Spec {}

  /** A non-functional requirement as a test. When: ci, ct, pre_deploy, live. */
  record Requirement(
      String attribute, String metric, Op op, double bound, Set<String> when, boolean blocking)
      implements Spec {}

  // ---- the page and the value ----

  /** Whom alerts and approvals of production models reach. */
  record ModelOwner(String owner, Optional<String> deputy) implements Spec {}

  // ---- data and analysis ----

  /** Kinds: cas, jdbc, s3. */
  record Storage(Set<String> kinds, long quotaBytes) implements Spec {}

  /** What the process of a forked step may use. */
  record Runner(int cpu, long memoryBytes) implements Spec {}

  /** What a run must carry: dataset, params, metrics, rng_state, env, commit. */
  record RunMetadata(Set<String> required) implements Spec {}

  // ---- watching, metadata, choices ----

  /** Training against serving, field by field. Test: psi, js. */
  record Skew(String test, double alert, Duration window, int minN) implements Spec {}

  /** Bounds of the serving process. Signals: latency, cpu, heap, gc, fd. */
  record Operational(Set<String> signals, double cpuMax, double heapMax, Duration gcPauseP99)
      implements Spec {}

  record MetadataSchema(Set<String> kinds) implements Spec {}

  /** Kinds: model_card, datasheet, ml_bom, annex_iv. */
  record Documents(Set<String> kinds) implements Spec {}

  // ---- what the cells, training and release still need ----

  /** What each kind of error costs; keys are {@code actual->predicted}. */
  record Costs(Map<String, String> matrix) implements Spec {}

  record Kpi(
      String metric, Optional<Double> baseline, Optional<Double> target, Optional<String> owner)
      implements Spec {}

  /** A declared caller; protocol: http, grpc, batch, jar. */
  record Consumer(String name, String protocol, Optional<String> contract) implements Spec {}

  record Machine(int cpu, long memoryBytes, String accelerator) {}

  record Kill(String metric, String target, Optional<LocalDate> after) {}

  /** Verdict: undecided, go, conditional, no_go. */
  record Feasibility(
      Optional<String> budget,
      Optional<Machine> compute,
      long minRows,
      long minPerClass,
      Optional<Double> teamFte,
      String baseline,
      List<Kill> killCriteria,
      String verdict)
      implements Spec {}

  record Evaluation(
      Optional<String> holdout,
      String test,
      String method,
      double sample,
      Duration every,
      List<String> onlineGates)
      implements Spec {}

  record Iteration(
      String id,
      Map<String, String> params,
      String search,
      int trials,
      Optional<String> budget,
      Optional<String> accept)
      implements Spec {}

  /** One way back; use: label, metric, triage. Only labels may reach training. */
  record FeedbackSource(String source, String use) implements Spec {}

  record RunnerLabels(Set<String> labels) implements Spec {}

  /** What must be green before a promotion. */
  record Ci(
      Set<String> checks, String tool, Set<String> triggers, Duration maxDuration, boolean required)
      implements Spec {}

  record Suite(
      String attribute, String metric, Optional<String> suite, Optional<String> slice, int minN)
      implements Spec {}

  record Durability(String metric, Duration halfLifeMin, String action) implements Spec {}

  record RegistryScope(String rule, Set<String> scope) implements Spec {}

  record ModelStore(String where, Set<String> why, String retention) implements Spec {}

  record DeployFrequency(double perSecond) implements Spec {}

  record Location(
      String name, Optional<String> accelerator, Optional<String> zone, Optional<String> residency)
      implements Spec {}

  record ReleaseRights(
      Set<String> roles,
      String ab,
      String bandit,
      Set<String> breakGlassRoles,
      Optional<Duration> review)
      implements Spec {}

  // ---- what serving and monitoring still need ----

  record Pattern(String how) implements Spec {}

  record Modes(Set<String> modes) implements Spec {}

  record MultiModel(
      boolean required,
      long budgetBytes,
      String eviction,
      List<String> pinned,
      Duration coldP95,
      Optional<Double> quotaPerSecond)
      implements Spec {}

  record Device(String need, String precision, Optional<String> maxCost) implements Spec {}

  record MonitoringPolicy(String prod, String staging, Set<String> purpose) implements Spec {}

  record LiveMetric(
      String metric,
      Duration window,
      List<String> slices,
      int minN,
      Optional<String> target,
      Optional<Duration> labelDelay)
      implements Spec {}

  record DomainMetric(
      String id,
      Optional<String> unit,
      String source,
      Optional<String> owner,
      Duration every,
      Optional<String> target)
      implements Spec {}

  record AlertHandling(
      String on, Optional<String> groupBy, Optional<Duration> silence, Duration escalate)
      implements Spec {}

  record PageBudget(int perWeek) implements Spec {}
}
