// A life of the mail filter in the exact shapes of the API, for working on the pages without a server.
const at = (text) => `${text}Z`;
const days = (count) => count * 86_400_000;
const P = 'mail-filter';
const digest = (seed) => `sha256:${seed.repeat(16).slice(0, 64)}`;

let serial = 0;
function evidence(state, extra = {}) {
  return { clause: `clause_${(serial += 1)}`, text: 'holds', kind: 'RECORD', state, reason: '', minN: 1, ttl: 'P14D', source: '/api/v1/pipelines/mail-filter/runs', subject: '1.1.0', observedAt: at('2002-12-01T06:00:00'), recordedAt: at('2026-11-24T10:00:00'), n: 12, ...extra };
}
const measured = (state, value, target, op, unit, n, extra = {}) => evidence(state, { kind: 'LIVE', value, target: String(target), op, unit, n, ...extra });

const q = (question, id, block, lane, claim, state, clauses, resources = []) => ({
  question, id, block, cell: block, lane, text: `What is decided about ${block}?`, claim, state, reason: state === 'NO_EVIDENCE' ? (clauses.find(({ lack }) => lack)?.reason ?? 'nothing has been observed yet') : '', ...(state === 'NO_EVIDENCE' ? { lack: clauses.some(({ lack }) => lack === 'MACHINERY') ? 'MACHINERY' : 'HAPPENING' } : {}),
  defaults: { confirmed: 2, total: 3 }, evidence: clauses,
  resources: resources.map((resource) => ({ id: resource, kind: resource.split('/')[0], name: resource.split('/')[1], digest: digest('7f3a') })),
});

