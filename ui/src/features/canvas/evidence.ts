import type { Evidence, MonitorWindow, Observed, Question } from '../../shared/api/types';
import { count, duration, durationMillis, value } from '../../shared/lib/format';
import { age } from '../../shared/lib/time';
import { prose } from '../../shared/lib/prose';

/** The clause that speaks for the question: the first of its state, with a value where one has it. */
export function spokesman(question: Question): Evidence | undefined {
  const same = question.evidence.filter((evidence) => evidence.state === question.state);
  return same.find((evidence) => evidence.value !== undefined) ?? same[0] ?? question.evidence[0];
}

/** The bound as a number, where it is one. */
export function boundNumber(evidence: Evidence): number | undefined {
  const text = evidence.target?.trim() ?? '';
  const bound = Number(text);
  return text === '' || !Number.isFinite(bound) ? undefined : bound;
}

/** The bound in the unit of its clause, or in its own words. */
export function boundText(evidence: Evidence): string {
  const bound = boundNumber(evidence);
  return bound === undefined ? (evidence.target ?? '') : value(bound, evidence.unit);
}

/** The observed value as the row shows it; a clause without a number says how many hold. */
export function observed(question: Question): string {
  const speaker = spokesman(question);
  if (speaker?.value !== undefined) return value(speaker.value, speaker.unit);
  const relevant = question.evidence.filter((evidence) => evidence.state !== 'N_A');
  const held = relevant.filter((evidence) => !['VIOLATED', 'NO_EVIDENCE', 'UNANSWERED'].includes(evidence.state)).length;
  return relevant.length === 0 || (held === 0 && speaker?.observedAt === undefined) ? '–' : `${held}/${relevant.length}`;
}

/** n, age and source in small; or what is missing. */
export function smallPrint(question: Question, now: string): string {
  const speaker = spokesman(question);
  if (!speaker || speaker.observedAt === undefined) return prose(speaker?.reason || question.reason || 'no evidence yet');
  const parts = [];
  if (speaker.n !== undefined && speaker.n > 0) parts.push(`n ${count(speaker.n)}`);
  parts.push(age(speaker.observedAt, now));
  if (speaker.subject) parts.push(subjectText(speaker.subject));
  return parts.join(' · ');
}

const pages: Readonly<Record<string, string>> = {
  monitor: '/monitor',
  alert: '/monitor',
  gate: '/models',
  model: '/models',
  registry: '/models',
  deployment: '/rollouts',
  rollout: '/rollouts',
  release: '/rollouts',
  environment: '/rollouts',
  endpoint: '/try',
  serving: '/try',
  pipeline: '/runs',
  schedule: '/runs',
  step: '/runs',
  dataset: '/runs',
};

/** The page on which a compiled resource can be seen at work; the board where there is none yet. */
export function resourcePage(kind: string): string {
  return pages[kind.toLowerCase()] ?? '';
}

/** mail@ae0a96f63cc8 → mail@ae0a96: enough of a digest to recognise it. */
export function subjectText(subject: string): string {
  return prose(subject.replace(/@([0-9a-f]{6})[0-9a-f]{4,}$/, '@$1'));
}

/** How long evidence counts; a century means as long as the answer stands. */
export function validity(ttl: string): string {
  const millis = durationMillis(ttl) ?? 0;
  return millis > 20 * 365 * 86_400_000 ? 'valid while the answer stands' : `valid ${duration(ttl)}`;
}

/** Stored observations as points of a chart, oldest first; each stands for its instant. */
export function pointsOf(rows: readonly Observed[]): MonitorWindow[] {
  return rows
    .filter((row) => row.current && row.value !== undefined)
    .toSorted((a, b) => Date.parse(a.observedAt) - Date.parse(b.observedAt))
    .map((row) => ({ from: row.observedAt, to: row.observedAt, value: row.value ?? Number.NaN, low: row.ci?.low ?? row.value ?? Number.NaN, high: row.ci?.high ?? row.value ?? Number.NaN, n: row.n, state: 'FINAL', verdict: 'OK', version: row.subject }) as MonitorWindow);
}
