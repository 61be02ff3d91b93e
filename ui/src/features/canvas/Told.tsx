import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { post } from '../../shared/api/client';
import { useBoardWebhooks, useMe } from '../../shared/api/queries';
import type { BoardWebhook, BoardWebhookTest, State } from '../../shared/api/types';
import { stateLooks } from '../../shared/lib/state';
import { dateTime } from '../../shared/lib/time';
import { Glyph } from '../../shared/ui/Glyph';

/** The states that somebody may want to hear of. */
const TOLD: readonly State[] = ['VIOLATED', 'AT_RISK', 'STALE', 'NO_EVIDENCE', 'CONFORMS'];

/** Who hears of it when an answer turns: addresses that are told, signed and retried. */
export function Told({ product }: { readonly product: string }) {
  const base = `/canvases/${encodeURIComponent(product)}/webhooks`;
  const me = useMe().data;
  const may = me !== undefined && (me.via === 'LOOPBACK' || ['OWNER', 'MAINTAINER'].includes(me.roles?.[product] ?? ''));
  const hooks = useBoardWebhooks(product, may);
  const queries = useQueryClient();
  const refresh = () => queries.invalidateQueries({ queryKey: ['webhooks', product] });
  const test = useMutation({ mutationFn: (hook: BoardWebhook) => post<BoardWebhookTest>(`${base}/${encodeURIComponent(hook.id)}/test`, {}) });
  const remove = useMutation({ mutationFn: (hook: BoardWebhook) => post(`${base}/${encodeURIComponent(hook.id)}/remove`, {}), onSuccess: refresh });
  if (!may) return null;
  const rows = hooks.data ?? [];
  const error = hooks.error ?? test.error ?? remove.error;
  return (
    <section className="band" aria-label="Who is told">
      <h2>{rows.length === 0 ? 'Nobody is told when an answer turns' : rows.length === 1 ? 'One address is told when an answer turns' : `${rows.length} addresses are told when an answer turns`}</h2>
      <ul className="lines">
        {rows.map((hook) => (
          <li key={hook.id}>
            <span>
              <b>{hook.name}</b> <span className="mono">{hook.url}</span>{' '}
              <span className="muted">
                of {hook.states.map((state) => stateLooks[state].word.toLowerCase()).join(', ')}; {hook.signed ? 'signed' : 'unsigned'}, since {dateTime(hook.createdAt)}
                {hook.waiting > 0 && `; ${hook.waiting} on the way`}
              </span>
              {test.data && test.variables.id === hook.id && (
                <span role="status">
                  {' '}
                  <Glyph state={test.data.success ? 'CONFORMS' : 'VIOLATED'} size={11} /> {test.data.success ? `It answered ${test.data.status}.` : (test.data.problem ?? `It answered ${test.data.status}.`)}
                </span>
              )}
            </span>
            <span>
              <button type="button" className="btn small" disabled={test.isPending} onClick={() => test.mutate(hook)}>
                Send a test
              </button>{' '}
              <button type="button" className="btn small" disabled={remove.isPending} onClick={() => remove.mutate(hook)}>
                Tell {hook.name} no more
              </button>
            </span>
          </li>
        ))}
      </ul>
      {error && (
        <p className="wrong" role="alert">
          {error.message}
        </p>
      )}
      <NewHook base={base} made={refresh} />
    </section>
  );
}

function NewHook({ base, made }: { readonly base: string; readonly made: () => Promise<void> }) {
  const [open, setOpen] = useState(false);
  const [name, setName] = useState('');
  const [url, setUrl] = useState('');
  const [secret, setSecret] = useState('');
  const [states, setStates] = useState<readonly State[]>(['VIOLATED']);
  const create = useMutation({
    mutationFn: () => post<BoardWebhook>(base, { name: name.trim(), url: url.trim(), states, ...(secret === '' ? {} : { secret }) }),
    onSuccess: async () => {
      setOpen(false);
      setName('');
      setUrl('');
      setSecret('');
      await made();
    },
  });
  if (!open) {
    return (
      <div className="actions">
        <button type="button" className="btn small" onClick={() => setOpen(true)}>
          Tell an address…
        </button>
      </div>
    );
  }
  return (
    <form
      className="plan"
      aria-label="Tell an address"
      onSubmit={(event) => {
        event.preventDefault();
        create.mutate();
      }}
    >
      <p className="muted">Each change is posted as JSON with its reason and a link, signed where a secret is given, and repeated until it is taken. Only https, and no address inside the network.</p>
      <label className="field" htmlFor="hook-name">
        Name
      </label>
      <input id="hook-name" className="text" required maxLength={200} value={name} onChange={(event) => setName(event.target.value)} />
      <label className="field" htmlFor="hook-url">
        Address
      </label>
      <input id="hook-url" className="text" type="url" required maxLength={500} placeholder="https://example.org/hook" value={url} onChange={(event) => setUrl(event.target.value)} />
      <label className="field" htmlFor="hook-secret">
        Secret for the signature (optional)
      </label>
      <input id="hook-secret" className="text" type="password" autoComplete="off" maxLength={1000} value={secret} onChange={(event) => setSecret(event.target.value)} />
      <fieldset className="choices">
        <legend className="field">When an answer turns</legend>
        {TOLD.map((state) => (
          <label key={state} className="check">
            <input type="checkbox" checked={states.includes(state)} onChange={({ target }) => setStates(target.checked ? [...states, state] : states.filter((one) => one !== state))} /> {stateLooks[state].word.toLowerCase()}
          </label>
        ))}
      </fieldset>
      {create.error && (
        <p className="wrong" role="alert">
          {create.error.message}
        </p>
      )}
      <div className="row">
        <button type="submit" className="btn primary" disabled={create.isPending || states.length === 0}>
          Tell it from now on
        </button>
        <button type="button" className="btn" onClick={() => setOpen(false)}>
          Leave it
        </button>
      </div>
    </form>
  );
}
