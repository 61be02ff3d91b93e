import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { post } from '../../shared/api/client';
import { useMe } from '../../shared/api/queries';
import type { Evidence } from '../../shared/api/types';

/** A person signs that a clause holds: in their own name, by a token of theirs, never for the machine. */
export function Sign({ product, question, clause }: { readonly product: string; readonly question: string; readonly clause: Evidence }) {
  const me = useMe().data;
  const queries = useQueryClient();
  const [open, setOpen] = useState(false);
  const [statement, setStatement] = useState('');
  const sign = useMutation({
    mutationFn: () => post(`/canvases/${encodeURIComponent(product)}/attest`, { question, clause: clause.clause, statement: statement.trim() }),
    onSuccess: () => {
      setOpen(false);
      return queries.invalidateQueries({ queryKey: ['conformance', product] });
    },
  });
  if (me?.via === 'LOOPBACK') return <p className="muted">A person signs this by a token of their own: choose who is asking at the top right.</p>;
  if (!open) {
    return (
      <button type="button" className="btn small" onClick={() => setOpen(true)}>
        Sign as {me?.user ?? '…'}
      </button>
    );
  }
  return (
    <form
      className="plan"
      aria-label={`Sign ${clause.clause}`}
      onSubmit={(event) => {
        event.preventDefault();
        sign.mutate();
      }}
    >
      <label className="field" htmlFor={`sign-${clause.clause}`}>
        What did you look at?
      </label>
      <input id={`sign-${clause.clause}`} className="text" required maxLength={1000} value={statement} onChange={(event) => setStatement(event.target.value)} />
      {sign.error && (
        <p className="wrong" role="alert">
          {sign.error.message}
        </p>
      )}
      <div className="row">
        <button type="submit" className="btn primary" disabled={sign.isPending || statement.trim() === ''}>
          Sign
        </button>
        <button type="button" className="btn" onClick={() => setOpen(false)}>
          Leave it
        </button>
      </div>
    </form>
  );
}
