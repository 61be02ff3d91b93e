import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { post } from '../../shared/api/client';
import { useMe } from '../../shared/api/queries';
import type { Rollout } from '../../shared/api/types';

/** Lets a waiting release begin, in the name of whoever is asking. */
export function Approve({ rollout }: { readonly rollout: Rollout }) {
  const [reason, setReason] = useState('');
  const me = useMe().data;
  const queries = useQueryClient();
  const approve = useMutation({
    mutationFn: () => post<Rollout>(`/deployments/${encodeURIComponent(rollout.product)}/rollouts/${encodeURIComponent(rollout.id)}/approvals`, { reason }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['deployment', rollout.product] }),
  });
  return (
    <form
      className="plan"
      aria-label={`Approve the release of ${rollout.to}`}
      onSubmit={(event) => {
        event.preventDefault();
        approve.mutate();
      }}
    >
      <label className="field" htmlFor={`approve-${rollout.id}`}>
        Why may {rollout.to} see traffic?
      </label>
      <input id={`approve-${rollout.id}`} className="text" required maxLength={300} value={reason} onChange={(event) => setReason(event.target.value)} />
      {approve.error && (
        <p className="wrong" role="alert">
          {approve.error.message}
        </p>
      )}
      <div className="row">
        <button type="submit" className="btn primary" disabled={approve.isPending}>
          Approve {rollout.to}
        </button>
        {me && <span className="muted">as {me.user}</span>}
      </div>
    </form>
  );
}
