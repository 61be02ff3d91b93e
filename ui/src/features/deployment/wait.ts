import type { Rollout, RolloutStepRun } from '../../shared/api/types';
import { count, durationMillis, millis, words } from '../../shared/lib/format';

export interface Left {
  readonly requests: number;
  readonly hold: number;
  /** Share of the way to the decision, by whichever is further away. */
  readonly done: number;
}

/** What a running step still waits for, on the product's clock; undefined when it does not run. */
export function left(step: RolloutStepRun, now: string): Left | undefined {
  if (step.startedAt === undefined || step.endedAt !== undefined) return undefined;
  const hold = durationMillis(step.hold) ?? 0;
  const passed = Math.max(0, Date.parse(now) - Date.parse(step.startedAt));
  const seen = step.minRequests > 0 ? Math.min(1, step.candidateRequests / step.minRequests) : 1;
  const held = hold > 0 ? Math.min(1, passed / hold) : 1;
  return { requests: Math.max(0, step.minRequests - step.candidateRequests), hold: Math.max(0, hold - passed), done: Math.min(seen, held) };
}

/** "18 requests and 4 h of hold left", or what else a step waits for. */
export function leftText(rest: Left): string {
  const parts = [...(rest.requests > 0 ? [`${count(rest.requests)} request${rest.requests === 1 ? '' : 's'}`] : []), ...(rest.hold > 0 ? [`${millis(rest.hold)} of hold`] : [])];
  return parts.length === 0 ? 'decides with the next look' : `${parts.join(' and ')} left`;
}

/** Where a rollout stands, in one sentence: for whom or for what it waits. */
export function standing(rollout: Rollout, now: string): string {
  const admission = rollout.admission;
  const newest = rollout.decisions.at(-1);
  switch (rollout.state) {
    case 'PENDING': {
      const needed = admission?.approvalsNeeded ?? 1;
      return `Waits for approval: ${rollout.approvals.length} of ${needed}${rollout.approvals.length > 0 ? ` (${rollout.approvals.join(', ')})` : ''}.`;
    }
    case 'WAITING_WINDOW':
      return `Waits for a release window: ${(admission?.windows ?? []).join(', ') || 'none is declared'}${admission && admission.freezes.length > 0 ? `; frozen ${admission.freezes.join(', ')}` : ''}.`;
    case 'RUNNING': {
      const step = rollout.steps.find((one) => left(one, now) !== undefined);
      const rest = step && left(step, now);
      return rest ? `At ${Math.round(step.share * 100)} %: ${leftText(rest)}.` : 'Running.';
    }
    case 'PROMOTING':
      return 'Every guardrail passed; the last requests of the old version end.';
    case 'BAKING': {
      const step = rollout.steps.at(-1);
      const rest = step && left(step, now);
      return `Answers everything, guardrails armed${rest ? `; ${leftText(rest)}` : ''}.`;
    }
    case 'HELD':
      return `Held: ${newest?.why ?? 'a guardrail failed'}. A person decides.`;
    case 'ROLLING_BACK':
      return `Going back: ${newest?.why ?? 'a guardrail failed'}`;
    case 'ROLLED_BACK':
      return `Rolled back: ${newest?.why ?? ''}`;
    default:
      return newest?.why ?? words(rollout.state);
  }
}
