import type { StepRun } from '../api/types';

export interface Bar {
  readonly name: string;
  readonly state: string;
  /** Milliseconds after the run began. */
  readonly from: number;
  readonly to: number;
  /** On the longest way from start to end: shortening it shortens the run. */
  readonly critical: boolean;
}

type Timed = Pick<StepRun, 'name' | 'state' | 'dependsOn' | 'beganAfter' | 'endedAfter'>;

/** When each step worked; a step that still works reaches to now, one that has not begun has no bar. */
export function bars(steps: readonly Timed[], now: number): Bar[] {
  const timed = steps.flatMap((step) => (step.beganAfter === undefined ? [] : [{ step, from: step.beganAfter, to: Math.max(step.beganAfter, step.endedAfter ?? now) }]));
  const byName = new Map(timed.map((one) => [one.step.name, one]));
  const critical = new Set<string>();
  let last = timed.reduce<(typeof timed)[number] | undefined>((late, one) => (late === undefined || one.to >= late.to ? one : late), undefined);
  while (last && !critical.has(last.step.name)) {
    critical.add(last.step.name);
    last = last.step.dependsOn
      .map((need) => byName.get(need))
      .filter((need) => need !== undefined)
      .reduce<(typeof timed)[number] | undefined>((late, one) => (late === undefined || one.to > late.to ? one : late), undefined);
  }
  return timed.map(({ step, from, to }) => ({ name: step.name, state: step.state, from, to, critical: critical.has(step.name) }));
}
