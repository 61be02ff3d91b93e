import type { State, StateChange } from '../../shared/api/types';

export interface Moved {
  readonly question: string;
  readonly from: State | undefined;
  readonly to: State | undefined;
  /** Why it is what it is at the later time. */
  readonly reason: string;
}

/** What each question was said to be at an instant, from every change of state. */
export function statesAt(changes: readonly StateChange[], at: string): ReadonlyMap<string, StateChange> {
  const found = new Map<string, StateChange>();
  const until = Date.parse(at);
  for (const change of changes.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at))) {
    if (Date.parse(change.at) <= until) found.set(change.question, change);
  }
  return found;
}

/** The questions that stood otherwise at one time than at another, in the order of the board. */
export function between(changes: readonly StateChange[], questions: readonly string[], from: string, to: string): Moved[] {
  const [before, after] = [statesAt(changes, from), statesAt(changes, to)];
  return questions
    .map((question) => ({ question, from: before.get(question)?.to, to: after.get(question)?.to, reason: after.get(question)?.reason ?? '' }))
    .filter((moved) => moved.from !== moved.to);
}
