import { linear } from '../../shared/lib/scale';
import type { RunRow } from '../../shared/api/tracking';
import { raw, type Column } from './view';

/** An axis of the parallel coordinates: numbers on a line, anything else as places in a list. */
export interface Axis {
  readonly column: Column;
  /** Whether numbers lie by their logarithm; nothing where they cannot. */
  readonly log: boolean | undefined;
  readonly ticks: readonly { readonly label: string; readonly at: number }[];
  /** 0 at the foot, 1 at the head; undefined where the run has no value. */
  readonly place: (row: RunRow) => number | undefined;
}

export const numeric = (text: string | number | undefined): number | undefined => {
  if (text === undefined || text === '') return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
};

/** Values over more than two powers of ten, all above zero, lie better on a logarithm. */
export const wide = (values: readonly number[]): boolean => positive(values) && Math.max(...values) / Math.min(...values) > 200;

export const positive = (values: readonly number[]): boolean => values.length > 1 && Math.min(...values) > 0 && Math.max(...values) > Math.min(...values);

/** @param other the other of logarithm and plain than the values themselves suggest */
export function axisOf(rows: readonly RunRow[], column: Column, flip: boolean, other = false): Axis {
  const all = rows.map((row) => raw(row, column)).filter((value) => value !== undefined && !(typeof value === 'number' && Number.isNaN(value)));
  const numbers = all.map(numeric).filter((value) => value !== undefined);
  const turn = (at: number) => (flip ? 1 - at : at);
  if (numbers.length > 0 && numbers.length === all.length) {
    const log = wide(numbers) !== (other && positive(numbers));
    const on = (value: number) => (log ? Math.log10(value) : value);
    const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
    const scale = linear([on(low), on(high)], [0, 1]);
    const ends = low === high ? [low] : [low, high];
    return {
      column,
      log: positive(numbers) ? log : undefined,
      ticks: ends.map((value) => ({ label: String(Number(value.toPrecision(3))), at: turn(scale(on(value))) })),
      place: (row) => {
        const value = numeric(raw(row, column));
        return value === undefined ? undefined : turn(scale(on(value)));
      },
    };
  }
  const names = [...new Set(all.map(String))].toSorted();
  const scale = linear([0, Math.max(1, names.length - 1)], [0, 1]);
  const where = new Map(names.map((name, index) => [name, names.length === 1 ? 0.5 : scale(index)]));
  const every = Math.ceil(names.length / 8);
  return {
    column,
    log: undefined,
    ticks: names.filter((_, index) => index % every === 0).map((name) => ({ label: name.slice(0, 14), at: turn(where.get(name) ?? 0) })),
    place: (row) => {
      const at = where.get(String(raw(row, column) ?? ''));
      return at === undefined ? undefined : turn(at);
    },
  };
}

/** Where the label of a tick stands, from the point on its axis; `plate` is the width of what it stands on. */
export interface Spot {
  readonly dx: number;
  readonly dy: number;
  readonly anchor: 'middle' | 'start';
  readonly plate?: number;
}

/** Above the head and below the foot, where no line comes; between them lines would cross it, so it covers them. */
export function spotOf(label: string, at: number): Spot {
  if (at >= 1) return { dx: 0, dy: -6, anchor: 'middle' };
  if (at <= 0) return { dx: 0, dy: 14, anchor: 'middle' };
  return { dx: 8, dy: 4, anchor: 'start', plate: label.length * 6.6 + 6 };
}

export type Brushes = Readonly<Record<string, readonly [number, number]>>;

/** Whether a run lies inside every brush. */
export function inside(row: RunRow, axes: readonly Axis[], brushes: Brushes): boolean {
  return axes.every((axis) => {
    const brush = brushes[axis.column.id];
    if (!brush) return true;
    const at = axis.place(row);
    return at !== undefined && at >= brush[0] && at <= brush[1];
  });
}
