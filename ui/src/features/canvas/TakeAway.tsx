import { useMutation } from '@tanstack/react-query';
import { useRef } from 'react';
import { getBlob, post } from '../../shared/api/client';
import type { SignedBoardCheck } from '../../shared/api/types';
import { save } from '../../shared/lib/save';
import { dateTime } from '../../shared/lib/time';
import { Glyph } from '../../shared/ui/Glyph';

/** The most that is read of a file that somebody hands in: a board has some hundred kilobytes. */
const MOST = 4_000_000;

/** What others can take away: the board as it is now, signed; whether a copy is genuine; a badge. */
export function TakeAway({ product }: { readonly product: string }) {
  const base = `/api/v1/canvases/${encodeURIComponent(product)}`;
  const file = useRef<HTMLInputElement>(null);
  const take = useMutation({ mutationFn: async () => save(`${product}-conformance.json`, await getBlob(`${base}/snapshot`)) });
  const check = useMutation({ mutationFn: async (copy: File) => post<SignedBoardCheck>(`/canvases/${encodeURIComponent(product)}/snapshot/check`, await contentOf(copy)) });
  const error = take.error ?? check.error;
  return (
    <section className="band take-away" aria-label="Take away">
      <h2>For those who cannot look here</h2>
      <p className="muted">A signed copy is the whole board of this moment, signed with the key that signs the versions. Whoever has it can have it checked here, whatever happened since.</p>
      <div className="actions">
        <button type="button" className="btn small" disabled={take.isPending} onClick={() => take.mutate()}>
          Download a signed copy
        </button>
        <button type="button" className="btn small" disabled={check.isPending} onClick={() => file.current?.click()}>
          Check a signed copy
        </button>
        <input
          ref={file}
          type="file"
          accept="application/json,.json"
          className="visually-hidden"
          aria-label="A signed copy to check"
          tabIndex={-1}
          onChange={({ target }) => {
            const chosen = target.files?.[0];
            if (chosen) check.mutate(chosen);
            target.value = '';
          }}
        />
        <span role="status">{check.data && <Checked found={check.data} />}</span>
      </div>
      {error && (
        <p className="wrong" role="alert">
          {error.message}
        </p>
      )}
      <p>
        <img src={`${base}/badge.svg`} height="20" alt="The board's badge" />
      </p>
      <p>
        As Markdown: <code className="mono">{`![canvas](${typeof location === 'undefined' ? '' : location.origin}${base}/badge.svg)`}</code>
      </p>
    </section>
  );
}

async function contentOf(copy: File): Promise<unknown> {
  if (copy.size > MOST) throw new Error(`${copy.name} is too long for a signed copy of a board.`);
  const text = await copy.text();
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new Error(`${copy.name} is not JSON, so it is no signed copy of a board.`);
  }
}

export function Checked({ found }: { readonly found: SignedBoardCheck }) {
  if (found.intact) {
    return (
      <>
        <Glyph state="CONFORMS" size={12} /> Genuine: the board of canvas {found.version} on {dateTime(found.takenAt)}.
      </>
    );
  }
  return (
    <>
      <Glyph state="VIOLATED" size={12} /> Not what was signed here: {found.problems.join(' ')}
    </>
  );
}
