import type { ExperimentView, RunQuery, RunRow } from '../../shared/api/tracking';
import { real } from '../../shared/api/tracking';
import { number } from '../../shared/lib/format';

/** Kinds of columns; a column is `kind.key`. A metric has its latest value, and the least and the greatest of all. */
export type Kind = 'run' | 'metrics' | 'least' | 'greatest' | 'params' | 'tags';

export interface Column {
  readonly id: string;
  readonly kind: Kind;
  readonly key: string;
}

/** What every run has. `took` is reckoned, so nothing can sort by it. */
export const RUN_COLUMNS = ['status', 'started', 'took', 'user'] as const;
const ATTRIBUTES: Readonly<Record<string, string>> = { name: 'attributes.run_name', status: 'attributes.status', started: 'attributes.start_time', user: 'attributes.user_id' };
const INNER_TAGS = 'mlflow.';

export interface TableView {
  readonly columns: readonly Column[];
  readonly filter: string;
  readonly sort: string;
  readonly descending: boolean;
  /** A column to group by, or nothing. */
  readonly group: string;
  readonly pinned: readonly string[];
  readonly chosen: readonly string[];
  /** The runs of the archive, in the place of those at hand. */
  readonly archived: boolean;
  readonly widths: Readonly<Record<string, number>>;
}

export function columnOf(id: string): Column | undefined {
  const match = /^(run|metrics|least|greatest|params|tags)\.(.+)$/s.exec(id);
  return match ? { id, kind: match[1] as Kind, key: match[2] ?? '' } : undefined;
}

/** A part of the address that names several. */
export const listOf = (text: string | null) => (text ?? '').split(',').filter(Boolean);

/** Whether the column holds values of a metric. */
export const measures = ({ kind }: Column): boolean => kind === 'metrics' || kind === 'least' || kind === 'greatest';

/** A column's name: `acc`, `acc, least`. */
export const titleOf = ({ kind, key }: Column): string => (kind === 'least' || kind === 'greatest' ? `${key}, ${kind}` : key);

/** The first of everything, so that a new experiment shows something at once. */
export function usual(experiment: ExperimentView | undefined): string[] {
  return ['run.status', 'run.started', 'run.took', ...(experiment?.metrics ?? []).filter((key) => !key.startsWith('system/')).slice(0, 5).map((key) => `metrics.${key}`), ...(experiment?.params ?? []).slice(0, 5).map((key) => `params.${key}`)];
}

/** The address says everything; what it says wrongly counts as not said. */
export function viewOf(search: URLSearchParams, experiment: ExperimentView | undefined): TableView {
  const asked = search.get('cols');
  const [sort = '', direction = ''] = (search.get('sort') ?? 'run.started:desc').split(/:(?=(?:asc|desc)$)/);
  const widths = listOf(search.get('widths')).map((part) => part.split(/:(?=\d+$)/)).filter((pair) => pair.length === 2);
  return {
    columns: (asked === null ? usual(experiment) : listOf(asked)).map(columnOf).filter((column) => column !== undefined),
    filter: search.get('filter') ?? '',
    sort: sort === 'run.name' || columnOf(sort) ? sort : 'run.started',
    descending: direction !== 'asc',
    group: search.get('archived') !== 'yes' && groupable(columnOf(search.get('group') ?? '')) ? (search.get('group') ?? '') : '',
    pinned: listOf(search.get('pin')).slice(0, 8),
    chosen: listOf(search.get('runs')).slice(0, 100),
    archived: search.get('archived') === 'yes',
    widths: Object.fromEntries(widths.map(([id = '', width]) => [id, Math.min(800, Math.max(48, Number(width)))])),
  };
}

export const groupable = (column: Column | undefined): boolean => column !== undefined && (column.kind === 'params' || column.kind === 'tags' || column.id === 'run.status' || column.id === 'run.user');

