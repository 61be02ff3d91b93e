import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { post } from '../../shared/api/client';
import { millis } from '../../shared/lib/format';
import type { DeploymentView, Rollout } from '../../shared/api/types';

/** Gives the traffic back, after showing who will see what and how to return. */
export function Rollback({ view }: { readonly view: DeploymentView }) {
  const [shown, setShown] = useState(false);
  const [reason, setReason] = useState('');
  const queries = useQueryClient();
  const back = useMutation({
    mutationFn: async () => {
      const from = performance.now();
      await post<Rollout>(`/deployments/${encodeURIComponent(view.product)}/rollback`, { reason });
      return performance.now() - from;
    },
    onSuccess: () => {
      setShown(false);
      return queries.invalidateQueries({ queryKey: ['deployment', view.product] });
    },
  });
  const running = view.rollouts.find((rollout) => rollout.finishedAt === undefined);
  const target = running?.from ?? view.aliases['previous'];
  const leaving = running?.to ?? view.aliases['champion'];
  if (!target) return null;
  if (!shown) {
    return (
      <p className="cause">
        {back.data !== undefined && <b>The traffic moved in {millis(back.data)}, measured from the click.</b>}
        <button type="button" className="btn" onClick={() => setShown(true)}>
          Roll back to {target}
        </button>
      </p>
    );
  }
  return (
    <form
      className="plan"
      aria-label="Plan of the rollback"
      onSubmit={(event) => {
        event.preventDefault();
        back.mutate();
      }}
    >
      <h2>Plan: everybody gets {target}</h2>
      <p>
        All traffic moves from {leaving ?? 'the current version'} to {target} at once; {target} stays loaded, so no request waits. {leaving ? `To return, release ${leaving} again: it has to pass its rollout like any version.` : ''}
      </p>
      <label className="field" htmlFor="rollback-reason">
        Why
      </label>
      <input id="rollback-reason" className="text" required maxLength={300} value={reason} onChange={(event) => setReason(event.target.value)} />
      {back.error && (
        <p className="wrong" role="alert">
          {back.error.message}
        </p>
      )}
      <div className="row">
        <button type="submit" className="btn primary" disabled={back.isPending}>
          Roll back to {target}
        </button>
        <button type="button" className="btn" onClick={() => setShown(false)}>
          Keep it as it is
        </button>
      </div>
    </form>
  );
}
