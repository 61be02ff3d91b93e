import type { MonitorSeries, MonitorView, TrafficDay } from '../../shared/api/types';
import { extent } from '../../shared/lib/scale';

/** Whether a series is a share that reads better in percent. */
export function shareLike(series: Pick<MonitorSeries, 'metric' | 'type'>): boolean {
  return series.type === 'performance_drop' && /spam|ham|rate|recall|precision|accuracy|false/.test(series.metric ?? '');
}

const quote = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** The windows as comma-separated values, with a head line. */
export function csvOf(series: MonitorSeries): string {
  const rows = series.windows.map((point) =>
    [point.from, point.to, point.value, point.low, point.high, point.n, point.version, point.verdict, point.insufficient]
      .map((cell) => (cell === undefined ? '' : quote(String(cell))))
      .join(','),
  );
  return ['from,to,value,low,high,n,version,verdict,note', ...rows].join('\n');
}

/** The time that all charts of the page share, so that an event stands above its effect. */
export function timesOf(view: Pick<MonitorView, 'monitors' | 'daily'>): [number, number] {
  return extent([
    ...view.monitors.flatMap((series) => series.windows.flatMap((point) => [Date.parse(point.from), Date.parse(point.to)])),
    ...view.daily.flatMap((point) => [Date.parse(point.day), Date.parse(point.day) + 86_400_000]),
  ]);
}

export interface Week {
  readonly from: number;
  readonly to: number;
  readonly n: number;
  readonly shares: Readonly<Record<string, number>>;
  /** Too few answers to compare. */
  readonly thin: boolean;
}

const WEEK = 7 * 86_400_000;
const ENOUGH = 20;
const REFERENCE_WEEKS = 4;

/** Answers by week, and the shares of the first full weeks that they are compared with. */
export function weeks(daily: readonly TrafficDay[]): { readonly weeks: readonly Week[]; readonly labels: readonly string[]; readonly expected: Readonly<Record<string, number>>; readonly reference: number } {
  const ordered = daily.toSorted((a, b) => Date.parse(a.day) - Date.parse(b.day));
  const labels = [...new Set(ordered.flatMap((point) => Object.keys(point.byLabel)))].toSorted();
  const start = ordered[0] ? Date.parse(ordered[0].day) : 0;
  const sums = new Map<number, Record<string, number>>();
  for (const point of ordered) {
    const index = Math.floor((Date.parse(point.day) - start) / WEEK);
    const sum = sums.get(index) ?? {};
    for (const [label, n] of Object.entries(point.byLabel)) sum[label] = (sum[label] ?? 0) + n;
    sums.set(index, sum);
  }
  const total = (sum: Readonly<Record<string, number>>) => Object.values(sum).reduce((a, b) => a + b, 0);
  const shares = (sum: Readonly<Record<string, number>>) => Object.fromEntries(labels.map((label) => [label, total(sum) === 0 ? 0 : (sum[label] ?? 0) / total(sum)]));
  const first = [...sums].toSorted(([a], [b]) => a - b).filter(([, sum]) => total(sum) >= ENOUGH).slice(0, REFERENCE_WEEKS);
  const pooled: Record<string, number> = {};
  for (const [, sum] of first) for (const [label, n] of Object.entries(sum)) pooled[label] = (pooled[label] ?? 0) + n;
  return {
    weeks: [...sums].toSorted(([a], [b]) => a - b).map(([index, sum]) => ({ from: start + index * WEEK, to: start + (index + 1) * WEEK, n: total(sum), shares: shares(sum), thin: total(sum) < ENOUGH })),
    labels,
    expected: shares(pooled),
    reference: first.length,
  };
}
