import type { GateReport, LadderVerdict } from '../api/types';

/** A JSON value is a gate report when it has results and a verdict. */
export function isGateReport(value: unknown): value is GateReport {
  return typeof value === 'object' && value !== null && 'results' in value && Array.isArray(value.results) && 'passed' in value;
}

/** A JSON value is a ladder verdict when it names the chosen rung among measured ones. */
export function isLadder(value: unknown): value is LadderVerdict {
  return typeof value === 'object' && value !== null && 'chosen' in value && 'rows' in value && Array.isArray(value.rows);
}
