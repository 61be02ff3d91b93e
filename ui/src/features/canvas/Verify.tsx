import { useMutation } from '@tanstack/react-query';
import { get } from '../../shared/api/client';
import type { Verification } from '../../shared/api/contract';
import { Glyph } from '../../shared/ui/Glyph';

/** Whether the chain of versions is what was signed, checked now and not remembered. */
export function Verify({ product }: { readonly product: string }) {
  const check = useMutation({ mutationFn: () => get<Verification>(`/canvases/${encodeURIComponent(product)}/verify`) });
  return (
    <div className="actions">
      <button type="button" className="btn small" disabled={check.isPending} onClick={() => check.mutate()}>
        Verify the chain
      </button>
      <span role="status">{check.data && <Verified found={check.data} />}</span>
      {check.error && (
        <p className="wrong" role="alert">
          {check.error.message}
        </p>
      )}
    </div>
  );
}

export function Verified({ found }: { readonly found: Verification }) {
  if (found.intact) {
    return (
      <>
        <Glyph state="CONFORMS" size={12} /> {found.versions === 1 ? 'The version is' : `All ${found.versions} versions are`} as signed by <span className="mono">{found.keyId}</span>.
      </>
    );
  }
  return (
    <>
      <Glyph state="VIOLATED" size={12} /> The chain is not what was signed: {found.problems.join('; ')}
    </>
  );
}
