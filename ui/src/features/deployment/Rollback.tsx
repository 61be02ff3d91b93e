import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { post } from '../../shared/api/client';
import { millis } from '../../shared/lib/format';
import type { DeploymentView, Rollout } from '../../shared/api/types';
import { ReasonForm } from '../../shared/ui/ReasonForm';

/** Gives the traffic back, after showing who will see what and how to return. */
export function Rollback({ view }: { readonly view: DeploymentView }) {
  const [shown, setShown] = useState(false);
  const queries = useQueryClient();
  const back = useMutation({
    mutationFn: async (reason: string) => {
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
    <ReasonForm name="Plan of the rollback" verb={`Roll back to ${target}`} deed={back} leave={{ say: 'Keep it as it is', go: () => setShown(false) }}>
      <h2>Plan: everybody gets {target}</h2>
      <p>
        All traffic moves from {leaving ?? 'the current version'} to {target} at once; {target} stays loaded, so no request waits. {leaving ? `To return, release ${leaving} again: it has to pass its rollout like any version.` : ''}
      </p>
    </ReasonForm>
  );
}
