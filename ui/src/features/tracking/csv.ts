import type { RunRow } from '../../shared/api/tracking';
import { cell } from '../../shared/lib/csv';
import { raw, type Column } from './view';

const NAME: Column = { id: 'run.name', kind: 'run', key: 'name' };

export function headOf(columns: readonly Column[]): string {
  return ['run_id', 'name', ...columns.map(({ kind, key, id }) => (kind === 'run' ? (key === 'took' ? 'took_millis' : key) : id))].map(cell).join(',');
}

export function rowsOf(rows: readonly RunRow[], columns: readonly Column[]): string {
  return rows.map((row) => [cell(row.id), ...[NAME, ...columns].map((column) => cell(raw(row, column)))].join(',')).join('\n');
}

/** Cells of a text in CSV: quotes, quoted line ends and quoted commas as RFC 4180 has them. */
export function parseCsv(text: string, limit: number): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let field = '';
  let quoted = false;
  for (let at = 0; at < text.length && rows.length < limit; at += 1) {
    const sign = text[at];
    if (quoted) {
      if (sign !== '"') field += sign;
      else if (text[at + 1] === '"') {
        field += '"';
        at += 1;
      } else quoted = false;
    } else if (sign === '"' && field === '') quoted = true;
    else if (sign === ',') {
      row.push(field);
      field = '';
    } else if (sign === '\n') {
      rows.push([...row, field]);
      row = [];
      field = '';
    } else if (sign !== '\r') field += sign;
  }
  if (rows.length < limit && (field !== '' || row.length > 0)) rows.push([...row, field]);
  return rows;
}
