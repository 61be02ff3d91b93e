import type { MonitorSeries } from '../../shared/api/types';

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
