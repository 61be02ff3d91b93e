import type { FieldInfo, QuestionInfo } from '../../shared/api/contract';
import { parse, read, type Value } from './source';

export type Control = 'choice' | 'choices' | 'switch' | 'lines' | 'record' | 'records' | 'yaml' | 'text';

/** How a field is edited: by its type, its choices and its inner fields. */
export function controlOf(field: FieldInfo): Control {
  const type = field.type.toLowerCase();
  if (field.fields && field.fields.length > 0) return field.list ? 'records' : 'record';
  if (/map/.test(type)) return 'yaml';
  if (field.oneOf && field.oneOf.length > 0) return field.list || field.set || /set|list/.test(type) ? 'choices' : 'choice';
  if (type.startsWith('bool')) return 'switch';
  if (field.list || /^(set|list)/.test(type)) return 'lines';
  return 'text';
}

/** A default as a value to write down: `[a, b]` and `{a: 1}` are lists and maps, as a document has them. */
export function defaultValue(field: FieldInfo): Value | undefined {
  const text = defaultText(field.default);
  if (Array.isArray(field.default)) return field.default.map(String);
  if (/^[[{]/.test(text)) {
    const source = parse(`answer: ${text}`);
    const { fields } = read(source, 'answer', 'whole');
    return source.broken.length > 0 ? text : (fields['whole'] ?? fields);
  }
  return text === '' ? undefined : text;
}

/** A default as a person would write it. */
export function defaultText(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return value.map((item) => (typeof item === 'object' ? JSON.stringify(item) : String(item))).join(', ');
  if (typeof value === 'object') return JSON.stringify(value);
  if (value === true) return 'yes';
  if (value === false) return 'no';
  return String(value);
}

const TIGHTER: Readonly<Record<string, string>> = {
  LOWER: 'lower is tighter',
  HIGHER: 'higher is tighter',
  SUBSET: 'fewer is tighter',
  SUPERSET: 'more is tighter',
};

/** Type, bounds and direction of a field in one line; empty when there is nothing to say. */
export function hint(field: FieldInfo): string {
  const share = field.type.toLowerCase() === 'share';
  const said = (value: unknown) => (share && typeof value === 'number' ? `${value * 100} %` : defaultText(value));
  const [min, max] = [field.min === 0 && field.max === undefined ? '' : said(field.min), said(field.max)];
  const unit = field.unit ? ` ${field.unit}` : '';
  const bounds = min !== '' && max !== '' ? `${min} to ${max}${unit}` : min !== '' ? `at least ${min}${unit}` : max !== '' ? `at most ${max}${unit}` : unit.trim();
  return [field.help, bounds, TIGHTER[String(field.tighter ?? '').toUpperCase()], example(field)].filter(Boolean).join(' · ');
}

const EXAMPLES: Readonly<Record<string, string>> = {
  duration: 'such as 30d, 15m, 1h30m',
  percent: 'such as 5%',
  bytes: 'such as 200MB',
  rate: 'such as 30M/month',
  money: 'such as 900 EUR/month',
  date: 'such as 2027-03-31',
  target: 'such as ">= 97%"',
  hold: 'such as 10% for 30m',
};

function example(field: FieldInfo): string {
  if (field.oneOf && field.oneOf.length > 0) return '';
  return EXAMPLES[field.type.toLowerCase().replace(/[^a-z].*$/, '')] ?? '';
}

/** recall_min → Recall min; ids stay recognisable. */
export function label(name: string): string {
  const text = name.replaceAll('_', ' ').replaceAll(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`);
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** camelCase as Java says it → snake_case as the canvas is written. */
export function written(name: string): string {
  return name.replaceAll(/([a-z0-9])([A-Z])/g, (_, a: string, b: string) => `${a}_${b.toLowerCase()}`);
}

export const textOf = (value: Value | undefined): string => (typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value));

export const listOf = (value: Value | undefined): readonly Value[] => (Array.isArray(value) ? value : value === undefined || value === '' ? [] : [value]);

/** Questions whose answers differ between two texts, by their values; spelling and comments do not count. */
export function changedAnswers(before: string, after: string, questions: readonly Pick<QuestionInfo, 'key' | 'mainField'>[]): Set<string> {
  const [was, is] = [parse(before), parse(after)];
  if (was.broken.length > 0 || is.broken.length > 0) return new Set();
  return new Set(
    questions.filter(({ key, mainField }) => JSON.stringify(read(was, key, mainField)) !== JSON.stringify(read(is, key, mainField))).map(({ key }) => key),
  );
}

/** Questions grouped by their block in the order of the canvas, those that a search leaves. */
export function blocksOf(questions: readonly QuestionInfo[], find: string): { readonly title: string; readonly questions: readonly QuestionInfo[] }[] {
  const words = find.toLowerCase().split(/\s+/).filter(Boolean);
  const blocks = new Map<string, QuestionInfo[]>();
  for (const question of questions) {
    const hay = `${question.id} ${question.key} ${question.text} ${question.blockTitle}`.toLowerCase();
    if (words.every((word) => hay.includes(word))) blocks.set(question.blockTitle, [...(blocks.get(question.blockTitle) ?? []), question]);
  }
  return [...blocks].map(([title, inside]) => ({ title, questions: inside }));
}
