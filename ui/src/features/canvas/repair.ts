import type { Finding, QuestionInfo } from '../../shared/api/contract';
import { edit, replace, type Path, type Value } from './source';

type Patch = NonNullable<Finding['patch']>[number];
type Known = Pick<QuestionInfo, 'key' | 'mainField'>;

/** JSON as a canvas is written: the schema gives scalars their type, so all of them are text. */
export function valueOf(json: unknown): Value {
  if (Array.isArray(json)) return json.map(valueOf);
  if (typeof json === 'object' && json !== null) return Object.fromEntries(Object.entries(json).map(([key, inner]) => [key, valueOf(inner)]));
  if (json === true) return 'yes';
  if (json === false) return 'no';
  return json === null || json === undefined ? '' : String(json);
}

/** The question whose answer a path leads into, and the way inside it; the longest key wins. */
export function target(path: string, questions: readonly Known[]): { readonly question: Known; readonly field: Path } | undefined {
  const question = questions
    .filter(({ key }) => path === key || path.startsWith(`${key}.`) || path.startsWith(`${key}[`))
    .toSorted((a, b) => b.key.length - a.key.length)[0];
  if (!question) return undefined;
  const field = [...path.slice(question.key.length).matchAll(/\.?([\w/>-]+)|\[(\d+)\]/g)].map(([, name, index]) => name ?? Number(index));
  return { question, field: typeof field[0] === 'number' && question.mainField !== undefined ? [question.mainField, ...field] : field };
}

/** The text with a repair applied, comments and all; what leads nowhere changes nothing. */
export function repaired(text: string, patches: readonly Patch[], questions: readonly Known[]): string {
  return patches.reduce((now, patch) => {
    const place = target(patch.path, questions);
    if (!place) return now;
    const { question, field } = place;
    const value = valueOf(patch.value);
    return field.length === 0 ? replace(now, question.key, value) : edit(now, question.key, question.mainField, field, value);
  }, text);
}
