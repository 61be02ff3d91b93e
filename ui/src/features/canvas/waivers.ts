import { isMap, isSeq } from 'yaml';
import { at, parse, replace, type Value } from './source';

/** A waiver as it is written in the canvas; who waives is whoever applies it. */
export interface WrittenWaiver {
  readonly question: string;
  readonly clause?: string;
  readonly until: string;
  readonly why: string;
}

const text = (value: Value | undefined): string => (typeof value === 'string' ? value : '');

/** What is waived, as far as it can be read. */
export function waiversOf(source: string): WrittenWaiver[] {
  const node = parse(source).document.get('waivers', true);
  if (!isSeq(node)) return [];
  return node.items.filter((item) => isMap(item)).map((item) => {
    const value = item.toJSON() as Value;
    const clause = text(at(value, ['clause']));
    return { question: text(at(value, ['question'])), ...(clause === '' ? {} : { clause }), until: text(at(value, ['until'])), why: text(at(value, ['why'])) };
  });
}

const value = (waiver: WrittenWaiver): Value => ({ question: waiver.question, ...(waiver.clause === undefined ? {} : { clause: waiver.clause }), until: waiver.until, why: waiver.why });
const same = (a: Pick<WrittenWaiver, 'question' | 'clause'>, b: Pick<WrittenWaiver, 'question' | 'clause'>) => a.question === b.question && (a.clause ?? '') === (b.clause ?? '');

/** The canvas with one promise waived; an earlier waiver of the same promise goes. */
export function waive(source: string, waiver: WrittenWaiver): string {
  return replace(source, 'waivers', [...waiversOf(source).filter((one) => !same(one, waiver)), waiver].map(value));
}

/** The canvas without a waiver. */
export function unwaive(source: string, waiver: Pick<WrittenWaiver, 'question' | 'clause'>): string {
  const rest = waiversOf(source).filter((one) => !same(one, waiver));
  return replace(source, 'waivers', rest.length === 0 ? undefined : rest.map(value));
}
