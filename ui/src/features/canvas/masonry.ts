import type { Question } from '../../shared/api/types';

const HEAD = 44;
const ROW = 41;
const LINE = 17;

/** About how high a cell will be, in pixels, when a line of its claims takes so many characters. */
export function heightOf(questions: readonly Pick<Question, 'claim'>[], characters: number): number {
  return questions.reduce((sum, question) => sum + ROW + LINE * (Math.ceil(question.claim.length / Math.max(8, characters)) - 1), HEAD);
}

/** Cells into columns: each goes, in order, where there is most room, so that no column is much longer. */
export function columnsOf<T>(cells: readonly T[], height: (cell: T) => number, count: number): T[][] {
  const columns = Array.from({ length: Math.max(1, count) }, () => ({ cells: [] as T[], height: 0 }));
  for (const cell of cells) {
    const lowest = columns.reduce((best, column) => (column.height < best.height ? column : best));
    lowest.cells.push(cell);
    lowest.height += height(cell);
  }
  return columns.map((column) => column.cells);
}
