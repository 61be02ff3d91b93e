import { useMutation, useQueryClient } from '@tanstack/react-query';
import { post } from '../../shared/api/client';
import { useMe } from '../../shared/api/queries';
import type { Rollout } from '../../shared/api/types';
import { ReasonForm } from '../../shared/ui/ReasonForm';

/** Lets a waiting release begin, in the name of whoever is asking. */
export function Approve({ rollout }: { readonly rollout: Rollout }) {
  const me = useMe().data;
  const queries = useQueryClient();
  const approve = useMutation({
    mutationFn: (reason: string) => post<Rollout>(`/deployments/${encodeURIComponent(rollout.product)}/rollouts/${encodeURIComponent(rollout.id)}/approvals`, { reason }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['deployment', rollout.product] }),
  });
  return <ReasonForm name={`Approve the release of ${rollout.to}`} ask={`Why may ${rollout.to} see traffic?`} verb={`Approve ${rollout.to}`} deed={approve} as={me?.user} />;
}
