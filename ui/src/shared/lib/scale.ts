/** Maps a domain onto a range, linearly; a domain of one point maps to the middle. */
export function linear(domain: readonly [number, number], range: readonly [number, number]): (value: number) => number {
  const [d0, d1] = domain;
  const [r0, r1] = range;
  if (d0 === d1) return () => (r0 + r1) / 2;
  return (value) => r0 + ((value - d0) / (d1 - d0)) * (r1 - r0);
}

/** The smallest and largest of some numbers, ignoring what is missing; 0–1 when nothing is there. */
export function extent(values: readonly (number | undefined)[]): [number, number] {
  const present = values.filter((value): value is number => value !== undefined && Number.isFinite(value));
  if (present.length === 0) return [0, 1];
  return [Math.min(...present), Math.max(...present)];
}

/** Round tick values inside a domain, about `wanted` of them, in steps of 1, 2 or 5 times a power of ten. */
export function ticks(low: number, high: number, wanted = 4): number[] {
  if (!(high > low)) return [low];
  const raw = (high - low) / Math.max(1, wanted);
  const power = 10 ** Math.floor(Math.log10(raw));
  const ratio = raw / power;
  const step = power * (ratio <= 1 ? 1 : ratio <= 2 ? 2 : ratio <= 5 ? 5 : 10);
  const result: number[] = [];
  for (let index = Math.ceil(low / step - 1e-9); index * step <= high + step * 1e-9; index += 1) {
    result.push(Number((index * step).toPrecision(12)));
  }
  return result;
}

/** Where a bullet bar ends and where its bound ticks, both 0–1; the bound sits at 3/4 or where there is room. */
export function bullet(value: number, target: number): { fill: number; tick: number } {
  const top = Math.max(value, target) > 0 ? Math.max(target * 1.25, value * 1.05) : 1;
  const clamp = (share: number) => Math.min(1, Math.max(0, share));
  return { fill: clamp(value / top), tick: clamp(target / top) };
}

/** Splits points into runs without gaps, so that a line never bridges what was not measured. */
export function segments<T>(points: readonly T[], present: (point: T) => boolean): T[][] {
  const result: T[][] = [];
  let open: T[] = [];
  for (const point of points) {
    if (present(point)) open.push(point);
    else if (open.length > 0) {
      result.push(open);
      open = [];
    }
  }
  if (open.length > 0) result.push(open);
  return result;
}

/** Lays labels out on rows so that none covers another; returns the row of each. */
export function labelRows(positions: readonly number[], widths: readonly number[], gap = 6): number[] {
  const ends: number[] = [];
  return positions.map((position, index) => {
    const width = widths[index] ?? 0;
    let row = ends.findIndex((end) => end + gap <= position);
    if (row === -1) row = ends.length;
    ends[row] = position + width;
    return row;
  });
}

/** Where a label of some width stands so that it stays inside: right of its mark, else pushed back. */
export function fitted(wish: number, width: number, room: number): { from: number; to: number } {
  const from = Math.max(0, Math.min(wish, room - width));
  return { from, to: from + width };
}
