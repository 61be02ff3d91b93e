import { millis, number } from '../../shared/lib/format';
import { linear, ticks } from '../../shared/lib/scale';
import { day } from '../../shared/lib/time';

const DAY = 86_400_000;
/** Steps of a time, in milliseconds. */
const TIMES = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400].map((seconds) => seconds * 1000);

/** What a curve lies over: steps, seconds since its first value, the time of day, or a metric that counts. */
export type Axis = 'step' | 'time' | 'clock' | `metrics.${string}`;

/** The axis that an address asks for; one of a metric only where the runs have it. */
export function axisOf(asked: string | null, metrics: readonly string[]): Axis {
  if (asked === 'time' || asked === 'clock') return asked;
  return asked?.startsWith('metrics.') && metrics.includes(asked.slice('metrics.'.length)) ? (asked as Axis) : 'step';
}

/** The metric that the axis is; nothing where it is none. */
export const countedBy = (axis: Axis): string | undefined => (axis.startsWith('metrics.') ? axis.slice('metrics.'.length) : undefined);

const COUNTS = /(?:^|[/_.])(?:epochs?|examples?|samples?|tokens?|iterations?|iter|episodes?|global_step|images?|batch(?:es)?|updates?)(?:[/_.]|$)/i;

/** Metrics by what they are: those whose name says that they count come first. */
export const counters = (metrics: readonly string[]): string[] => [...metrics.filter((key) => COUNTS.test(key)), ...metrics.filter((key) => !COUNTS.test(key))];

/** What the numbers along an axis are. */
export const axisName = (axis: Axis): string => countedBy(axis) ?? (axis === 'step' ? 'step' : axis === 'time' ? 'seconds' : 'time');

/** A place on an axis in words; the time of day as exactly as the stretch that shows asks for. */
export function placeText(axis: Axis, x: number, stretch: number): string {
  if (axis === 'time') return x === 0 ? '0 s' : millis(x * 1000);
  if (axis !== 'clock') return number(x);
  const iso = new Date(x).toISOString();
  return stretch > 2 * 86_400_000 ? day(iso) : stretch > 600_000 ? iso.slice(11, 16) : iso.slice(11, 19);
}

/** Round places along an axis; those of a time lie on its own minutes and hours, those of a logarithm on its powers. */
export function ticksOf(axis: Axis, [from, to]: readonly [number, number], log: boolean, wanted: number): number[] {
  if (log) return ticks(Math.log10(from), Math.log10(to), wanted).map((tick) => 10 ** tick);
  const unit = axis === 'clock' ? 1 : 1000;
  const stretch = (to - from) * unit;
  if ((axis !== 'clock' && axis !== 'time') || stretch <= 1000 * wanted) return ticks(from, to, wanted);
  const step = TIMES.find((one) => stretch / one <= wanted) ?? DAY * 2 ** Math.ceil(Math.log2(stretch / DAY / wanted));
  const first = Math.ceil((from * unit) / step);
  return Array.from({ length: Math.max(0, Math.floor((to * unit) / step) - first + 1) }, (_, index) => ((first + index) * step) / unit);
}

/** A scale of places along an axis and its way back. */
export function alongs(room: readonly [number, number], range: readonly [number, number], log: boolean): { readonly to: (value: number) => number; readonly from: (place: number) => number } {
  const ends: readonly [number, number] = log ? [Math.log10(room[0]), Math.log10(room[1])] : room;
  const [there, back] = [linear(ends, range), linear(range, ends)];
  return log ? { to: (value) => there(Math.log10(value)), from: (place) => 10 ** back(place) } : { to: there, from: back };
}
