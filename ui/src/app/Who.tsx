import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { isMissing, session } from '../shared/api/client';
import { useMe } from '../shared/api/queries';
import { Icon } from '../shared/ui/Icon';

/** Who is asking: this machine, or whoever a token names. The token lives in this tab only. */
export function Who() {
  const me = useMe();
  const queries = useQueryClient();
  const [open, setOpen] = useState(false);
  const [token, setToken] = useState('');
  if (isMissing(me.error)) return null;
  const use = (next: string) => {
    session.use(next.trim());
    setToken('');
    setOpen(false);
    void queries.invalidateQueries();
  };
  const named = session.token() !== '';
  return (
    <span className="who">
      <button type="button" className="chip" aria-expanded={open} aria-label={`Acting as ${me.data?.user ?? 'nobody'}`} onClick={() => setOpen(!open)}>
        <Icon name="person" size={14} /> {me.error ? 'token refused' : (me.data?.user ?? '…')}
      </button>
      {open && (
        <form
          className="pop"
          aria-label="Who is asking"
          onSubmit={(event) => {
            event.preventDefault();
            use(token);
          }}
        >
          <p>{named ? 'This tab acts with a token.' : 'Without a token you act from this machine, for the owner of each canvas.'}</p>
          <label className="field" htmlFor="who-token">
            Token of another member
          </label>
          <input id="who-token" className="text mono" type="password" autoComplete="off" placeholder="esp_…" value={token} onKeyDown={(event) => event.key === 'Escape' && setOpen(false)} onChange={(event) => setToken(event.target.value)} />
          <div className="actions">
            <button type="submit" className="btn primary" disabled={token.trim() === ''}>
              Use it in this tab
            </button>
            {named && (
              <button type="button" className="btn" onClick={() => use('')}>
                Forget it
              </button>
            )}
          </div>
        </form>
      )}
    </span>
  );
}
