import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { post } from '../../shared/api/client';
import type { Run } from '../../shared/api/types';
import { shortId } from '../../shared/lib/prose';

/** Stop a run that works; start one that has ended again, which takes from the cache what did not change. */
export function RunActions({ run }: { readonly run: Run }) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [sure, setSure] = useState(false);
  const runs = `/pipelines/${encodeURIComponent(run.product)}/runs`;
  const refresh = () => queries.invalidateQueries({ predicate: ({ queryKey }) => ['run', 'runs'].includes(String(queryKey[0])) });
  const cancel = useMutation({ mutationFn: () => post(`${runs}/${encodeURIComponent(run.id)}/cancel`, {}), onSuccess: refresh });
  const again = useMutation({
    mutationFn: () => post<{ readonly id: string }>(runs, { trigger: 'manual', reason: `again, after ${shortId(run.id)}` }),
    onSuccess: async ({ id }) => {
      await refresh();
      await navigate(`/p/${run.product}/runs/${id}`);
    },
  });
  const error = cancel.error ?? again.error;
  return (
    <div className="run-actions">
      {run.finishedAt === undefined ? (
        sure ? (
          <>
            <button type="button" className="btn primary" disabled={cancel.isPending} onClick={() => cancel.mutate()}>
              Stop it; finished steps stay cached
            </button>
            <button type="button" className="btn" onClick={() => setSure(false)}>
              Let it work
            </button>
          </>
        ) : (
          <button type="button" className="btn" onClick={() => setSure(true)}>
            Cancel the run
          </button>
        )
      ) : (
        <button type="button" className="btn" disabled={again.isPending} onClick={() => again.mutate()} title="Steps whose inputs did not change come from the cache">
          {run.state === 'SUCCEEDED' ? 'Run it again' : 'Retry from where it stopped'}
        </button>
      )}
      {error && (
        <p className="wrong" role="alert">
          {error.message}
        </p>
      )}
    </div>
  );
}
