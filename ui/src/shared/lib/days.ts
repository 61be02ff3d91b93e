import type { State, StateChange } from '../api/types';
import { worst } from './state';

const DAY = 86_400_000;

export interface DayState {
  /** Start of the day, UTC. */
  readonly day: string;
  /** The worst state that held on that day; undefined before anything was judged. */
  readonly state: State | undefined;
}

/** The last days on the product's clock, oldest first, from a question's changes of state. */
export function dayStates(changes: readonly StateChange[], now: string, days: number): DayState[] {
  const ordered = changes.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
  const today = Math.floor(Date.parse(now) / DAY) * DAY;
  return Array.from({ length: days }, (_, index) => {
    const from = today - (days - 1 - index) * DAY;
    const before = ordered.findLast((change) => Date.parse(change.at) < from);
    const during = ordered.filter((change) => Date.parse(change.at) >= from && Date.parse(change.at) < from + DAY);
    const held = [...(before ? [before.to] : []), ...during.map((change) => change.to)];
    return { day: new Date(from).toISOString(), state: held.length === 0 ? undefined : worst(held) };
  });
}

/** Neighbouring days with one state as one stretch: what a strip draws and a reader hears. */
export function stretches(days: readonly DayState[]): { readonly state: State | undefined; readonly from: number; readonly length: number }[] {
  const result: { state: State | undefined; from: number; length: number }[] = [];
  days.forEach(({ state }, index) => {
    const last = result.at(-1);
    if (last && last.state === state) last.length += 1;
    else result.push({ state, from: index, length: 1 });
  });
  return result;
}

/** Since when the newest state holds without a break; undefined when it never changed. */
export function since(changes: readonly StateChange[], state: State): string | undefined {
  const last = changes.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at)).at(-1);
  return last?.to === state ? last.at : undefined;
}