/** A key as the grammar of the search takes it. */
export const quoted = (key: string): string => (/^[A-Za-z_][\w.]*$/.test(key) ? key : `\`${key.replaceAll('`', '')}\``);

/** How the server is asked to order by a column; undefined where it cannot. */
export function orderBy(id: string, descending: boolean): string | undefined {
  const column = columnOf(id);
  // Nothing is kept in the order of the least and the greatest values.
  if (!column || column.kind === 'least' || column.kind === 'greatest') return undefined;
  const field = column.kind === 'run' ? ATTRIBUTES[column.key] : `${column.kind}.${quoted(column.key)}`;
  return field === undefined ? undefined : `${field} ${descending ? 'DESC' : 'ASC'}`;
}

export function queryOf(view: TableView): RunQuery {
  const order = orderBy(view.sort, view.descending);
  return { filter: view.filter, order: order === undefined ? [] : [order], columns: [...new Set(view.columns.filter((column) => column.kind !== 'run').map((column) => (measures(column) ? `metrics.${column.key}` : column.id)))], ...(view.archived ? { archived: true } : {}) };
}

export const hidden = (tag: string): boolean => tag.startsWith(INNER_TAGS);

/** A run's value in a column as it is. */
export function raw(row: RunRow, column: Column): string | number | undefined {
  switch (column.kind) {
    case 'metrics':
      return real(row.metrics[column.key]);
    case 'least':
    case 'greatest':
      return real(row[column.kind]?.[column.key] ?? row.metrics[column.key]);
    case 'params':
      return row.params[column.key];
    case 'tags':
      return row.tags[column.key];
    case 'run':
      if (column.key === 'started') return row.startedAt;
      if (column.key === 'took') return row.finishedAt === undefined ? undefined : Date.parse(row.finishedAt) - Date.parse(row.startedAt);
      return column.key === 'status' ? row.status : column.key === 'name' ? row.name : row.user;
  }
}

/** A measured value, the strange ones by name. */
export const measured = (value: number | undefined): string => (value === undefined ? '' : Number.isNaN(value) ? 'NaN' : Number.isFinite(value) ? number(value) : value > 0 ? '∞' : '−∞');

const SMALLER_IS_BETTER = /(?:^|[/_.\s-])(?:loss|losses|err|error|errors|mae|mse|rmse|mape|nll|perplexity|ppl|brier|ece|wer|cer|fid|regret|latency|false\w*)(?:[/_.\s-]|$)|loss$|error$/i;

/** The best value of a metric where that is not the latest: the least of what a smaller value is better of, by its name. */
export function bestOf(row: RunRow, key: string): string {
  const small = SMALLER_IS_BETTER.test(key);
  const best = real((small ? row.least : row.greatest)?.[key]);
  return best === undefined ? '' : `${small ? '↓' : '↑'}${measured(best)}`;
}

/** A param as it is written, but for digits that nobody reads. */
export const written = (value: string | number | undefined): string => (typeof value === 'string' && value.length > 8 && /^-?\d*\.?\d+(e[+-]?\d+)?$/i.test(value) ? String(Number(Number(value).toPrecision(4))) : String(value ?? ''));

/** A metric against the baseline's: +0.012. */
export function against(value: number | undefined, baseline: number | undefined): string {
  if (value === undefined || baseline === undefined || !Number.isFinite(value - baseline) || value === baseline) return '';
  return `${value > baseline ? '+' : ''}${number(value - baseline)}`;
}

/** Sets a part of the address; an empty one goes away. */
export function put(search: URLSearchParams, parts: Readonly<Record<string, string>>): URLSearchParams {
  const next = new URLSearchParams(search);
  for (const [name, text] of Object.entries(parts)) {
    if (text === '') next.delete(name);
    else next.set(name, text);
  }
  return next;
}

/** Adds to a list, or takes out of it. */
export const flipped = (list: readonly string[], item: string): string[] => (list.includes(item) ? list.filter((one) => one !== item) : [...list, item]);
