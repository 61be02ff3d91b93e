const HEAD = 37;
const ROW = 34;
const LINE = 15.5;
const SMALL = 13;
/** A cell with more rows than this goes on in a second one, so that one block does not hold up a lane. */
const MOST = 6;

export interface Measured {
  readonly claim: string;
  readonly small: string;
}

/** About how high a cell will be, in pixels, when a line of its claims takes so many characters. */
export function heightOf(rows: readonly Measured[], characters: number): number {
  const lines = (text: string, room: number) => Math.max(1, Math.ceil(text.length / Math.max(8, room)));
  return rows.reduce((sum, row) => sum + ROW + LINE * (lines(row.claim, characters) - 1) + SMALL * (lines(row.small, characters * 1.45) - 1), HEAD);
}

/** Cells into columns of about equal height: the highest first, each where there is most room; in a column they keep their order. */
export function columnsOf<T>(cells: readonly T[], height: (cell: T) => number, count: number): T[][] {
  const columns = Array.from({ length: Math.max(1, count) }, () => ({ cells: [] as number[], height: 0 }));
  const highest = cells.map((cell, index) => ({ index, height: height(cell) })).toSorted((a, b) => b.height - a.height || a.index - b.index);
  for (const cell of highest) {
    const lowest = columns.reduce((best, column) => (column.height < best.height ? column : best));
    lowest.cells.push(cell.index);
    lowest.height += cell.height;
  }
  return columns
    .map((column) => column.cells.toSorted((a, b) => a - b))
    .toSorted((a, b) => (a[0] ?? cells.length) - (b[0] ?? cells.length))
    .map((column) => column.flatMap((index) => cells.slice(index, index + 1)));
}

export interface Piece<T> {
  readonly block: string;
  readonly rows: readonly T[];
  /** The first piece carries the title. */
  readonly first: boolean;
}

/** Blocks cut into pieces of about equal length. */
export function pieces<T>(blocks: ReadonlyMap<string, readonly T[]>): Piece<T>[] {
  return [...blocks].flatMap(([block, rows]) => {
    const count = Math.max(1, Math.ceil(rows.length / MOST));
    const size = Math.ceil(rows.length / count);
    return Array.from({ length: count }, (_, index) => ({ block, rows: rows.slice(index * size, (index + 1) * size), first: index === 0 }));
  });
}
