import { millis, durationMillis, number, percent } from './format';
import { date } from './time';

/** Metrics that are shares of something, and so read as percent. */
export const isShare = (metric: string): boolean => /spam|ham|rate|recall|precision|false|share|error|fallback|accuracy|coverage/.test(metric) && !/f1|p\d\d/.test(metric);

/** false_spam → false spam; one name as a reader says it. */
export const named = (id: string): string => id.replaceAll('_', ' ');

const ID = /\b(run|rol|incident|alert|pred|drill)_[0-9a-f][0-9a-f-]{8,}\b/g;

/** run_01a20ed1-…-12e6380235c3 → run 0235c3: the end of an id tells things of one kind apart. */
export function shortId(id: string): string {
  const [, kind = '', rest = ''] = /^([a-z]+)_(.+)$/.exec(id) ?? [];
  const tail = rest.replaceAll('-', '');
  return tail.length > 8 && /^[0-9a-f]+$/.test(tail) ? `${kind === 'rol' ? 'rollout' : kind} ${tail.slice(-6)}` : id;
}

/**
 * A sentence of the server as a reader would write it: names without underscores, dates and durations in
 * words, intervals in round brackets, and shares as percent where the sentence is about a share.
 */
export function prose(text: string): string {
  const metric = /\b[a-z][a-z0-9]*(?:_[a-z0-9]+)*(?= (?:of version|is|reaches|against|\d))/.exec(text)?.[0] ?? '';
  const figure = isShare(metric) ? (value: string) => percent(Number(value)) : (value: string) => number(Number(value));
  return text
    .replaceAll(ID, (id) => shortId(id))
    .replaceAll(/\b(\d{4}-\d\d-\d\d)T[\d:.]+Z/g, (_, day: string) => date(`${day}T00:00:00Z`))
    .replaceAll(/\b\d{4}-\d\d-\d\d\b/g, (day) => date(`${day}T00:00:00Z`))
    .replaceAll(/\bP(?:\d+D)?(?:T(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?\b/g, (iso) => (durationMillis(iso) === undefined ? iso : millis(durationMillis(iso))))
    .replaceAll(/\b(\d{3,}(?:\.\d+)?) (is not )?(<=|>=|≤|≥) (\d{3,}(?:\.\d+)?) s\b/g, (_, value: string, not: string | undefined, op: string, bound: string) => `${millis(Number(value) * 1000)} ${not ?? ''}${op} ${millis(Number(bound) * 1000)}`)
    .replaceAll(/\b(\d{4,}(?:\.\d+)?) s\b/g, (_, seconds: string) => millis(Number(seconds) * 1000))
    .replaceAll(/(-?\d+\.\d+(?:e[+-]\d+)?) \[(-?\d+\.\d+(?:e[+-]\d+)?), (-?\d+\.\d+(?:e[+-]\d+)?)\]/g, (_, value: string, low: string, high: string) => `${figure(value)} (${figure(low)} to ${figure(high)})`)
    .replaceAll(/\bbound is (\d+\.\d+)/g, (_, bound: string) => `bound is ${figure(bound)}`)
    .replaceAll(/(?<![\d.])\d+\.\d{4,}(?![\d.])/g, (long) => number(Number(long)))
    .replaceAll('<=', '≤')
    .replaceAll('>=', '≥')
    .replaceAll(/\bn = (\d+)/g, 'n $1')
    .replaceAll(/\b[a-z][a-z0-9]*(?:_[a-z0-9]+)+\b/g, named);
}
