import type { Lane, Question, State } from '../../shared/api/types';

/** Where attention goes first: what is red, and what nobody can vouch for any more. */
const RED: readonly State[] = ['VIOLATED'];
const STALE: readonly State[] = ['STALE', 'NO_EVIDENCE'];

export type Show = 'red' | 'stale' | 'mine' | 'waits' | 'unbuilt';
export type Beside = 'bound' | '30' | '90';

/** The board's view, all of it from the address. */
export interface View {
  readonly states: readonly State[];
  readonly show: readonly Show[];
  readonly lane: Lane | undefined;
  readonly find: string;
  readonly beside: Beside;
}

const lanes = ['DESIGN', 'DEVELOP', 'MAINTAIN'] as const;
const shows = ['red', 'stale', 'mine', 'waits', 'unbuilt'] as const;
const besides = ['bound', '30', '90'] as const;

const list = (search: URLSearchParams, name: string) => (search.get(name) ?? '').split(',').filter(Boolean);

export function viewOf(search: URLSearchParams): View {
  return {
    states: list(search, 'state') as State[],
    show: shows.filter((show) => list(search, 'show').includes(show)),
    lane: lanes.find((lane) => lane === search.get('lane')?.toUpperCase()),
    find: search.get('find') ?? '',
    beside: besides.find((beside) => beside === search.get('beside')) ?? 'bound',
  };
}

/** The address with one value of a list switched on or off. */
export function toggled(search: URLSearchParams, name: string, value: string): URLSearchParams {
  const next = new URLSearchParams(search);
  const now = list(search, name);
  const then = now.includes(value) ? now.filter((one) => one !== value) : [...now, value];
  if (then.length === 0) next.delete(name);
  else next.set(name, then.join(','));
  return next;
}

export function set(search: URLSearchParams, name: string, value: string): URLSearchParams {
  const next = new URLSearchParams(search);
  if (value === '') next.delete(name);
  else next.set(name, value);
  return next;
}

/** A question is somebody's when its answer names them, at any depth. */
export function isMine(question: Pick<Question, 'answer'>, user: string): boolean {
  const names = (value: unknown): boolean => {
    if (value === user) return true;
    if (typeof value !== 'object' || value === null) return false;
    return Object.entries(value).some(([key, inner]) => key === user || names(inner));
  };
  return names(question.answer);
}

/** The questions that a view shows; each kind of filter narrows, values of one kind add up. */
export function visible(questions: readonly Question[], view: View, user: string): Question[] {
  const words = view.find.toLowerCase().split(/\s+/).filter(Boolean);
  const states = new Set<State>([...view.states, ...(view.show.includes('red') ? RED : []), ...(view.show.includes('stale') ? STALE : [])]);
  const lacking = [...(view.show.includes('waits') ? ['HAPPENING'] : []), ...(view.show.includes('unbuilt') ? ['MACHINERY'] : [])];
  return questions.filter(
    (question) =>
      (lacking.length === 0 ? states.size === 0 || states.has(question.state) : states.has(question.state) || (question.lack !== undefined && lacking.includes(question.lack))) &&
      (!view.show.includes('mine') || isMine(question, user)) &&
      (view.lane === undefined || String(question.lane).toUpperCase() === view.lane) &&
      words.every((word) => `${question.id} ${question.question} ${question.claim} ${question.text}`.toLowerCase().includes(word)),
  );
}

export function groups(questions: readonly Question[]): Map<string, Question[]> {
  const result = new Map<string, Question[]>();
  for (const question of questions) result.set(question.block, [...(result.get(question.block) ?? []), question]);
  return result;
}
