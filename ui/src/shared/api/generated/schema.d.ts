// Made from openapi.json by `npm run api`; a test makes it again and compares.
export interface Schemas {
  /** Computed from the answer and its evidence; never set by hand */
  State: "CONFORMS" | "AT_RISK" | "VIOLATED" | "NO_EVIDENCE" | "STALE" | "UNCONFIRMED" | "WAIVED" | "UNANSWERED" | "N_A";
  Op: "AT_MOST" | "AT_LEAST" | "BELOW" | "ABOVE";
  /** RFC 9457 problem: what is wrong, which field, and the nearest valid value */
  Problem: {
    type?: string;
    title: string;
    status: number;
    detail: string;
    code?: string;
    field?: string;
    rule?: string;
    nearest?: string;
  };
  /** What went, or in a dry run would */
  PurgeReport: {
    mode: "DRY_RUN" | "PURGE";
    before: string;
    experiments: number;
    runs: number;
    loggedModels: number;
    traces: number;
    files: number;
    /** Ids of runs and models that registered versions need */
    held: string[];
  };
  /** What is to go */
  PurgeRequest: {
    /** Since the deletion, ISO 8601; P30D when absent, at least PT1H */
    olderThan?: string;
    dryRun?: boolean;
  };
  /** Two-sided interval, 95 % unless said otherwise */
  Interval: {
    low: number;
    high: number;
  };
  /** One clause of a question's evidence rule, and the last observation of it */
  Evidence: {
    clause: string;
    text: string;
    kind: "LIVE" | "RECORD" | "DRILL" | "ATTEST";
    state: Schemas['State'];
    value?: number;
    unit?: string;
    /** The bound, as a number in the unit, or in words */
    target?: string;
    op?: string;
    n?: number;
    minN: number;
    ci?: Schemas['Interval'];
    /** Product time */
    observedAt?: string;
    /** Machine time */
    recordedAt?: string;
    /** ISO-8601 duration */
    ttl: string;
    source?: string;
    subject?: string;
    detail?: string;
    /** What is missing, for a clause without evidence */
    reason: string;
    /** Of the stored evidence that was judged */
    id?: string;
    waiver?: Schemas['Waived'];
    lack?: Schemas['Lack'];
  };
  /** Something that an answer compiled to */
  ResourceRef: {
    id: string;
    kind: string;
    name: string;
    /** sha256 content digest */
    digest: string;
  };
  /** How many fields of an answer are defaults that somebody confirmed */
  Defaults: {
    confirmed: number;
    total: number;
  };
  /** A question's change of state */
  StateChange: {
    at: string;
    recordedAt: string;
    question: string;
    from: Schemas['State'];
    to: Schemas['State'];
    reason: string;
  };
  Lane: "DESIGN" | "DEVELOP" | "MAINTAIN";
  /** A question, its answer in words, and whether reality conforms */
  Question: {
    /** Key, such as serving.volume */
    question: string;
    /** Row number, such as P3 */
    id: string;
    block: string;
    cell: string;
    lane: Schemas['Lane'];
    /** The question as it is asked */
    text: string;
    /** The answer in words with its bound */
    claim: string;
    state: Schemas['State'];
    reason: string;
    /** The typed value of the answer */
    answer?: unknown;
    defaults: Schemas['Defaults'];
    evidence: Schemas['Evidence'][];
    resources: Schemas['ResourceRef'][];
    waiver?: Schemas['Waived'];
    deferral?: Schemas['Deferral'];
    lack?: Schemas['Lack'];
  };
  /** A group of questions with its worst state */
  Block: {
    block: string;
    title: string;
    lane: Schemas['Lane'];
    state: Schemas['State'];
    counts: {
      [key: string]: number;
    };
  };
  /** The board: every question of a product with its state and evidence */
  Conformance: {
    product: string;
    version: string;
    headline: string;
    why: string;
    asOf: string;
    /** Questions by state */
    counts: {
      [key: string]: number;
    };
    /** Questions without evidence, by what it is short of */
    lacks: {
      [key: string]: number;
    };
    blocks: Schemas['Block'][];
    questions: Schemas['Question'][];
    attribution: string[];
  };
  /** A product and its active canvas */
  CanvasSummary: {
    product: string;
    version: string;
    headline: string;
    /** sha256 content digest */
    digest?: string;
    appliedAt?: string;
    owner?: string;
    /** Questions by state */
    counts?: {
      [key: string]: number;
    };
  };
  /** One applied canvas, immutable */
  CanvasVersion: {
    product: string;
    version: string;
    /** sha256 content digest */
    digest: string;
    /** sha256 content digest */
    contentDigest: string;
    /** sha256 content digest */
    parent?: string;
    appliedAt: string;
    appliedBy: string;
    resources: unknown[];
  };
  /** Two answers that cannot both hold, and how to repair it */
  Contradiction: {
    rule: number;
    level: "ERROR" | "WARN" | "UNKNOWN";
    questions: string[];
    message: string;
    repair: string;
    /** The repair as changes that a program can make; empty where nothing is to be done but to find out */
    patch?: Schemas['Patch'][];
  };
  /** What applying the plan does to one resource */
  PlanAction: {
    action: "create" | "change" | "remove";
    resource: string;
    /** The question's key */
    because: string;
  };
  /** What a canvas would change; apply names its digest */
  Plan: {
    product: string;
    version: string;
    diff: Schemas['PlanChange'][];
    actions: Schemas['PlanAction'][];
    contradictions: Schemas['Contradiction'][];
    /** What apply asks for: a reason, the approval of another member, the confirmation of warnings */
    needs: string[];
    /** The rules whose warnings apply wants confirmed, by number */
    confirms: number[];
    /** Whether it takes a promise back */
    loosens: boolean;
    /** Who wants it, and therefore may not approve it */
    by: string;
    approvers: string[];
    /** sha256 content digest */
    planDigest: string;
    base?: string;
  };
  /** Applies a plan that was shown */
  ApplyRequest: {
    /** sha256 content digest */
    planDigest: string;
    /** Needed when it loosens a promise */
    reason?: string;
    /** The rules whose warnings are accepted, by number */
    confirms?: number[];
  };
  /** Frozen rows of a dataset */
  Snapshot: {
    dataset: string;
    /** sha256 content digest */
    digest: string;
    rows: number;
    rejected: number;
    from?: string;
    to?: string;
    createdAt: string;
    labels: {
      [key: string]: number;
    };
  };
  /** What an upload added */
  DatasetAdded: {
    snapshot: Schemas['Snapshot'];
    rows: number;
    rejected: number;
  };
  /** Why a run exists */
  Cause: {
    /** manual, drift, decay, schedule, new_data, canvas_change or first */
    trigger: string;
    reason: string;
    evidence?: string;
  };
  /** How far a step is */
  Progress: {
    done: number;
    total: number;
    unit: string;
  };
  StepState: "PENDING" | "READY" | "LEASED" | "RUNNING" | "SUCCEEDED" | "CACHED" | "SKIPPED" | "FAILED" | "CANCELLED" | "UPSTREAM_FAILED" | "RETRY_WAIT";
  /** One step of a run */
  StepRun: {
    name: string;
    state: Schemas['StepState'];
    dependsOn: string[];
    attempt: number;
    cacheReason: string;
    wallMillis: number;
    cpuMillis: number;
    /** Milliseconds from the run's start to the first attempt */
    beganAfter?: number;
    /** Milliseconds from the run's start to the end of the last attempt */
    endedAfter?: number;
    progress?: Schemas['Progress'];
    executor: string;
    failure?: string;
    /** The step's small JSON record */
    output?: unknown;
  };
  /** PENDING, RUNNING, SUCCEEDED, FAILED, CANCELLED or INTERRUPTED */
  RunState: string;
  /** One execution of the product pipeline, with the cause that started it */
  Run: {
    id: string;
    product: string;
    state: Schemas['RunState'];
    cause: Schemas['Cause'];
    canvasVersion: string;
    graphDigest: string;
    seed: number;
    /** Product time */
    createdAt: string;
    finishedAt?: string;
    wallMillis: number;
    /** Why it cannot go on at the moment, such as a full disk */
    blocked?: string;
    steps: Schemas['StepRun'][];
  };
  /** Starts a run by hand */
  StartRun: {
    trigger: string;
    reason: string;
  };
  /** The run that was started */
  StartedRun: {
    id: string;
  };
  /** One leaf of a cache key that differs from the run it is compared with */
  Difference: {
    leaf: string;
    before?: string;
    after?: string;
  };
  /** Why a step ran, or was taken from the cache */
  Explanation: {
    step: string;
    decision: string;
    reason: string;
    nearestRun?: string;
    differences: Schemas['Difference'][];
    leaves: {
      [key: string]: string;
    };
  };
  /** One line of a step's log */
  LogLine: {
    seq: number;
    attempt: number;
    at: string;
    message: string;
  };
  /** One gate with the numbers that decided it */
  GateResult: {
    metric: string;
    versus: string;
    op: Schemas['Op'];
    bound: number;
    slice?: string;
    value?: number;
    low?: number;
    high?: number;
    n: number;
    verdict: "PASS" | "FAIL" | "INCONCLUSIVE" | "NO_EVIDENCE";
    blocking: boolean;
    detail: string;
  };
  /** The verdict of all gates */
  GateReport: {
    results: Schemas['GateResult'][];
    passed: boolean;
    summary: string;
  };
  /** One rung as judged; the gain is against the rung chosen below it */
  RungRow: {
    id: string;
    approach: string;
    value?: number;
    low?: number;
    high?: number;
    n: number;
    cpuSeconds: number;
    gain?: number;
    gainLow?: number;
    gainHigh?: number;
    verdict: string;
  };
  /** Which rung was chosen, and the sentence why */
  LadderVerdict: {
    chosen: string;
    rows: Schemas['RungRow'][];
    sentence: string;
  };
  /** A number; what JSON has no number for is a text */
  Real: number | "NaN" | "Infinity" | "-Infinity";
  /** An experiment in a list */
  ExperimentRow: {
    id: string;
    name: string;
    createdAt: string;
    runs: number;
    running: number;
    newest?: string;
  };
  /** An experiment with the keys that its runs use, at most 1,000 of a kind */
  ExperimentView: {
    experiment: Schemas['ExperimentRow'];
    tags: {
      [key: string]: string;
    };
    metrics: string[];
    params: string[];
    tagKeys: string[];
  };
  /** A tracked run in a table, with the columns that were asked for */
  RunRow: {
    id: string;
    name: string;
    status: "RUNNING" | "SCHEDULED" | "FINISHED" | "FAILED" | "KILLED";
    user: string;
    startedAt: string;
    finishedAt?: string;
    /** the latest values */
    metrics: {
      [key: string]: Schemas['Real'];
    };
    /** of the metrics that were once below their latest value; absent where none was */
    least?: {
      [key: string]: Schemas['Real'];
    };
    /** of the metrics that were once above their latest value; absent where none was */
    greatest?: {
      [key: string]: Schemas['Real'];
    };
    params: {
      [key: string]: string;
    };
    tags: {
      [key: string]: string;
    };
  };
  /** A page of tracked runs */
  RunPage: {
    runs: Schemas['RunRow'][];
    /** token of the next page; absent on the last */
    next?: string;
  };
  /** How a metric lies within a group */
  MetricSpread: {
    metric: string;
    n: number;
    mean: Schemas['Real'];
    deviation: Schemas['Real'];
  };
  /** Runs that share a value */
  RunGroup: {
    value?: string;
    runs: number;
    metrics: Schemas['MetricSpread'][];
  };
  /** The newest value of a metric */
  NewestValue: {
    key: string;
    value: Schemas['Real'];
    step: number;
    at: string;
    least?: Schemas['Real'];
    greatest?: Schemas['Real'];
  };
  /** A dataset that a run read */
  DatasetRow: {
    name: string;
    digest: string;
    sourceType: string;
    context: string;
  };
  /** A tracked run with everything but the histories of its metrics */
  RunRecord: {
    run: Schemas['RunRow'];
    experiment: string;
    experimentName: string;
    artifactUri: string;
    deleted: boolean;
    metrics: Schemas['NewestValue'][];
    datasets: Schemas['DatasetRow'][];
    modelsRead: string[];
    modelsWritten: string[];
  };
  /** One value of a metric */
  SeriesPoint: {
    step: number;
    at: string;
    value: Schemas['Real'];
    /** the metric that was named by over, at this step or newest before it; absent where it has no value yet */
    over?: number;
  };
  /** A metric of one run by step, thinned: ends and extremes stay */
  MetricSeries: {
    run: string;
    metric: string;
    /** how many there are in all */
    points: number;
    sample: Schemas['SeriesPoint'][];
  };
  /** A file or folder of a run */
  ArtifactRow: {
    path: string;
    folder: boolean;
    bytes: number;
  };
  /** What a folder of artifacts holds, at most 1,000 at once */
  ArtifactFolder: {
    files: Schemas['ArtifactRow'][];
    /** name after which it goes on; absent at the end */
    next?: string;
  };
  /** What a model takes and gives */
  Signature: {
    task: string;
    labels: string[];
    maxCharacters: number;
  };
  /** An immutable registered version */
  ModelVersion: {
    product: string;
    /** SemVer */
    version: string;
    number: number;
    /** sha256 content digest */
    bundle: string;
    bytes: number;
    rung: string;
    bumpReason: string;
    registeredAt: string;
    runId: string;
    /** sha256 content digest */
    snapshot: string;
    canvasVersion: string;
    /** sha256 content digest */
    canvasDigest: string;
    signature?: Schemas['Signature'];
    /** A GateReport */
    gates: unknown;
    /** A LadderVerdict */
    ladder: unknown;
    metrics: {
      [key: string]: number;
    };
    meta: {
      [key: string]: string;
    };
  };
  /** A version with the aliases that name it */
  VersionView: {
    model: Schemas['ModelVersion'];
    aliases: string[];
  };
  /** Where a version comes from, down to the rows and the canvas */
  Lineage: {
    product: string;
    version: string;
    /** sha256 content digest */
    bundle: string;
    runId: string;
    /** sha256 content digest */
    snapshot: string;
    canvasVersion: string;
    /** sha256 content digest */
    canvasDigest: string;
    predecessor?: string;
  };
  /** An alias that was moved */
  AliasMove: {
    alias: string;
    from?: string;
    to: string;
    by: string;
    why: string;
    at: string;
  };
  /** A move of an alias that is asked for */
  MoveRequest: {
    /** What it is to name */
    version: string;
    /** What the mover believes it names; absent for nothing */
    expected?: string;
    reason?: string;
  };
  /** The aliases of a product and how they came to be */
  AliasView: {
    aliases: {
      [key: string]: string;
    };
    history: Schemas['AliasMove'][];
  };
  /** A version that receives traffic */
  Arm: {
    version: string;
    weight: number;
    role: "champion" | "candidate" | "previous" | "baseline";
  };
  /** A measured signal of one arm */
  Reading: {
    value: number;
    low: number;
    high: number;
    n: number;
  };
  /** A limit during a rollout, for both arms */
  GuardrailResult: {
    signal: string;
    op: Schemas['Op'];
    bound: number;
    champion?: Schemas['Reading'];
    candidate?: Schemas['Reading'];
    verdict: string;
    detail: string;
  };
  /** One share of the traffic and what happened while it was held */
  RolloutStepRun: {
    share: number;
    /** ISO-8601 duration */
    hold: string;
    minRequests: number;
    state: string;
    startedAt?: string;
    endedAt?: string;
    championRequests: number;
    candidateRequests: number;
    guardrails: Schemas['GuardrailResult'][];
  };
  /** A decision of the controller with its numbers */
  Decision: {
    at: string;
    decision: string;
    why: string;
    by: string;
    numbers: {
      [key: string]: number;
    };
  };
  /** One rule of the release policy and whether the release satisfied it */
  PolicyCheck: {
    rule: string;
    passed: boolean;
    detail: string;
  };
  /** The release policy when the release was asked for, and how it was met */
  Admission: {
    mode: string;
    by: string;
    changedAt?: string;
    approvalsNeeded: number;
    fourEyes: boolean;
    windows: string[];
    freezes: string[];
    requires: string[];
    authors: string[];
    checks: Schemas['PolicyCheck'][];
    admittedAt?: string;
    glass?: Schemas['BreakGlass'];
  };
  /** A release that went past the policy in an emergency, and the review that it owes */
  BreakGlass: {
    by: string;
    reason: string;
    due: string;
    reviewedBy?: string;
    reviewedAt?: string;
  };
  /** How one version takes over from another */
  Rollout: {
    id: string;
    product: string;
    kind: "FIRST" | "CANARY" | "ROLLBACK";
    from?: string;
    to: string;
    state: "PENDING" | "WAITING_WINDOW" | "RUNNING" | "PROMOTING" | "BAKING" | "PROMOTED" | "HELD" | "ROLLING_BACK" | "ROLLED_BACK" | "WITHDRAWN";
    cause: string;
    startedAt: string;
    finishedAt?: string;
    steps: Schemas['RolloutStepRun'][];
    decisions: Schemas['Decision'][];
    approvals: string[];
    admission?: Schemas['Admission'];
  };
  /** Arms, aliases, latency and rollouts, newest last */
  DeploymentView: {
    product: string;
    arms: Schemas['Arm'][];
    aliases: {
      [key: string]: string;
    };
    models: {
      [key: string]: string;
    };
    latency?: Schemas['LatencySummary'];
    quarantined: string[];
    retired: Schemas['Retirement'][];
    rollouts: Schemas['Rollout'][];
    outlook?: Schemas['Outlook'];
  };
  /** Releases a version */
  ReleaseRequest: {
    version: string;
    reason: string;
    /** Passes calendar, approvals and records by, for the roles that the release policy names; owes a review */
    breakGlass?: boolean;
  };
  /** Why */
  ReasonRequest: {
    reason: string;
  };
  /** A monitor's value over one window of event time, for one version */
  MonitorWindow: {
    from: string;
    to: string;
    state: "OPEN" | "PROVISIONAL" | "FINAL" | "REVISED";
    version: string;
    n: number;
    value?: number;
    low?: number;
    high?: number;
    verdict: "OK" | "WARN" | "ALERT" | "INSUFFICIENT";
    insufficient?: string;
  };
  /** A watched signal over its windows, oldest first */
  Monitor: {
    id: string;
    type: string;
    metric?: string;
    claim: string;
    bound: number;
    op: Schemas['Op'];
    minN: number;
    window: string;
    windows: Schemas['MonitorWindow'][];
  };
  /** How labels arrive: counts, delays in seconds, coverage as a share of the logged predictions */
  Labels: {
    served: number;
    logged: number;
    dropped: number;
    labelled: number;
    pending: number;
    quarantined: number;
    delayP50?: number;
    delayP95?: number;
    coverage?: number;
  };
  /** One day of traffic, UTC */
  TrafficDay: {
    day: string;
    served: number;
    labelled: number;
    byLabel: {
      [key: string]: number;
    };
    byVersion: {
      [key: string]: number;
    };
  };
  /** A version that took all traffic */
  Release: {
    at: string;
    version: string;
  };
  /** The monitoring page of one product */
  MonitorView: {
    monitors: Schemas['Monitor'][];
    labels: Schemas['Labels'];
    daily: Schemas['TrafficDay'][];
    releases: Schemas['Release'][];
  };
  /** A condition that holds, or held */
  Alert: {
    id: string;
    product: string;
    monitor: string;
    version: string;
    severity: string;
    /** PENDING, FIRING or RESOLVED */
    state: string;
    firedAt: string;
    resolvedAt?: string;
    value: number;
    low: number;
    high: number;
    n: number;
    bound: number;
    text: string;
    runbook?: string;
    incidentId?: string;
    purpose: "LIVE" | "DRILL";
  };
  /** One station of an incident's story */
  TraceEntry: {
    at: string;
    /** alert, run, version, rollout or recovered */
    kind: string;
    ref: string;
    text: string;
  };
  /** What somebody says who has seen an incident */
  Acknowledgement: {
    verdict?: "actionable" | "noise" | "expected" | "drill";
    reason?: string;
  };
  /** How long nobody is called: product time, at most 30 days ahead */
  Snooze: {
    until: string;
    reason?: string;
  };
  /** How a person ends an incident */
  Resolution: {
    verdict: "actionable" | "noise" | "expected" | "drill";
    reason?: string;
  };
  /** One cause, from alert to recovery */
  Incident: {
    id: string;
    product: string;
    title: string;
    cause: string;
    version: string;
    /** open, acknowledged or resolved */
    state: string;
    openedAt: string;
    resolvedAt?: string;
    acknowledgedAt?: string;
    acknowledgedBy?: string;
    /** What a person says it was worth: ACTIONABLE, NOISE, EXPECTED or DRILL */
    worth?: string;
    /** Nobody is called before; product time */
    snoozedUntil?: string;
    /** When it was called again because nobody had acknowledged it; machine time */
    escalatedAt?: string;
    trace: Schemas['TraceEntry'][];
  };
  /** A logged prediction */
  PredictionRow: {
    predictionId: string;
    at: string;
    label: string;
    modelVersion: string;
    servedBy: string;
    actual?: string;
    latencyMicros: number;
    seq: number;
  };
  /** What a caller sends */
  Ask: {
    text: string;
    /** Sticky key */
    unit?: string;
    at?: string;
    /** For which declared consumer, where no token names it */
    consumer?: string;
  };
  /** What the endpoint answers: who answered, and why */
  Answer: {
    predictionId: string;
    label: string;
    probabilities: {
      [key: string]: number;
    };
    modelVersion: string;
    servedBy: string;
    fallbackReason?: string;
    latencyMicros: number;
  };
  /** The true label of a prediction */
  FeedbackRequest: {
    predictionId: string;
    label: string;
    at?: string;
    source?: string;
  };
  /** What became of the label */
  FeedbackResult: {
    state: "JOINED" | "DUPLICATE" | "QUARANTINED";
    predictionId: string;
    label: string;
    detail: string;
  };
  /** A drill that can be run */
  DrillInfo: {
    name: string;
    description: string;
  };
  /** What a drill saw */
  Observation: {
    question: string;
    clause: string;
    subject: string;
    observedAt: string;
    n: number;
    value?: number;
    interval?: Schemas['Interval'];
    pass?: boolean;
    detail: string;
    source: string;
  };
  /** A drill as it went */
  DrillRecord: {
    id: string;
    product: string;
    drill: string;
    /** What was drilled; empty when nothing was released */
    version: string;
    canvasVersion: string;
    /** Digest of what the drill answers to */
    terms: string;
    /** Product time */
    at: string;
    /** Product time */
    expiresAt: string;
    /** Machine time */
    recordedAt: string;
    millis: number;
    state: "PASSED" | "FAILED" | "UNPROVED" | "ABORTED";
    passed: boolean;
    trigger: "request" | "schedule" | "release";
    by: string;
    observations: Schemas['Observation'][];
    detail: string;
  };
  /** A state change; the data field of one server-sent event named change */
  Event: {
    seq: number;
    /** Product time */
    at: string;
    product: string;
    /** stage.what, such as run.step */
    type: string;
    /** Any JSON value */
    data: unknown;
  };
  /** What a member may do; each role may do what the ones before it may */
  Role: "consumer" | "viewer" | "contributor" | "approver" | "maintainer" | "owner";
  /** Who asks */
  Me: {
    user: string;
    via: "LOOPBACK" | "TOKEN";
    /** Role by product */
    roles: {
      [key: string]: Schemas['Role'];
    };
  };
  /** What is known about a token; never its secret */
  Token: {
    id: string;
    user: string;
    createdAt: string;
    createdBy: string;
    expiresAt: string;
    lastUsedAt?: string;
    revokedAt?: string;
    revokedBy?: string;
  };
  /** A new token; the secret is shown this once */
  IssuedToken: {
    token: string;
    about: Schemas['Token'];
  };
  /** For whom, and for how long */
  CreateToken: {
    user: string;
    /** ISO-8601, such as P30D; 90 days when absent */
    ttl?: string;
  };
  /** Another member's agreement to a plan */
  Approval: {
    by: string;
    at: string;
    reason: string;
  };
  /** One field that differs */
  PlanChange: {
    question: string;
    path: string;
    direction: "ADDED" | "REMOVED" | "TIGHTENED" | "LOOSENED" | "NEUTRAL" | "TEXT";
    /** Canonical JSON */
    before?: string;
    /** Canonical JSON */
    after?: string;
    /** Whether it takes a promise back */
    loosens?: boolean;
  };
  /** A plan against the active version that is not applied yet */
  OpenPlan: {
    plan: Schemas['Plan'];
    by: string;
    at: string;
    approvals: Schemas['Approval'][];
    /** What apply would still refuse it for */
    missing: string[];
  };
  /** Agrees to another member's plan */
  ApproveRequest: {
    reason?: string;
  };
  /** Which version to plan again */
  ReapplyRequest: {
    version: string;
  };
  /** A document that somebody edits; it need not be valid */
  Draft: {
    source: string;
    /** Empty before the first version */
    baseVersion: string;
    updatedAt: string;
    by: string;
  };
  /** What a member said about a question */
  Comment: {
    id: string;
    /** The key of the question */
    question: string;
    /** The canvas version that was active then */
    version: string;
    by: string;
    at: string;
    text: string;
    /** Who said that it is dealt with; absent while it is open */
    settledBy?: string;
  };
  /** What somebody says about a question */
  CommentRequest: {
    question: string;
    text: string;
  };
  /** A draft to keep, and the version that it started from */
  DraftRequest: {
    source: string;
    baseVersion: string;
  };
  /** What is wrong with a document */
  Check: {
    contradictions: Schemas['Contradiction'][];
    problems: Schemas['Problem'][];
  };
  /** One version in the history */
  VersionRow: {
    version: string;
    /** sha256 content digest */
    digest: string;
    appliedAt: string;
    appliedBy: string;
    plannedBy: string;
    approvals: Schemas['Approval'][];
    reason: string;
    active: boolean;
    /** sha256 content digest */
    parent?: string;
  };
  /** Whether the stored versions are the ones that were signed */
  Verification: {
    product: string;
    intact: boolean;
    versions: number;
    keyId: string;
    problems: string[];
  };
  AnswerKind: "CONFIG" | "TARGET" | "POLICY" | "NARRATIVE" | "PLAN";
  Field: {
    name: string;
    type: "text" | "enum" | "bool" | "integer" | "number" | "share" | "bytes" | "duration" | "rate" | "money" | "date" | "target" | "hold" | "map" | "record";
    kind: Schemas['AnswerKind'];
    /** What a bare number counts */
    unit?: string;
    /** As a document writes it */
    default?: string;
    min?: number;
    max?: number;
    oneOf?: string[];
    tighter?: "LOWER" | "HIGHER" | "SUBSET" | "SUPERSET" | "TEXT";
    list: boolean;
    /** A list whose order means nothing */
    set: boolean;
    required: boolean;
    /** A bare value in place of the map fills it */
    main: boolean;
    help?: string;
    fields?: Schemas['Field'][];
  };
  Proof: {
    clause: string;
    kind: "LIVE" | "RECORD" | "DRILL" | "ATTEST";
    text: string;
    /** What has to happen or to be built before evidence can arrive */
    missing?: string;
    minN: number;
    lack?: Schemas['Lack'];
  };
  QuestionForm: {
    id: string;
    key: string;
    block: string;
    blockTitle: string;
    cell: string;
    lane: Schemas['Lane'];
    kind: Schemas['AnswerKind'];
    text: string;
    help: string;
    /** Words of the source canvas, CC-BY-SA 4.0 */
    prompt?: string;
    /** The platform answers it */
    derived: boolean;
    mainField?: string;
    examples: string[];
    compilesTo: string[];
    evidence: Schemas['Proof'][];
    fields: Schemas['Field'][];
    /** Values that are refused, because no component of this build can run them */
    unbuilt: Schemas['Limit'][];
  };
  /** Values of a field that this build refuses */
  Limit: {
    /** The path within the answer; lists are entered */
    field: string;
    /** The values, in words */
    values: string;
    reason: string;
    /** What to write instead */
    nearest: string;
  };
  /** The candidate minus the champion in one signal, with its 95 % interval */
  Effect: {
    signal: string;
    value: number;
    low: number;
    high: number;
    n: number;
  };
  /** What must still come before a rollout moves on */
  Outlook: {
    rollout: string;
    state: "PENDING" | "WAITING_WINDOW" | "RUNNING" | "PROMOTING" | "BAKING" | "PROMOTED" | "HELD" | "ROLLING_BACK" | "ROLLED_BACK" | "WITHDRAWN";
    /** Index of the step that runs, -1 when none does */
    step: number;
    waitsFor: string[];
    approvalsLeft: number;
    /** When the calendar next lets a step begin; absent when it never does within a year */
    opensAt?: string;
    /** ISO-8601 duration */
    holdLeft?: string;
    requestsLeft: number;
    unproven: string[];
    effects: Schemas['Effect'][];
  };
  /** Latency of all answers since the process started */
  LatencySummary: {
    n: number;
    p50Millis: number;
    p95Millis: number;
    p99Millis: number;
  };
  CiCheck: {
    name: string;
    outcome: "PASSED" | "FAILED" | "SKIPPED";
    detail: string;
    millis: number;
  };
  CiRun: {
    id: string;
    product: string;
    canvasVersion: string;
    canvas: string;
    snapshot: string;
    sample: number;
    at: string;
    millis: number;
    green: boolean;
    checks: Schemas['CiCheck'][];
    trigger?: string;
  };
  DocumentEntry: {
    name: "model-card" | "datasheet" | "ml-bom" | "technical-file" | "dora" | "ml-test-score";
    title: string;
    /** The model version that it is about; absent before one answers */
    version?: string;
    canvasVersion: string;
    /** Of its JSON */
    digest: string;
    frozen: boolean;
    /** Sections with at least one sentence */
    answered: number;
    sections: number;
  };
  /** A change of one value that a program can make */
  Patch: {
    /** The question's key and the field below it: serving.mode.online.timeout, with [i] for an item of a list */
    path: string;
    /** Any JSON value */
    value: unknown;
  };
  /** Until when, by whom and why a promise may be broken; through the last day, in UTC */
  Waived: {
    until: string;
    by: string;
    why: string;
  };
  /** What a person signs */
  AttestRequest: {
    question: string;
    clause: string;
    /** What they looked at, in their own words */
    statement: string;
  };
  /** A document and what to change in it */
  PatchRequest: {
    source: string;
    patch: Schemas['Patch'][];
  };
  /** The changed document */
  Patched: {
    source: string;
  };
  /** A resource that is not what its answer compiles to */
  Drift: {
    id: string;
    resource: string;
    /** Empty for the whole resource */
    field: string;
    /** In JSON; empty when nothing should be there */
    expected: string;
    /** In JSON; empty when nothing is there */
    actual: string;
    at: string;
    state: "OPEN" | "ADOPTED" | "REVERTED" | "GONE";
    by?: string;
    settledBy?: string;
  };
  /** A value of a declared business metric; the same metric and time again is a duplicate or a correction */
  MetricValue: {
    value: number;
    /** How many things it was computed from */
    n?: number;
    /** What time it is about; the product's present when it is not said */
    at?: string;
  };
  /** A stored value of a business metric */
  MetricPoint: {
    metric: string;
    at: string;
    value: number;
    n: number;
    sentBy: string;
    receivedAt: string;
  };
  /** What became of a sent value */
  MetricReceipt: {
    state: "stored" | "duplicate" | "revised";
    point: Schemas['MetricPoint'];
  };
  /** Who is to answer a question, and by which day, through its end in UTC */
  Deferral: {
    owner: string;
    due: string;
    /** Whether that day has passed */
    overdue: boolean;
  };
  /** How far what was asked is from what was trained on */
  FeatureDrift: {
    features: string[];
    weeks: Schemas['FeatureWeek'][];
  };
  /** One week against the training rows of the version that answered most of it */
  FeatureWeek: {
    from: string;
    to: string;
    version: string;
    n: number;
    cells: Schemas['FeatureCell'][];
  };
  /** One property of one week */
  FeatureCell: {
    feature: string;
    /** Jensen-Shannon distance over twenty bins of equal mass of the training rows */
    distance: number;
    /** What of it is more than so few texts show without drift */
    beyondChance: number;
    /** The probability of at least that distance without drift */
    p: number;
  };
  /** One model of a run on the run's test rows */
  Evaluation: {
    rung: string;
    /** Every model that the run scored; the first went on to the gates */
    rungs: string[];
    errors: Schemas['ErrorAnalysis'];
    /** The primary metric by attribute=value */
    slices: {
      [key: string]: number;
    };
    worst: Schemas['TestRow'][];
    /** Of each label the right row that was given it most */
    surest: Schemas['TestRow'][];
  };
  /** Where a model errs on a set of rows */
  ErrorAnalysis: {
    labels: string[];
    n: number;
    /** Counts, actual label by row and predicted label by column */
    confusion: number[][];
    reliability: Schemas['ReliabilityBin'][];
    curves: Schemas['PrecisionRecall'][];
  };
  /** Rows whose top probability lies between */
  ReliabilityBin: {
    from: number;
    to: number;
    n: number;
    confidence: number;
    accuracy: number;
  };
  /** Precision against recall of one label, by falling threshold */
  PrecisionRecall: {
    label: string;
    averagePrecision: number;
    points: {
      threshold: number;
      recall: number;
      precision: number;
    }[];
  };
  /** A row that the model was tested on */
  TestRow: {
    rowId: string;
    at: string;
    actual: string;
    predicted: string;
    /** The probability that its actual label got */
    given: number;
    /** Its first characters; empty where the rows are no longer stored */
    text: string;
  };
  /** A bundle read again, byte for byte, at the time of asking */
  BundleScan: {
    /** digest */
    bundle: string;
    /** how many the scan looked at; none where one is damaged */
    files: number;
    /** what the scan objects to */
    findings: string[];
    /** files that are gone or no longer what was registered */
    damaged: string[];
  };
  /** A version that nobody is to release any more */
  Retirement: {
    version: string;
    /** product time */
    at: string;
    by: string;
    reason: string;
  };
  /** A stored observation of one clause, as it was recorded */
  Observed: {
    id: string;
    kind: "LIVE" | "RECORD" | "DRILL" | "ATTEST";
    subject: string;
    /** Product time */
    observedAt: string;
    /** Machine time */
    recordedAt: string;
    /** ISO-8601 duration */
    ttl: string;
    n: number;
    value?: number;
    ci?: Schemas['Interval'];
    /** The source's own verdict, where the clause has no bound */
    pass?: boolean;
    detail: string;
    source: string;
    /** It is about the answer that applies now */
    current: boolean;
  };
  /** The whole board at one instant, signed */
  SignedBoard: {
    product: string;
    /** Digest of the version that was judged */
    canvas: string;
    /** Machine time */
    takenAt: string;
    conformance: Schemas['Conformance'];
    /** Of the canonical JSON of everything but the last three */
    digest: string;
    keyId: string;
    /** Ed25519 of 'espalier snapshot ' and the digest, in Base64 */
    signature: string;
  };
  /** What became of a signed board that somebody holds up */
  SignedBoardCheck: {
    intact: boolean;
    version: string;
    /** Machine time */
    takenAt: string;
    problems: string[];
  };
  /** What evidence is short of: something that has not happened yet, or a part of the platform that no build has */
  Lack: "HAPPENING" | "MACHINERY";
  /** Somebody who is told when the board changes */
  BoardWebhook: {
    id: string;
    name: string;
    url: string;
    states: Schemas['State'][];
    signed: boolean;
    createdAt: string;
    /** Deliveries that have not been made yet */
    waiting: number;
  };
  /** Whom to tell, and of what */
  BoardWebhookRequest: {
    name: string;
    /** https, and no address inside the network */
    url: string;
    /** The states whose beginning is told; VIOLATED where none is named */
    states?: Schemas['State'][];
    /** What deliveries are signed with; it never comes out again */
    secret?: string;
  };
  /** What a test delivery came to */
  BoardWebhookTest: {
    success: boolean;
    status?: number;
    answer: string;
    problem?: string;
  };
}

export interface components {
  schemas: Schemas;
}
