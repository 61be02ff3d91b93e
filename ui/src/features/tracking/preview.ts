import { parseCsv } from './csv';

/** How a file can be shown. What is not known is not opened. */
export type Look = 'image' | 'text' | 'table' | 'json' | 'markdown' | 'diff' | 'none';

const LOOKS: Readonly<Record<string, Look>> = {
  png: 'image', jpg: 'image', jpeg: 'image', gif: 'image', webp: 'image', bmp: 'image', svg: 'image',
  csv: 'table', tsv: 'table', json: 'json', jsonl: 'text', ndjson: 'text', diff: 'diff', patch: 'diff', md: 'markdown', markdown: 'markdown',
  txt: 'text', log: 'text', yaml: 'text', yml: 'text', toml: 'text', ini: 'text', cfg: 'text', conf: 'text', py: 'text', java: 'text', js: 'text', ts: 'text', sh: 'text', sql: 'text', r: 'text', xml: 'text', html: 'text', htm: 'text', css: 'text', ipynb: 'json', mlmodel: 'text', requirements: 'text',
};

const MOST: Readonly<Record<Look, number>> = { image: 20_000_000, text: 5_000_000, table: 20_000_000, json: 5_000_000, markdown: 2_000_000, diff: 1_000_000, none: 0 };
export const ROWS = 500;

export function lookOf(path: string): Look {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  const ending = name.includes('.') ? name.slice(name.lastIndexOf('.') + 1) : name;
  return LOOKS[ending] ?? 'none';
}

/** Why a file is not shown, or nothing. */
export function refusal(path: string, bytes: number): string {
  const look = lookOf(path);
  if (look === 'none') return 'There is no preview of this kind of file.';
  return bytes > MOST[look] ? `It is larger than ${MOST[look] / 1_000_000} MB: too large to show here.` : '';
}

export interface Grid {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly more: boolean;
}

const shown = (value: unknown): string => (typeof value === 'string' ? value : value === undefined || value === null ? '' : JSON.stringify(value));

/** A text as rows: CSV, tabs, or the JSON that `mlflow.log_table` writes. */
export function gridOf(path: string, text: string): Grid | undefined {
  if (/\.json$/i.test(path)) {
    try {
      const value: unknown = JSON.parse(text);
      if (typeof value !== 'object' || value === null || !('columns' in value) || !('data' in value) || !Array.isArray(value.columns) || !Array.isArray(value.data)) return undefined;
      const data: readonly unknown[] = value.data;
      return { head: value.columns.map(shown), rows: data.slice(0, ROWS).map((row) => (Array.isArray(row) ? row.map(shown) : [shown(row)])), more: data.length > ROWS };
    } catch {
      return undefined;
    }
  }
  const all = /\.tsv$/i.test(path) ? text.split(/\r?\n/).slice(0, ROWS + 2).filter((line) => line !== '').map((line) => line.split('\t')) : parseCsv(text, ROWS + 2);
  const [head, ...rows] = all;
  return head ? { head, rows: rows.slice(0, ROWS), more: rows.length > ROWS } : undefined;
}

/** JSON set out on lines; what is none stays as it is. */
export function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
