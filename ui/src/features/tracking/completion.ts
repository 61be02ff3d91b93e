import { quoted } from './view';

/** A proposal: what to show and the whole text with it put in. */
export interface Proposal {
  readonly show: string;
  readonly text: string;
}

interface Keys {
  readonly metrics: readonly string[];
  readonly params: readonly string[];
  readonly tagKeys: readonly string[];
}

const ATTRIBUTES = ['attributes.run_name', 'attributes.status', 'attributes.start_time', 'attributes.end_time', 'attributes.user_id', 'attributes.run_id'];
const STATUSES = ['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED'];
const OPERATORS: Readonly<Record<string, readonly string[]>> = { metrics: ['>', '>=', '<', '<=', '=', '!='], time: ['>', '>=', '<', '<=', '=', '!='], text: ['=', '!=', 'LIKE', 'ILIKE', 'IN'] };
const FIELD = /^(?:metrics?|params?|tags?|attributes?)\.(?:`[^`]*`|[\w.]+)$/i;

/** The part that is being written: after the last `and`. */
function clauseOf(text: string): { readonly before: string; readonly clause: string } {
  const at = /^(.*(?:^|\s)and\s+)?(.*)$/is.exec(text);
  return { before: at?.[1] ?? '', clause: at?.[2] ?? text };
}

/** Between blanks; a key in backticks may hold some. */
function words(clause: string): string[] {
  const found = clause.match(/(?:[^\s`]|`[^`]*`?)+/g) ?? [];
  return /\s$/.test(clause) ? [...found, ''] : found;
}

/** What may come next while a filter is written: a key, then an operator, then where it is known a value. */
export function proposals(text: string, keys: Keys, most = 10): Proposal[] {
  const { before, clause } = clauseOf(text);
  const [field = '', operator = '', ...rest] = words(clause);
  if (FIELD.test(field) && (operator !== '' || /\s$/.test(clause))) {
    const numeric = /^metrics?\./i.test(field) ? 'metrics' : /\.(start|end)_time$/.test(field) ? 'time' : 'text';
    const known = (OPERATORS[numeric] ?? []).filter((sign) => sign.toLowerCase().startsWith(operator.toLowerCase()));
    if (rest.length === 0) return known.map((sign) => ({ show: sign, text: `${before}${field} ${sign} ${numeric === 'text' && sign !== 'IN' ? "'" : ''}` }));
    const value = rest.join(' ');
    if (/attributes?\.status$/i.test(field) && !/^'[A-Z]+'$/.test(value)) return STATUSES.filter((status) => `'${status}`.startsWith(value.toUpperCase())).map((status) => ({ show: status, text: `${before}${field} ${operator} '${status}'` }));
    return /'\s*$|\d\s+$/.test(clause) && value !== "'" ? [{ show: 'and', text: `${before}${clause.trimEnd()} and ` }] : [];
  }
  const typed = field.replaceAll('`', '').toLowerCase();
  const fields = [...keys.metrics.map((key) => `metrics.${quoted(key)}`), ...keys.params.map((key) => `params.${quoted(key)}`), ...ATTRIBUTES, ...keys.tagKeys.map((key) => `tags.${quoted(key)}`)];
  const fits = (name: string) => name.replaceAll('`', '').toLowerCase();
  const first = fields.filter((name) => fits(name).startsWith(typed));
  const then = fields.filter((name) => !fits(name).startsWith(typed) && fits(name).includes(typed));
  return [...first, ...then].slice(0, most).map((name) => ({ show: name, text: `${before}${name} ` }));
}
