import type { Conformance, DeploymentView, Incident, ModelVersion, Run } from '../api/types';
import { count, number, percent, words } from './format';
import { isShare, named } from './prose';
import { day } from './time';

export interface Station {
  readonly name: string;
  readonly note: string;
  readonly to: string;
  readonly look: 'done' | 'now' | 'next' | 'bad';
}

export interface Life {
  readonly board?: Conformance | undefined;
  readonly runs?: readonly Run[] | undefined;
  readonly versions?: readonly ModelVersion[] | undefined;
  readonly deployment?: DeploymentView | undefined;
  readonly incidents?: readonly Incident[] | undefined;
}

const TRAINING = ['prepare', 'train', 'ladder'];
const JUDGING = ['evaluate', 'gate'];

/** The nine stations of a product's life; at most a few are active, and only facts decide which. */
export function stations(life: Life): Station[] {
  const run = newest(life.runs ?? [], (candidate) => candidate.createdAt);
  const version = newest(life.versions ?? [], (candidate) => candidate.registeredAt);
  const rollout = newest(life.deployment?.rollouts ?? [], (candidate) => candidate.startedAt);
  const incident = newest(life.incidents ?? [], (candidate) => candidate.openedAt);
  const rolling = rollout !== undefined && rollout.finishedAt === undefined;
  const working = run !== undefined && run.finishedAt === undefined;
  const busy = run?.steps.find((step) => ['LEASED', 'RUNNING'].includes(step.state))?.name ?? '';
  const phase = !working ? '' : JUDGING.some((part) => busy.startsWith(part)) ? 'judge' : TRAINING.some((part) => busy.startsWith(part)) || busy === '' ? 'train' : busy.startsWith('register') ? 'register' : 'data';
  const look = (there: boolean, active: boolean): Station['look'] => (active ? 'now' : there ? 'done' : 'next');
  const candidate = life.deployment?.arms.find((arm) => arm.role === 'candidate');
  const retrains = (life.runs ?? []).filter((candidate2) => ['drift', 'decay'].includes(candidate2.cause.trigger)).length;
  const failed = run?.state === 'FAILED';
  const share = candidate && rolling ? `canary ${percent(candidate.weight)}` : rollout ? words(rollout.state) : 'waits';
  return [
    { name: 'Canvas', note: life.board?.version ?? '–', to: '', look: look(life.board !== undefined, false) },
    { name: 'Data', note: run ? rowsOf(run) : 'no rows yet', to: run ? `runs/${run.id}` : 'runs', look: look(run !== undefined, phase === 'data') },
    { name: 'Train', note: version?.rung ?? (working ? 'now' : '–'), to: run ? `runs/${run.id}` : 'runs', look: failed ? 'bad' : look(version !== undefined, phase === 'train') },
    { name: 'Evaluate', note: metric(version), to: version ? `models/${version.version}` : 'models', look: look(version !== undefined, phase === 'judge') },
    { name: 'Register', note: version?.version ?? '–', to: version ? `models/${version.version}` : 'models', look: look(version !== undefined, phase === 'register') },
    { name: 'Roll out', note: share, to: 'rollouts', look: rollout?.state === 'ROLLED_BACK' ? 'bad' : look(rollout !== undefined, rolling) },
    { name: 'Serve', note: life.deployment?.aliases['champion'] ?? '–', to: 'try', look: look((life.deployment?.arms.length ?? 0) > 0, false) },
    { name: 'Watch', note: incident ? `${incident.resolvedAt ? 'recovered' : 'alert'} ${day(incident.resolvedAt ?? incident.openedAt)}` : 'quiet', to: incident ? 'incidents' : 'monitor', look: incident && !incident.resolvedAt ? 'bad' : look((life.deployment?.arms.length ?? 0) > 0, false) },
    { name: 'Retrain', note: retrains === 0 ? 'not needed' : `round ${retrains + 1}`, to: 'runs', look: look(retrains > 0, false) },
  ];
}

function metric(version: ModelVersion | undefined): string {
  const entries = Object.entries(version?.metrics ?? {}).filter(([, value]) => Number.isFinite(value));
  const [name, value] = entries.find(([one]) => one.includes('f1')) ?? entries[0] ?? [];
  return name === undefined ? '–' : `${named(name)} ${isShare(name) ? percent(value) : number(value)}`;
}

/** How many rows a run took in, once it has counted them. */
function rowsOf(run: Run): string {
  const output: unknown = run.steps.find((step) => step.name === 'ingest')?.output;
  const rows = typeof output === 'object' && output !== null && 'rows' in output ? output.rows : undefined;
  return typeof rows === 'number' ? `${count(rows)} rows` : run.finishedAt === undefined ? 'reading' : 'read';
}

export function newest<T>(items: readonly T[], at: (item: T) => string): T | undefined {
  return items.reduce<T | undefined>((best, item) => (best === undefined || Date.parse(at(item)) >= Date.parse(at(best)) ? item : best), undefined);
}
