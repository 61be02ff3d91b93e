// The canvas of the recorded life: questions, a draft, its plan, and who is asking.
const P = 'mail-filter';
const digest = (seed) => `sha256:${seed.repeat(16).slice(0, 64)}`;
const field = (name, type, extra = {}) => ({ name, type, list: false, ...extra });

export const source = `# Mail filter, as recorded
canvas: espalier/1
product: {name: mail-filter, authors: {ana: owner, ben: approver}}
objectives:
  - {id: O2, metric: false_spam, target: "<= 3%", due: 2002-12-31}
deploy:
  lead_time: {target: 30d, why: few mails a day}
serving:
  volume: 34/day   # the corpus's own
`;

export const questions = [
  {
    id: 'B3', key: 'objectives', block: 'objectives', blockTitle: 'Objectives', cell: 'objectives', lane: 'DESIGN', kind: 'TARGET', text: 'What must be reached, by when?', help: 'Each resolves to at least one metric.', mainField: 'objectives', compilesTo: ['objective', 'gate', 'monitor'],
    evidence: [{ clause: 'attainment:false_spam', kind: 'LIVE', text: 'false spam at most 3 %' }],
    fields: [field('objectives', 'record', { list: true, fields: [field('id', 'text'), field('metric', 'ref'), field('target', 'target'), field('due', 'date'), field('priority', 'text', { default: 'must', oneOf: ['must', 'should', 'could'] })] })],
  },
  {
    id: 'D3', key: 'deploy.lead_time', block: 'deployment', blockTitle: 'Deployment', cell: 'deployment', lane: 'MAINTAIN', kind: 'TARGET', text: 'How long from approval to all traffic?', mainField: 'target', compilesTo: ['policy'],
    evidence: [{ clause: 'lead_time', kind: 'RECORD', text: 'p50 of the releases' }],
    fields: [field('target', 'duration', { tighter: 'LOWER', default: '7d' }), field('stat', 'text', { default: 'p50', oneOf: ['p50', 'p90'] }), field('changeFailRate', 'share', { default: '15%', max: 1, tighter: 'LOWER' })],
  },
  {
    id: 'P8', key: 'serving.volume', block: 'serving', blockTitle: 'Serving', cell: 'serving', lane: 'MAINTAIN', kind: 'TARGET', text: 'How many predictions?', mainField: 'expected', compilesTo: ['load'],
    evidence: [{ clause: 'load', kind: 'DRILL', text: 'the peak with headroom is sustained' }],
    fields: [field('expected', 'rate', { tighter: 'HIGHER' }), field('peakFactor', 'decimal', { default: 3, min: 1 }), field('headroom', 'share', { default: '30%' })],
  },
];

export const draft = { source: source.replace('30d', '10d'), baseVersion: '1.0.0', updatedAt: '2002-12-01T08:00:00Z', by: 'ana' };
const finding = { rule: 15, level: 'ERROR', questions: ['deploy.lead_time', 'deploy.strategy'], message: 'P10D promised, at least P14D needed: stages P2D, holds P12D.', repair: 'Promise P14D or shorten the steps.', patch: [{ path: 'deploy.lead_time.target', value: '14d' }] };
export const check = { contradictions: [finding], problems: [] };
export const plan = {
  product: P, base: '1.0.0', version: '1.1.0', loosens: false, by: 'ana', approvers: ['ben'], needs: [], confirms: [], planDigest: digest('91a'),
  diff: [{ question: 'deploy.lead_time', path: 'deploy.lead_time.target', direction: 'TIGHTENED', before: '"P30D"', after: '"P10D"' }, { question: 'serving.volume', path: 'serving.volume.why', direction: 'TEXT', before: '""', after: '"the corpus"' }],
  actions: [{ action: 'change', resource: 'policy/lead_time', because: 'deploy.lead_time' }], contradictions: [finding],
};
export const versions = [
  { version: '1.0.0', digest: digest('4038'), appliedAt: '2002-08-01T00:00:00Z', appliedBy: 'ana', plannedBy: 'ana', approvals: [], reason: 'first canvas', active: true },
  { version: '0.9.0', digest: digest('77ab'), appliedAt: '2002-07-20T00:00:00Z', appliedBy: 'ana', plannedBy: 'ana', approvals: [], reason: 'a try', active: false },
];
export const openPlans = [{ plan: { ...plan, loosens: true, needs: ['reason', 'approval of another member'], confirms: [4], contradictions: [{ rule: 4, level: 'WARN', questions: ['deploy.strategy', 'serving.volume'], message: '200 requests at 10 % need 33m20s, not 30m.', repair: 'Hold the step for 33m20s.', patch: [] }], planDigest: digest('5e5') }, by: 'ben', at: '2002-12-01T07:00:00Z', approvals: [], missing: ['approval of another member'] }];
export const drift = [{ id: 'd-1', resource: 'monitor/false_spam', field: 'bound', expected: 0.03, actual: 0.1, by: 'cem', at: '2002-11-30T10:00:00Z', state: 'OPEN' }];
export const me = { user: 'ana', via: 'LOOPBACK', roles: { [P]: 'OWNER' } };
export const drills = [{ name: 'load', description: 'Sends peak × (1 + headroom) and measures latency.' }, { name: 'rollback', description: 'Times the way back.' }];
export const drillRecords = [{ id: 'drill_1', product: P, drill: 'load', state: 'PASSED', detail: 'the peak is sustained', version: '1.1.0', at: '2002-11-30T10:00:00Z', passed: true, observations: [{ question: 'serving.volume', clause: 'load', subject: '1.1.0', observedAt: '2002-11-30T10:00:00Z', n: 2000, value: 11.4, pass: true, detail: '2000 requests at 11.4/s, p95 6.2 ms', source: '/api/v1/drills/mail-filter/records' }] }];
export const documents = [{ name: 'model-card', title: 'Model card', digest: digest('d0c'), frozen: false, answered: 7, sections: 9 }];
export const document = '# Model card: mail-filter 1.1.0\n\nSorts **mail** into ham and spam. Made by `run r-2`.\n\n## Metrics\n\n| metric | value | 95 % CI | n |\n|---|---|---|---|\n| false spam | 1.2 % | 0.5–2.7 % | 640 |\n\n## Ethical considerations\n\nNOT ANSWERED\n\n- Machine learning canvas from Made With ML, CC-BY-SA 4.0.\n';
export const comments = [{ id: 'comment_1', question: 'objectives', version: '1.0.0', by: 'ben', at: '2002-11-28T10:00:00Z', text: 'Three in a hundred is a lot for a customer. Can we start at two?' }];
export const webhooks = [{ id: 'hook-1', name: 'on-call', url: 'https://hooks.example.org/board', states: ['VIOLATED', 'STALE'], signed: true, createdAt: '2002-11-30T10:00:00Z', waiting: 2 }];