const questions = [
  q('background', 'B1', 'background', 'DESIGN', 'Readers lose invoices to a filter that guesses', 'UNCONFIRMED', [evidence('UNCONFIRMED', { n: 1 })]),
  q('value', 'B2', 'value', 'DESIGN', 'Every pain has a feature and an objective', 'CONFORMS', [evidence('CONFORMS', { n: 2 }), evidence('CONFORMS')]),
  q('objectives', 'B3', 'objectives', 'DESIGN', 'False spam ≤ 3 % of real mail, macro-F1 ≥ 0.9', 'VIOLATED', [
    measured('VIOLATED', 0.041, 0.03, '<=', 'share', 487, { clause: 'attainment:false_spam', text: 'false spam at most 3 %', ci: { low: 0.026, high: 0.063 }, minN: 200, detail: 'False-positive rate over the last seven days of labelled mail.' }),
    measured('CONFORMS', 0.958, 0.9, '>=', '', 487, { clause: 'attainment:macro_f1', text: 'macro-F1 at least 0.9', ci: { low: 0.941, high: 0.969 } }),
  ], ['objective/false_spam', 'monitor/false_spam', 'alert/false_spam', 'gate/false_spam']),
  q('solution', 'B4', 'solution', 'DESIGN', 'Bundle ≤ 60 MB', 'CONFORMS', [measured('CONFORMS', 3_100_000, 60_000_000, '<=', 'bytes', 1)], ['gate/size']),
  q('feasibility', 'B5', 'feasibility', 'DESIGN', 'At least 1,000 rows before the first training', 'CONFORMS', [measured('CONFORMS', 6046, 1000, '>=', 'count', 6046)]),
  q('data', 'B6', 'data', 'DEVELOP', 'Training rows at most 7 days old', 'CONFORMS', [measured('CONFORMS', 172_800, 604_800, '<=', 's', 6046)], ['dataset/mails']),
  q('data.leakage', 'B6', 'data', 'DEVELOP', 'No leakage and no duplicates across the split', 'CONFORMS', [measured('CONFORMS', 0, 0, '<=', 'count', 4211)]),
  q('labeling', 'B7', 'labeling', 'DEVELOP', 'Labels arrive within 2 days for 95 % of mails', 'AT_RISK', [measured('AT_RISK', 170_000, 172_800, '<=', 's', 318)], ['review/labels']),
  q('metrics', 'B8', 'metrics', 'DEVELOP', 'Macro-F1 decides, false spam guards', 'CONFORMS', [evidence('CONFORMS')], ['metric/macro_f1', 'metric/false_spam']),
  q('evaluation', 'B9', 'evaluation', 'DEVELOP', 'Macro-F1 ≥ champion − 0.5 pp', 'CONFORMS', [measured('CONFORMS', 0.014, -0.005, '>=', 'pp', 812, { ci: { low: 0.004, high: 0.025 } })], ['gate/macro_f1']),
  q('modeling', 'B10', 'modeling', 'DEVELOP', 'The simplest rung that is not beaten by 1 pp', 'CONFORMS', [evidence('CONFORMS', { n: 4, detail: 'linear reaches macro_f1 0.958; no more complex rung is better by 0.010.' })], ['ladder/mail']),
  q('ct.schedule', 'C1', 'ct', 'DEVELOP', 'Retrain on drift, decay or after 30 days', 'CONFORMS', [measured('CONFORMS', 345_600, 2_592_000, '<=', 's', 7)], ['schedule/retrain']),
  q('ct.distributed', 'C4', 'ct', 'DEVELOP', 'Training fits one machine', 'NO_EVIDENCE', [{ clause: 'size', text: 'fits', kind: 'RECORD', state: 'NO_EVIDENCE', lack: 'HAPPENING', reason: 'needs 5 runs, 2 so far', minN: 5, ttl: 'P30D', n: 2 }]),
  q('registry.required', 'R1', 'registry', 'MAINTAIN', 'Only registered digests are served', 'CONFORMS', [measured('CONFORMS', 1, 1, '>=', 'share', 1204)], ['registrypolicy/mail']),
  q('deploy.rollout', 'D4', 'deploy', 'MAINTAIN', 'Canary at 25, 50 and 100 %, 60 requests each', 'CONFORMS', [evidence('CONFORMS', { n: 3 })], ['rollout/mail']),
  q('deploy.rollback', 'D5', 'deploy', 'MAINTAIN', 'Back within 60 s', 'STALE', [measured('STALE', 1.8, 60, '<=', 's', 1, { kind: 'DRILL', observedAt: at('2002-10-20T06:00:00') })]),
  q('serving.latency', 'P2', 'serving', 'MAINTAIN', 'p95 ≤ 40 ms', 'CONFORMS', [measured('CONFORMS', 6.2, 40, '<=', 'ms', 1838)], ['endpoint/mail']),
  q('serving.fallback', 'P4', 'serving', 'MAINTAIN', 'Previous champion, baseline, then “ham”', 'CONFORMS', [evidence('CONFORMS', { kind: 'DRILL', n: 4 })], ['fallback/mail']),
  q('monitoring.alerts', 'M4', 'monitoring', 'MAINTAIN', 'One incident per cause, retrain on decay', 'CONFORMS', [evidence('CONFORMS', { n: 1 })], ['alert/false_spam']),
  q('monitoring.pages', 'M6', 'monitoring', 'MAINTAIN', 'At most 5 pages a week', 'WAIVED', [evidence('WAIVED', { waiver: { until: '2002-12-15', by: 'ana', why: 'the pager is being moved' } })]),
  q('serving.distributed', 'P3', 'serving', 'MAINTAIN', 'Two replicas answer', 'NO_EVIDENCE', [{ clause: 'share', text: 'replicas answer', kind: 'LIVE', state: 'NO_EVIDENCE', lack: 'MACHINERY', reason: 'Not built: there is one process and no replica that reports.', minN: 1, ttl: 'P2D' }]),
  q('governance', 'S9', 'governance', 'MAINTAIN', 'No personal data leaves the machine', 'N_A', [evidence('N_A')]),
  q('cost', 'S12', 'governance', 'MAINTAIN', 'Budget not answered', 'UNANSWERED', []),
];
const counts = {};
for (const question of questions) counts[question.state] = (counts[question.state] ?? 0) + 1;
const blocks = [...new Set(questions.map(({ block }) => block))].map((block) => ({ block, title: block === 'ct' ? 'Training · CI' : block[0].toUpperCase() + block.slice(1), lane: questions.find((one) => one.block === block).lane, state: 'CONFORMS', counts: {} }));
export const conformance = {
  product: P, version: '1.0.0', asOf: at('2002-12-01T08:00:00'), counts, lacks: { HAPPENING: questions.filter(({ lack }) => lack === 'HAPPENING').length, MACHINERY: questions.filter(({ lack }) => lack === 'MACHINERY').length }, blocks, questions,
  headline: `${counts.CONFORMS} of 21 answers conform. One is violated: false spam is above its bound.`,
  why: 'Weakest block: objectives. Version 1.1.0 is on 25 % of the traffic because the false-spam alert fired on 29 September.',
  attribution: ['Machine learning canvas from Made With ML, by Goku Mohandas, CC-BY-SA 4.0.', 'MLOps Stack Canvas from INNOQ / ml-ops.org, CC-BY-SA 4.0. Prompts adapted.'],
};
const gates = {
  passed: true, summary: 'All three blocking gates pass.', results: [
    { metric: 'macro_f1', versus: 'CHAMPION', op: 'AT_LEAST', bound: 0.005, value: 0.014, low: 0.004, high: 0.025, n: 812, verdict: 'PASS', blocking: true, detail: 'paired bootstrap on the newest labelled mails' },
    { metric: 'false_spam', versus: 'ABSOLUTE', op: 'AT_MOST', bound: 0.03, value: 0.012, low: 0.005, high: 0.027, n: 640, verdict: 'PASS', blocking: true, detail: '8 of 640' },
    { metric: 'recall_spam', versus: 'ABSOLUTE', op: 'AT_LEAST', bound: 0.9, value: 0.93, low: 0.86, high: 0.97, n: 172, verdict: 'INCONCLUSIVE', blocking: false, detail: 'interval crosses the bound' },
    { metric: 'ece', versus: 'ABSOLUTE', op: 'AT_MOST', bound: 0.05, value: 'NaN', low: 'NaN', high: 'NaN', n: 0, verdict: 'NO_EVIDENCE', blocking: false, detail: 'no rows' },
  ],
};
const ladder = {
  chosen: 'linear', sentence: 'linear reaches macro_f1 0.958 [0.941, 0.969] in 2.1 CPU-seconds; no more complex rung is better by 0.010 on these 812 rows.',
  rows: [
    { id: 'majority', approach: 'majority', value: 0.44, low: 0.42, high: 0.46, n: 812, cpuSeconds: 0.01, verdict: 'first' },
    { id: 'linear', approach: 'linear', value: 0.958, low: 0.941, high: 0.969, n: 812, cpuSeconds: 2.1, gain: 0.518, verdict: 'better' },
    { id: 'minilm', approach: 'frozen_encoder', value: 0.961, low: 0.946, high: 0.972, n: 812, cpuSeconds: 44, gain: 0.003, verdict: 'cannot tell' },
    { id: 'encoder', approach: 'encoder', n: 812, cpuSeconds: 0, verdict: 'skipped: not trained' },
  ],
};
const names = ['ingest', 'validate', 'split', 'prepare', 'train', 'evaluate', 'gate', 'register'];
const step = (name, index, state, extra = {}) => ({ name, state, dependsOn: index === 0 ? [] : name === 'evaluate' ? ['train', 'split'] : [names[index - 1]], attempt: 1, cacheReason: '', wallMillis: 800 * (index + 1), cpuMillis: 700 * (index + 1), executor: name === 'train' ? 'forked' : 'in-process', ...extra });
const run = (id, cause, created, state, steps, extra = {}) => ({ id, product: P, state, cause, canvasVersion: '1.0.0', graphDigest: digest('ab12'), seed: 42, createdAt: at(created), wallMillis: 41_300, steps, ...extra });
export const runs = [
  run('r-3', { trigger: 'manual', reason: 'asked for by local' }, '2002-12-01T08:00:00', 'RUNNING', names.map((name, index) => step(name, index, index < 3 ? 'CACHED' : index < 4 ? 'SUCCEEDED' : index === 4 ? 'LEASED' : 'PENDING', index === 4 ? { progress: { done: 3, total: 8, unit: 'epochs' } } : index > 4 ? { wallMillis: 0 } : { cacheReason: 'same inputs as run r-2' }))),
  run('r-2', { trigger: 'decay', reason: 'False spam rose to 4.1 % (2.6–6.3 %, n 487), bound 3 %', evidence: 'alert a-1' }, '2002-09-29T06:00:00', 'SUCCEEDED', names.map((name, index) => step(name, index, index === 3 ? 'CACHED' : 'SUCCEEDED', name === 'train' ? { output: { verdict: ladder } } : name === 'gate' ? { output: gates } : {})), { finishedAt: at('2002-09-29T06:00:00') }),
  run('r-1', { trigger: 'first', reason: 'first run of the canvas' }, '2002-08-01T00:00:00', 'SUCCEEDED', names.map((name, index) => step(name, index, 'SUCCEEDED')), { finishedAt: at('2002-08-01T00:00:00') }),
];
const version = (number, name, runId, bump, when, f1) => ({ product: P, version: name, number, bundle: digest('b0b'), bytes: 3_100_000, rung: 'linear', bumpReason: bump, registeredAt: at(when), runId, snapshot: digest('5a5'), canvasVersion: '1.0.0', canvasDigest: digest('ca5'), signature: { task: 'classification', labels: ['ham', 'spam'], maxCharacters: 20000 }, gates, ladder, metrics: { macro_f1: f1, false_spam: 0.012, ece: 0.021 }, meta: {} });
export const versions = [version(2, '1.1.0', 'r-2', 'minor: same contract, retrained on newer rows', '2002-09-29T06:01:00', 0.958), version(1, '1.0.0', 'r-1', 'major: first version', '2002-08-01T00:01:00', 0.944)];
export const lineage = { product: P, version: '1.1.0', bundle: digest('b0b'), runId: 'r-2', snapshot: digest('5a5'), canvasVersion: '1.0.0', canvasDigest: digest('ca5'), predecessor: '1.0.0' };
export const aliases = { aliases: { champion: '1.0.0', challenger: '1.1.0' }, history: [] };
const guard = (signal, bound, champion, candidate, verdict, detail) => ({ signal, op: 'AT_MOST', bound, champion, candidate, verdict, detail });
const reading = (value, low, high, n) => ({ value, low, high, n });
const guards = [
  guard('error', 0.01, reading(0, 0, 0.007, 180), reading(0, 0, 0.02, 60), 'INCONCLUSIVE', '0 of 60; the interval still reaches 2 %'),
  guard('p95', 40, reading(6.1, 5.8, 6.6, 180), reading(6.4, 5.9, 7.2, 60), 'PASS', 'well below the bound'),
  guard('false_spam', 0.03, reading(0.041, 0.026, 0.063, 170), reading(0.012, 0.003, 0.04, 52), 'INCONCLUSIVE', '1 of 52'),
];
const rstep = (share, state, extra = {}) => ({ share, hold: 'PT6H', minRequests: 60, state, championRequests: 0, candidateRequests: 0, guardrails: [], ...extra });
export const deployment = {
  product: P, aliases: { champion: '1.0.0', challenger: '1.1.0' }, models: {}, quarantined: [], retired: [], arms: [{ version: '1.0.0', weight: 0.75, role: 'champion' }, { version: '1.1.0', weight: 0.25, role: 'candidate' }],
  rollouts: [
    { id: 'ro-2', product: P, kind: 'CANARY', from: '1.0.0', to: '1.1.0', state: 'RUNNING', cause: 'incident i-1', startedAt: at('2002-09-29T06:05:00'), approvals: [], steps: [rstep(0.25, 'RUNNING', { startedAt: at('2002-09-29T06:05:00'), championRequests: 180, candidateRequests: 42, guardrails: guards }), rstep(0.5, 'PENDING'), rstep(1, 'PENDING')], decisions: [{ at: at('2002-09-29T06:05:00'), decision: 'START', why: 'The gates pass and the canvas promotes automatically.', by: 'controller', numbers: {} }, { at: at('2002-09-29T12:05:00'), decision: 'WAIT', why: '42 of 60 requests at 25 %.', by: 'controller', numbers: {} }] },
    { id: 'ro-1', product: P, kind: 'FIRST', to: '1.0.0', state: 'PROMOTED', cause: 'first version', startedAt: at('2002-08-01T00:02:00'), finishedAt: at('2002-08-01T00:02:00'), approvals: [], steps: [rstep(1, 'PASSED', { candidateRequests: 0, minRequests: 0, startedAt: at('2002-08-01T00:02:00'), endedAt: at('2002-08-01T00:02:00') })], decisions: [{ at: at('2002-08-01T00:02:00'), decision: 'PROMOTE', why: 'There is no second arm yet.', by: 'controller', numbers: {} }] },
  ],
};
const start = Date.parse('2002-08-01T00:00:00Z');
const windows = Array.from({ length: 16 }, (_, index) => {
  const value = index < 8 ? 0.008 + index * 0.001 : index < 11 ? 0.03 + (index - 7) * 0.006 : 0.012;
  const thin = index === 4 || index === 13;
  return { from: new Date(start + days(7 * index)).toISOString(), to: new Date(start + days(7 * (index + 1))).toISOString(), state: index === 15 ? 'PROVISIONAL' : 'FINAL', version: index < 11 ? '1.0.0' : '1.1.0', n: thin ? 19 : 140 + index * 9, value: thin ? 'NaN' : value, low: thin ? 'NaN' : value * 0.6, high: thin ? 'NaN' : value * 1.5, verdict: thin ? 'INSUFFICIENT' : value > 0.03 ? 'ALERT' : 'OK', ...(thin ? { insufficient: '19 spam in this window: too few for F1' } : {}) };
});
export const alerts = [{ id: 'a-1', product: P, monitor: 'false_spam', version: '1.0.0', severity: 'page', state: 'FIRING', firedAt: at('2002-09-29T06:00:00'), value: 0.041, low: 0.026, high: 0.063, n: 487, bound: 0.03, text: 'False spam 4.1 % (2.6–6.3 %, n 487) is above 3 %.', incidentId: 'i-1', purpose: 'LIVE' }];
export const monitor = {
  monitors: [
    { id: 'false_spam', type: 'performance_drop', metric: 'false_spam', claim: 'False spam ≤ 3 %', window: 'P7D', minN: 100, bound: 0.03, op: 'AT_MOST', windows },
    { id: 'prediction_drift', type: 'prediction_drift', claim: 'Predictions look as they did', window: 'P7D', minN: 100, bound: 0.2, op: 'AT_MOST', windows: windows.map((window, index) => ({ ...window, value: 0.02 + (index % 5) * 0.012, low: 0.01, high: 0.1, verdict: 'OK', insufficient: undefined })) },
  ],
  labels: { served: 3405, logged: 3405, dropped: 0, labelled: 3075, pending: 330, quarantined: 2, delayP50: 172_800, delayP95: 175_000, coverage: 0.9 },
  daily: Array.from({ length: 112 }, (_, index) => ({ day: new Date(start + days(index)).toISOString().slice(0, 10), served: 20 + ((index * 7) % 23), labelled: index > 108 ? 0 : 20 + ((index * 7) % 23), byLabel: { ham: 15 }, byVersion: { '1.0.0': 20 } })),
  releases: [{ at: at('2002-08-01T00:02:00'), version: '1.0.0' }, { at: at('2002-10-12T06:00:00'), version: '1.1.0' }],
};
export const incidents = [{ id: 'i-1', product: P, title: 'False spam above its bound', cause: 'false_spam', version: '1.0.0', state: 'RESOLVED', openedAt: at('2002-09-29T06:00:00'), resolvedAt: at('2002-10-19T06:00:00'), trace: [
  { at: at('2002-09-29T06:00:00'), kind: 'alert', ref: 'a-1', text: 'False spam 4.1 % (2.6–6.3 %, n 487), bound 3 %: newsletters began to arrive.' },
  { at: at('2002-09-29T06:00:30'), kind: 'run', ref: 'r-2', text: 'Retraining on 6,046 rows, cause decay.' },
  { at: at('2002-09-29T06:01:00'), kind: 'version', ref: '1.1.0', text: 'Registered: false spam 1.2 % (0.5–2.7 %, n 640) on mails that neither trained on.' },
  { at: at('2002-09-29T06:05:00'), kind: 'rollout', ref: 'ro-2', text: 'Canary at 25 %.' },
  { at: at('2002-10-12T06:00:00'), kind: 'rollout', ref: 'ro-2', text: 'Promoted to all traffic.' },
  { at: at('2002-10-19T06:00:00'), kind: 'recovered', ref: 'false_spam', text: 'False spam is back at 1.2 % (0.7–1.8 %, n 239).' },
] }];
export const log = Array.from({ length: 12 }, (_, index) => ({ seq: index + 1, attempt: 1, at: at(`2026-11-24T10:00:${String(index).padStart(2, '0')}`), message: `epoch ${index + 1}: loss ${(0.7 / (index + 1)).toFixed(4)}` }));
export const history = [{ at: at('2002-08-02T00:00:00'), recordedAt: at('2026-11-24T09:00:00'), question: 'objectives', from: 'NO_EVIDENCE', to: 'CONFORMS', reason: '' }, { at: at('2002-09-29T06:00:00'), recordedAt: at('2026-11-24T09:30:00'), question: 'objectives', from: 'CONFORMS', to: 'VIOLATED', reason: '' }];

