import { isRunning, real, type RunRecord } from '../../shared/api/tracking';

/** Params by which clients say how much there is to do, and the metric that counts it; steps where there is none. */
const TOTALS: readonly (readonly [RegExp, RegExp | undefined])[] = [
  [/^(?:num_train_|n_|num_|max_)?epochs?$/i, /^(?:train[/_])?epoch$/i],
  [/^(?:num_train_|n_|num_|max_|total_)?(?:training_)?steps$/i, undefined],
  [/^(?:n_|num_|max_)?(?:iterations|iter|boost_round|estimators)$/i, undefined],
];

/** How far a run is: done of total, and what is left at its own pace. */
export interface Left {
  readonly done: number;
  readonly total: number;
  readonly unit: string;
  readonly millis: number;
}

/**
 * What is left of a running run, by its own pace: a param that says how much there is (`epochs`, `max_steps`,
 * `n_estimators`), beside how far its newest metric is. Nothing where none says so, or nothing is done yet.
 */
export function leftOf({ run, metrics }: Pick<RunRecord, 'run' | 'metrics'>, now: number): Left | undefined {
  if (!isRunning(run)) return undefined;
  for (const [param, counter] of TOTALS) {
    const [unit, text] = Object.entries(run.params).find(([key]) => param.test(key)) ?? [];
    const total = Number(text);
    if (unit === undefined || !(total > 0)) continue;
    const own = metrics.filter(({ key }) => !key.startsWith('system/'));
    const counted = counter && own.find(({ key }) => counter.test(key));
    // An epoch that is not counted is a step only where steps are that few.
    const done = counted ? real(counted.value) : own.length === 0 ? undefined : Math.max(...own.map(({ step }) => step)) + (counter ? 1 : 0);
    const gone = now - Date.parse(run.startedAt);
    if (done === undefined || !(done > 0) || done > total || gone <= 0) continue;
    return { done, total, unit, millis: (gone / done) * (total - done) };
  }
  return undefined;
}
