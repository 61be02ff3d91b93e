import type { State } from '../api/types';

export type Tone = 'leaf' | 'amber' | 'clay' | 'slate' | 'plum' | 'sky';

export interface StateLook {
  readonly word: string;
  readonly tone: Tone;
  /** 0 is the worst; n/a is ignored and comes last. */
  readonly severity: number;
}

export const stateLooks: Readonly<Record<State, StateLook>> = {
  VIOLATED: { word: 'Violated', tone: 'clay', severity: 0 },
  NO_EVIDENCE: { word: 'No evidence', tone: 'slate', severity: 1 },
  STALE: { word: 'Stale', tone: 'plum', severity: 2 },
  UNANSWERED: { word: 'Unanswered', tone: 'slate', severity: 3 },
  AT_RISK: { word: 'At risk', tone: 'amber', severity: 4 },
  UNCONFIRMED: { word: 'Unconfirmed', tone: 'sky', severity: 5 },
  WAIVED: { word: 'Waived', tone: 'slate', severity: 6 },
  CONFORMS: { word: 'Conforms', tone: 'leaf', severity: 7 },
  N_A: { word: 'Not applicable', tone: 'slate', severity: 8 },
};

export const statesBySeverity = (Object.keys(stateLooks) as State[]).toSorted(
  (a, b) => stateLooks[a].severity - stateLooks[b].severity,
);

/** The worst of some states; conforming when there are none. */
export function worst(states: readonly State[]): State {
  return states.reduce<State>((bad, next) => (stateLooks[next].severity < stateLooks[bad].severity ? next : bad), 'N_A');
}

/** The tone of any outcome word that a stage uses: run and step states, verdicts, rollout states. */
export function toneOf(outcome: string): Tone {
  const word = outcome.toUpperCase();
  if (['SUCCEEDED', 'PASS', 'PASSED', 'PROMOTED', 'OK', 'BETTER', 'RECOVERED', 'RESOLVED', 'CLOSED', 'CONFORMS', 'CHAMPION'].includes(word)) return 'leaf';
  if (['FAILED', 'FAIL', 'VIOLATED', 'ROLLED_BACK', 'FIRING', 'OPEN', 'BREACH', 'ALERT', 'WORSE', 'ABORTED'].includes(word)) return 'clay';
  if (['RUNNING', 'LEASED', 'RETRY_WAIT', 'INCONCLUSIVE', 'WAITING', 'WAIT', 'CANDIDATE', 'EXTEND', 'WARN', 'AT_RISK'].includes(word)) return 'amber';
  if (['CACHED', 'BASELINE', 'UNCONFIRMED'].includes(word)) return 'sky';
  return 'slate';
}
