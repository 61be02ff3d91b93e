import type { Question, State, StateChange } from '../../shared/api/types';
import { stateLooks } from '../../shared/lib/state';
import { boundText, observed, spokesman } from './evidence';
import { marginOf, marginText } from './margin';

export const orders = ['state', 'margin', 'age', 'board'] as const;
export type Order = (typeof orders)[number];

/** The table's rows: the worst first, or the least room first, or what was seen longest ago first. */
export function ordered(questions: readonly Question[], order: Order): Question[] {
  const place = new Map(questions.map(({ question }, index) => [question, index]));
  const onBoard = (a: Question, b: Question) => (place.get(a.question) ?? 0) - (place.get(b.question) ?? 0);
  const room = (question: Question) => {
    const speaker = spokesman(question);
    return (speaker && marginOf(speaker)?.share) ?? Number.POSITIVE_INFINITY;
  };
  const seen = (question: Question) => Date.parse(spokesman(question)?.observedAt ?? '') || Number.POSITIVE_INFINITY;
  const by: Readonly<Record<Order, (a: Question, b: Question) => number>> = {
    state: (a, b) => stateLooks[a.state].severity - stateLooks[b.state].severity,
    margin: (a, b) => compare(room(a), room(b)),
    age: (a, b) => compare(seen(a), seen(b)),
    board: () => 0,
  };
  return questions.toSorted((a, b) => by[order](a, b) || onBoard(a, b));
}

const compare = (a: number, b: number) => (a === b ? 0 : a < b ? -1 : 1);

/** How many questions stood in each state at the end of each of the last days, oldest first. */
export function countsByDay(changes: readonly StateChange[], now: string, days: number): { readonly day: string; readonly counts: ReadonlyMap<State, number> }[] {
  const rest = changes.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
  const held = new Map<string, State>();
  let next = 0;
  return Array.from({ length: days }, (_, index) => {
    const at = Date.parse(now) - (days - 1 - index) * 86_400_000;
    for (let change = rest[next]; change !== undefined && Date.parse(change.at) <= at; change = rest[next]) {
      held.set(change.question, change.to);
      next += 1;
    }
    const counts = new Map<State, number>();
    for (const state of held.values()) counts.set(state, (counts.get(state) ?? 0) + 1);
    return { day: new Date(at).toISOString(), counts };
  });
}

/** Whole days until the end of a day in UTC; 0 on the day itself, negative after it. */
export function daysLeft(until: string, now: string): number {
  return Math.floor((Date.parse(`${until}T00:00:00Z`) - Math.floor(Date.parse(now) / 86_400_000) * 86_400_000) / 86_400_000);
}

/** The other questions that name something that this one is about: what a red answer pulls with it. */
export function blastRadius(question: Question, all: readonly Question[]): { readonly question: Question; readonly by: string }[] {
  const names = new Set(question.resources.filter(({ kind }) => ['metric', 'objective', 'monitor', 'dataset', 'pushedmetric'].includes(kind)).map(({ name }) => name));
  for (const { clause } of question.evidence) {
    const about = clause.split(':')[1];
    if (about !== undefined && about !== '') names.add(about);
  }
  return all.flatMap((other) => {
    if (other.question === question.question || other.answer === undefined) return [];
    const by = [...names].find((name) => mentions(other.answer, name));
    return by === undefined ? [] : [{ question: other, by }];
  });
}

function mentions(value: unknown, name: string): boolean {
  if (typeof value === 'string') return value === name;
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some((inner) => mentions(inner, name));
}

/** The same few rows for everybody who asks with the same number (mulberry32), so that two auditors can speak of them. */
export function sampled<T>(rows: readonly T[], size: number, seed: number): T[] {
  const left = [...rows];
  const taken: T[] = [];
  let state = seed >>> 0;
  while (taken.length < size && left.length > 0) {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    const at = Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * left.length);
    taken.push(...left.splice(at, 1));
  }
  return taken;
}

/** The table as CSV, every row and no colour. */
export function conformityCsv(questions: readonly Question[], cell: (value: string | number | undefined) => string): string {
  const head = ['id', 'question', 'answer', 'state', 'lacks', 'observed', 'bound', 'margin', 'n', 'observed_at', 'reason'];
  const rows = questions.map((question) => {
    const speaker = spokesman(question);
    return [question.id, question.question, question.claim, question.state, question.lack ?? '', observed(question), speaker ? boundText(speaker) : '', speaker ? marginText(speaker) : '', speaker?.n, speaker?.observedAt, question.reason].map(cell).join(',');
  });
  return `${head.join(',')}\n${rows.join('\n')}\n`;
}
