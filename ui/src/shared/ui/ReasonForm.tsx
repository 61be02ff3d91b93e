import { useId, useState, type ReactNode } from 'react';

interface Props {
  /** What a screen reader calls the form. */
  readonly name: string;
  /** What is asked; the answer stays with the deed for good. */
  readonly ask?: string;
  /** The button: a verb and what it is done to. */
  readonly verb: string;
  readonly deed: { readonly mutate: (reason: string) => void; readonly error: Error | null; readonly isPending: boolean };
  /** The way out, and what it is called. */
  readonly leave?: { readonly say: string; readonly go: () => void };
  /** In whose name. */
  readonly as?: string | undefined;
  /** The plan: what the deed does, in the order in which it happens. */
  readonly children?: ReactNode;
}

/** A plan, why it is wanted, and the button that does it: the one form of every deed that needs a reason. */
export function ReasonForm({ name, ask = 'Why', verb, deed, leave, as, children }: Props) {
  const [reason, setReason] = useState('');
  const field = useId();
  return (
    <form
      className="plan"
      aria-label={name}
      onSubmit={(event) => {
        event.preventDefault();
        if (reason.trim() !== '') deed.mutate(reason.trim());
      }}
    >
      {children}
      <label className="field" htmlFor={field}>
        {ask}
      </label>
      <input id={field} className="text" required maxLength={300} value={reason} onChange={(event) => setReason(event.target.value)} />
      {deed.error && (
        <p className="wrong" role="alert">
          {deed.error.message}
        </p>
      )}
      <div className="row">
        <button type="submit" className="btn primary" disabled={deed.isPending}>
          {verb}
        </button>
        {leave && (
          <button type="button" className="btn" onClick={leave.go}>
            {leave.say}
          </button>
        )}
        {as !== undefined && <span className="muted">as {as}</span>}
      </div>
    </form>
  );
}
