import type { Run, StepRun } from '../../shared/api/types';

type Timed = Pick<StepRun, 'name' | 'state' | 'dependsOn' | 'wallMillis' | 'progress' | 'beganAfter'>;
const OVER = new Set(['SUCCEEDED', 'CACHED', 'SKIPPED', 'FAILED', 'CANCELLED', 'UPSTREAM_FAILED']);

/** What is left of a run, and how many earlier runs say so. */
export interface Left {
  readonly millis: number;
  readonly runs: number;
}

/** The middle value; of an even number the mean of the two. */
export function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}

/**
 * How long a run still takes: along the longest way through the steps that are not over, each as long as it took in the
 * median of the earlier runs that did its work. A step that tells its progress is reckoned by its own pace, where it has
 * done enough to have one. Nothing where a step that is left has never been measured: a guess is no estimate.
 */
export function leftOf(run: { readonly id: string; readonly steps: readonly Timed[]; readonly wallMillis: number; readonly finishedAt?: string | undefined }, others: readonly Pick<Run, 'id' | 'steps'>[]): Left | undefined {
  if (run.finishedAt !== undefined) return undefined;
  const measured = (name: string) => others.filter(({ id }) => id !== run.id).flatMap(({ steps }) => steps.filter((step) => step.name === name && step.state === 'SUCCEEDED').map((step) => step.wallMillis));
  const known = new Map<string, number>();
  let runs = Infinity;
  for (const step of run.steps) {
    if (OVER.has(step.state)) continue;
    const pace = paceOf(step, run.wallMillis);
    const times = measured(step.name);
    const usual = median(times);
    if (pace === undefined && usual === undefined) return undefined;
    if (pace === undefined) runs = Math.min(runs, times.length);
    const gone = step.beganAfter === undefined ? 0 : run.wallMillis - step.beganAfter;
    known.set(step.name, pace ?? Math.max(0, (usual ?? 0) - gone));
  }
  if (known.size === 0) return undefined;
  const ends = new Map<string, number>();
  const endOf = (step: Timed): number => {
    const seen = ends.get(step.name);
    if (seen !== undefined) return seen;
    ends.set(step.name, 0);
    const needs = run.steps.filter(({ name }) => step.dependsOn.includes(name)).map(endOf);
    const end = Math.max(0, ...needs) + (known.get(step.name) ?? 0);
    ends.set(step.name, end);
    return end;
  };
  return { millis: Math.max(0, ...run.steps.map(endOf)), runs: Number.isFinite(runs) ? runs : 0 };
}

/** By the pace of its own: after a tenth of the work, what is left takes as long as what is done did. */
function paceOf(step: Timed, now: number): number | undefined {
  const { progress, beganAfter } = step;
  if (!progress || progress.total <= 0 || beganAfter === undefined || progress.done < progress.total / 10 || progress.done <= 0) return undefined;
  return ((now - beganAfter) / progress.done) * Math.max(0, progress.total - progress.done);
}