export const evaluation = {
  rung: 'v2',
  rungs: ['v2', 'v0', 'champion'],
  errors: {
    labels: ['ham', 'spam'],
    n: 812,
    confusion: [[560, 9], [12, 231]],
    reliability: [{ from: 0.5, to: 0.6, n: 20, confidence: 0.55, accuracy: 0.5 }, { from: 0.9, to: 1, n: 792, confidence: 0.98, accuracy: 0.976 }],
    curves: [{ label: 'spam', averagePrecision: 0.97, points: [{ threshold: 0.9, recall: 0.8, precision: 1 }, { threshold: 0.1, recall: 1, precision: 0.6 }] }],
  },
  slices: { 'list=no': 0.96, 'list=yes': 0.91 },
  worst: [{ rowId: 'r-7', at: at('2002-09-12T08:00:00'), actual: 'ham', predicted: 'spam', given: 0.01, text: 'This week in open source: three releases and one advisory. Unsubscribe at the bottom.' }],
  surest: [
    { rowId: 'r-1', at: at('2002-09-02T08:00:00'), actual: 'ham', predicted: 'ham', given: 0.999, text: 'Hi Ben, the patch for the build on Debian is attached. Could you test it before Thursday?' },
    { rowId: 'r-2', at: at('2002-09-03T08:00:00'), actual: 'spam', predicted: 'spam', given: 0.998, text: 'Congratulations! You have been selected for a FREE holiday. Click here now.' },
  ],
};
