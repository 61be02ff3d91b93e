import type { Conformance, Question } from '../../shared/api/types';

export interface Member {
  readonly user: string;
  readonly role: string;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Who belongs to the product, as its canvas says, with their roles. */
export function membersOf(board: Pick<Conformance, 'questions'>): Member[] {
  const answer: unknown = board.questions.find(({ question }) => question === 'product.authors')?.answer;
  const authors: unknown = isRecord(answer) ? answer['authors'] : undefined;
  if (!Array.isArray(authors)) return [];
  return authors.flatMap((one: unknown) => (isRecord(one) && typeof one['user'] === 'string' ? [{ user: one['user'], role: typeof one['role'] === 'string' ? one['role'] : '' }] : []));
}

/** At the machine itself one acts for the owner that the canvas names. */
export const ownerOf = (members: readonly Member[]): string | undefined => members.find(({ role }) => role === 'owner')?.user;

function named(value: unknown, names: ReadonlySet<string>, found: Set<string>): void {
  if (typeof value === 'string' && names.has(value)) found.add(value);
  else if (Array.isArray(value)) for (const inner of value) named(inner, names, found);
  else if (isRecord(value)) {
    for (const [key, inner] of Object.entries(value)) {
      if (names.has(key)) found.add(key);
      named(inner, names, found);
    }
  }
}

/** Who answers for some questions: the members that the answers name, else the product's owner. */
export function answerable(questions: readonly Pick<Question, 'answer'>[], members: readonly Member[]): string[] {
  const names = new Set(members.map(({ user }) => user));
  const found = new Set<string>();
  for (const { answer } of questions) named(answer, names, found);
  const owner = ownerOf(members);
  return found.size > 0 ? [...found].toSorted() : owner === undefined ? [] : [owner];
}

/** ana → An, ben.kahl → BK: enough to tell members apart. */
export function initials(user: string): string {
  const parts = user.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  const [first = '?', second] = parts;
  return second === undefined ? first.slice(0, 1).toUpperCase() + first.slice(1, 2) : (first.slice(0, 1) + second.slice(0, 1)).toUpperCase();
}

const HUES = ['leaf', 'sky', 'plum', 'amber', 'slate', 'clay'] as const;

/** A person's colour, the same on every page. */
export function hueOf(user: string): string {
  let sum = 0;
  for (const sign of user) sum = (sum * 31 + (sign.codePointAt(0) ?? 0)) % 997;
  return HUES[sum % HUES.length] ?? 'slate';
}
