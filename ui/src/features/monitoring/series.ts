import type { MonitorSeries, MonitorView } from '../../shared/api/types';
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
