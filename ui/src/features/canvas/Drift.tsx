import { useMutation, useQueryClient } from '@tanstack/react-query';
import { isMissing, post } from '../../shared/api/client';
import type { DriftRow } from '../../shared/api/contract';
import { useCanvasDrift } from '../../shared/api/queries';
import { dateTime } from '../../shared/lib/time';
import { plain } from './Diff';

/** Resources that somebody changed by hand: keep the change as an answer, or set it back. */
export function Drift({ product }: { readonly product: string }) {
  const drift = useCanvasDrift(product);
  const queries = useQueryClient();
  const settle = useMutation({
    mutationFn: ({ id, how }: { readonly id: string; readonly how: 'adopt' | 'revert' }) => post(`/canvases/${encodeURIComponent(product)}/drift/${encodeURIComponent(id)}/${how}`, {}),
    onSuccess: () => queries.invalidateQueries({ predicate: ({ queryKey }) => ['conformance', 'draft'].includes(String(queryKey[0])) }),
  });
  if (drift.error) return <p className="muted">{isMissing(drift.error) ? 'This server does not look for changes by hand yet.' : drift.error.message}</p>;
  const open = (drift.data ?? []).filter((row) => row.state === 'OPEN');
  const adopted = (drift.data ?? []).filter((row) => row.state === 'ADOPTED').length;
  return (
    <section className="band">
      <h2>Changed by hand</h2>
      {adopted > 0 && <p>{adopted === 1 ? 'One change is kept as an answer: it stands in the draft and waits' : `${adopted} changes are kept as answers: they stand in the draft and wait`} to be applied.</p>}
      {open.length === 0 && adopted === 0 && <p className="muted">Every generated resource is as the canvas says.</p>}
      {settle.error && (
        <p className="wrong" role="alert">
          {settle.error.message}
        </p>
      )}
      {open.map((row: DriftRow) => (
        <div key={row.id} className="sheet">
          <b>{row.resource}</b> <span className="mono">{row.field}</span> was {plain(JSON.stringify(row.expected))}, is {plain(JSON.stringify(row.actual))}
          <span className="muted">
            {row.by && ` by ${row.by}`}, {dateTime(row.at)}
          </span>
          <div className="actions">
            <button type="button" className="btn small" onClick={() => settle.mutate({ id: row.id, how: 'adopt' })}>
              Adopt it as an answer
            </button>
            <button type="button" className="btn small" onClick={() => settle.mutate({ id: row.id, how: 'revert' })}>
              Set it back
            </button>
          </div>
        </div>
      ))}
    </section>
  );
}
