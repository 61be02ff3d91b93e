import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { post } from '../../shared/api/client';
import type { DeploymentView, Rollout } from '../../shared/api/types';
import { count, durationMillis, millis, number, words } from '../../shared/lib/format';
import { prose } from '../../shared/lib/prose';
import { dateTime } from '../../shared/lib/time';
import { ReasonForm } from '../../shared/ui/ReasonForm';

type Foreseen = NonNullable<DeploymentView['outlook']>;

/** What must still come before the rollout moves on, as the server reckons it. */
export function Outlook({ outlook }: { readonly outlook: Foreseen }) {
  const hold = durationMillis(outlook.holdLeft);
  const facts: readonly (readonly [string, string])[] = [
    ...(outlook.approvalsLeft > 0 ? [['Approvals left', count(outlook.approvalsLeft)] as const] : []),
    ...(outlook.requestsLeft > 0 ? [['Requests left', count(outlook.requestsLeft)] as const] : []),
    ...(hold !== undefined && hold > 0 ? [['Hold left', millis(hold)] as const] : []),
    ...(outlook.unproven.length > 0 ? [['Not proven yet', outlook.unproven.map(words).join(', ')] as const] : []),
    ['Calendar', outlook.opensAt === undefined ? 'closed for a year' : `open from ${dateTime(outlook.opensAt)}`],
  ];
  return (
    <div className="outlook">
      <h3>What it waits for</h3>
      {outlook.waitsFor.length === 0 ? (
        <p>Nothing: it moves with the next look.</p>
      ) : (
        <ol className="bullets">
          {outlook.waitsFor.map((wait) => (
            <li key={wait}>{prose(wait)}</li>
          ))}
        </ol>
      )}
      <dl className="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        {outlook.effects.map((effect) => (
          <div key={effect.signal} title="candidate minus champion, 95 % interval">
            <dt>{words(effect.signal)}, difference</dt>
            <dd>
              {number(effect.value)} ({number(effect.low)} to {number(effect.high)}), n {count(effect.n)}
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

/** Only what has touched no traffic can be withdrawn; what has is rolled back. */
const OPEN = ['PENDING', 'WAITING_WINDOW'];

/** Takes a proposal back before anybody saw it; its plan comes first. */
export function Withdraw({ rollout }: { readonly rollout: Rollout }) {
  const [asked, setAsked] = useState(false);
  const queries = useQueryClient();
  const withdraw = useMutation({
    mutationFn: (reason: string) => post<Rollout>(`/deployments/${encodeURIComponent(rollout.product)}/rollouts/${encodeURIComponent(rollout.id)}/withdrawal`, { reason }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['deployment', rollout.product] }),
  });
  if (!OPEN.includes(rollout.state)) return null;
  if (!asked) {
    return (
      <div className="actions">
        <button type="button" className="btn" onClick={() => setAsked(true)}>
          Withdraw {rollout.to}…
        </button>
      </div>
    );
  }
  return (
    <ReasonForm name={`Withdraw ${rollout.to}`} ask={`Why is ${rollout.to} taken back?`} verb={`Withdraw ${rollout.to}`} deed={withdraw} leave={{ say: 'Keep it', go: () => setAsked(false) }}>
      <p>
        Nobody has seen {rollout.to} yet, and nobody will; {rollout.from ?? 'what answers now'} goes on answering. It can be proposed again.
      </p>
    </ReasonForm>
  );
}
