import { real, type MetricSeries } from '../../shared/api/tracking';
import type { Axis } from './axes';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Line {
  readonly run: string;
  readonly points: readonly Point[];
  /** Where the value was not a number. */
  readonly holes: readonly number[];
}

/** A series on its axis; a point that the axis has no place for is left out. */
export function lineOf(series: MetricSeries, axis: Axis): Line {
  const begin = series.sample.reduce((least, point) => Math.min(least, Date.parse(point.at)), Infinity);
  const x = (point: MetricSeries['sample'][number]) => (axis === 'step' ? point.step : axis === 'time' ? (Date.parse(point.at) - begin) / 1000 : axis === 'clock' ? Date.parse(point.at) : point.over);
  const points: Point[] = [];
  const holes: number[] = [];
  for (const point of series.sample) {
    const at = x(point);
    if (at === undefined) continue;
    const y = real(point.value) ?? Number.NaN;
    if (Number.isFinite(y)) points.push({ x: at, y });
    else holes.push(at);
  }
  return { run: series.run, points: points.toSorted((a, b) => a.x - b.x), holes };
}

/** What of a line a logarithm can show: places and values above zero. */
export function above(line: Line, logs: { readonly x: boolean; readonly y: boolean }): Line {
  if (!logs.x && !logs.y) return line;
  return { ...line, points: line.points.filter(({ x, y }) => (!logs.x || x > 0) && (!logs.y || y > 0)), holes: line.holes.filter((x) => !logs.x || x > 0) };
}

/**
 * Exponential moving average, corrected for its start at nothing, as TensorBoard draws it
 * (tensorboard, `vz_line_chart2`, resmoothDataset): smoothed = last / (1 − weight^n).
 *
 * @param weight 0 leaves the line as it is; below 1
 */
export function smooth(points: readonly Point[], weight: number): Point[] {
  if (!(weight > 0)) return [...points];
  let last = 0;
  return points.map(({ x, y }, index) => {
    last = last * weight + (1 - weight) * y;
    return { x, y: last / (1 - weight ** (index + 1)) };
  });
}

/** The value of a line at a place, between its neighbours; nothing outside of it. */
export function valueAt(points: readonly Point[], x: number): number | undefined {
  const next = points.findIndex((point) => point.x >= x);
  const right = points[next];
  if (!right) return undefined;
  const left = points[next - 1];
  if (!left || right.x === x) return right.x === x ? right.y : undefined;
  return left.y + ((right.y - left.y) * (x - left.x)) / (right.x - left.x);
}

/** Least and greatest, with their places: best and worst of a run whatever the last value is. */
export function extremes(points: readonly Point[]): { readonly least: Point; readonly greatest: Point } | undefined {
  const [first] = points;
  if (!first) return undefined;
  return points.reduce((found, point) => ({ least: point.y < found.least.y ? point : found.least, greatest: point.y > found.greatest.y ? point : found.greatest }), { least: first, greatest: first });
}

/** Spearman's rank correlation, ties at their mean rank (scipy.stats.spearmanr); undefined below three pairs or without spread. */
export function rankCorrelation(pairs: readonly (readonly [number, number])[]): number | undefined {
  if (pairs.length < 3) return undefined;
  const [a, b] = [ranks(pairs.map(([x]) => x)), ranks(pairs.map(([, y]) => y))];
  const middle = (pairs.length + 1) / 2;
  let [cross, left, right] = [0, 0, 0];
  for (let at = 0; at < pairs.length; at += 1) {
    const [x, y] = [(a[at] ?? 0) - middle, (b[at] ?? 0) - middle];
    cross += x * y;
    left += x * x;
    right += y * y;
  }
  return left === 0 || right === 0 ? undefined : cross / Math.sqrt(left * right);
}

function ranks(values: readonly number[]): number[] {
  const order = values.map((value, index) => ({ value, index })).toSorted((a, b) => a.value - b.value);
  const result = Array.from({ length: values.length }, () => 0);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (order[to + 1]?.value === order[from]?.value) to += 1;
    for (let at = from; at <= to; at += 1) result[order[at]?.index ?? 0] = (from + to) / 2 + 1;
    from = to + 1;
  }
  return result;
}

/** Keys whose values are not all the same; a missing value differs from every other. */
export function differing(keys: readonly string[], values: readonly ((key: string) => string | undefined)[]): ReadonlySet<string> {
  return new Set(keys.filter((key) => new Set(values.map((value) => value(key))).size > 1));
}
