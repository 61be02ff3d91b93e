import type { Evidence } from '../../shared/api/types';
import { value } from '../../shared/lib/format';
import { boundNumber } from './evidence';

export interface Margin {
  /** How far inside the bound the value lies, in the unit of the clause; negative outside. */
  readonly room: number;
  /** The same as a share of the bound, to compare answers; undefined where the bound is 0. */
  readonly share: number | undefined;
}

/** How much room is left between a measured value and its bound; undefined where no number is compared. */
export function marginOf(evidence: Evidence): Margin | undefined {
  const { value: seen, op } = evidence;
  if (seen === undefined || !Number.isFinite(seen)) return undefined;
  const between = /^\s*\[?\s*(-?[\d.eE+-]+)\s*(?:,|\.\.|to)\s*(-?[\d.eE+-]+)\s*\]?\s*$/.exec(evidence.target ?? '');
  if (between) {
    const [low, high] = [Number(between[1]), Number(between[2])];
    return Number.isFinite(low) && Number.isFinite(high) ? of(Math.min(seen - low, high - seen), seen - low < high - seen ? low : high) : undefined;
  }
  const bound = boundNumber(evidence);
  if (bound === undefined) return undefined;
  const upper = op === '<=' || op === '<' || op === 'AT_MOST' || op === 'BELOW';
  const lower = op === '>=' || op === '>' || op === 'AT_LEAST' || op === 'ABOVE';
  return upper ? of(bound - seen, bound) : lower ? of(seen - bound, bound) : undefined;
}

const of = (room: number, bound: number): Margin => ({ room, share: bound === 0 ? undefined : room / Math.abs(bound) });

/** The margin in words that sort out at a glance: 0.8 pp inside. */
export function marginText(evidence: Evidence): string {
  const margin = marginOf(evidence);
  if (margin === undefined) return '';
  if (margin.room === 0) return 'at the bound';
  const size = evidence.unit === 'share' ? `${Number((Math.abs(margin.room) * 100).toPrecision(2))} pp` : value(Math.abs(margin.room), evidence.unit);
  return `${size} ${margin.room > 0 ? 'inside' : 'outside'}`;
}
