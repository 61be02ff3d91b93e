import type { RunGroup, RunPage, RunRow } from '../../shared/api/tracking';
import { columnOf, quoted } from './view';

export type Item =
  | { readonly kind: 'run'; readonly row: RunRow }
  | { readonly kind: 'group'; readonly group: RunGroup; readonly value: string; readonly open: boolean }
  | { readonly kind: 'more'; readonly value: string; readonly left: number };

/** Runs without a value stand under a name that no value has. */
export const NONE = '\u0000';
export const valueOf = (group: RunGroup): string => group.value ?? NONE;

const text = (value: string) => `'${value.replaceAll("'", "''")}'`;
const ATTRIBUTES: Readonly<Record<string, string>> = { 'run.status': 'attributes.status', 'run.user': 'attributes.user_id' };

/** The filter that leaves the runs of one group. */
export function within(filter: string, by: string, value: string): string {
  const column = columnOf(by);
  const field = ATTRIBUTES[by] ?? `${column?.kind ?? 'params'}.${quoted(column?.key ?? '')}`;
  const clause = value === NONE ? `${field} IS NULL` : `${field} = ${text(value)}`;
  return filter === '' ? clause : `${filter} and ${clause}`;
}

const made = new WeakMap<RunPage, readonly Item[]>();

/** The rows of pages one after another; those of a page are made once, however many pages follow. */
export function itemsOf(pages: readonly RunPage[]): readonly Item[] {
  const parts = pages.map((page) => {
    const items = made.get(page) ?? page.runs.map((row): Item => ({ kind: 'run', row }));
    made.set(page, items);
    return items;
  });
  return parts.length === 1 && parts[0] ? parts[0] : parts.flat();
}

/** Heads of groups, and under the open ones the first of their runs. */
export function grouped(groups: readonly RunGroup[], open: ReadonlyMap<string, readonly RunRow[]>): Item[] {
  return groups.flatMap((group): Item[] => {
    const value = valueOf(group);
    const rows = open.get(value);
    const head: Item = { kind: 'group', group, value, open: rows !== undefined };
    if (!rows) return [head];
    const left = group.runs - rows.length;
    return [head, ...rows.map((row): Item => ({ kind: 'run', row })), ...(left > 0 ? [{ kind: 'more', value, left } as const] : [])];
  });
}

/**
 * The place in the page that an item takes, out of as many as there are: a row that leaves the window hands its
 * elements to one that enters, so that a scroll writes text and makes nothing new.
 */
export const slotOf = (index: number, slots: number): string => `slot ${slots > 0 ? index % slots : index}`;

/**
 * The items of a window in the order of their places in the page, not of their own: else each scroll would take the rows
 * that enter out of the page and put them in again at its end. Their index says where they stand.
 */
export function inSlots(from: number, to: number): number[] {
  const slots = to - from;
  return Array.from({ length: slots }, (_, slot) => from + ((((slot - from) % slots) + slots) % slots));
}

/** Which items stand in the window, in steps so that a small scroll changes nothing. */
export function windowOf(top: number, height: number, rowHeight: number, total: number, step = 4, spare = 3): { readonly from: number; readonly to: number } {
  const first = Math.max(0, Math.floor(top / rowHeight / step) * step - spare);
  const shown = Math.ceil(height / rowHeight) + 2 * spare + step;
  const from = Math.min(first, Math.max(0, total - shown));
  return { from, to: Math.min(total, from + shown) };
}

/** Which columns stand in the window, some pixels before and after with them; a column that is half inside counts. */
export function columnsWithin(places: readonly { readonly left: number; readonly width: number }[], left: number, width: number, spare = 120): { readonly first: number; readonly last: number } {
  const first = places.findIndex((place) => place.left + place.width > left - spare);
  const last = places.findLastIndex((place) => place.left < left + width + spare);
  return first < 0 || last < first ? { first: 0, last: 0 } : { first, last: last + 1 };
}
