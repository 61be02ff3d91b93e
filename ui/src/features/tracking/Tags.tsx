import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type KeyboardEvent } from 'react';
import { postMlflow } from '../../shared/api/client';
import { hidden } from './view';

const MOST_KEY = 250;
const MOST_VALUE = 8000;
const REFRESHED = ['record', 'experiments', 'experiment-runs', 'run-groups'];

/** The tags of a run, each changed where it stands; those that clients keep for themselves are not shown. */
export function Tags({ run, tags }: { readonly run: string; readonly tags: Readonly<Record<string, string>> }) {
  const queries = useQueryClient();
  const [editing, setEditing] = useState<{ readonly key: string; readonly value: string; readonly fresh: boolean }>();
  const again = () => queries.invalidateQueries({ predicate: ({ queryKey }) => REFRESHED.includes(String(queryKey[0])) });
  const set = useMutation({
    mutationFn: ({ key, value }: { readonly key: string; readonly value: string }) => postMlflow('/runs/set-tag', { run_id: run, key, value }),
    onSuccess: () => {
      setEditing(undefined);
      return again();
    },
  });
  const drop = useMutation({ mutationFn: (key: string) => postMlflow('/runs/delete-tag', { run_id: run, key }), onSuccess: again });
  const shown = Object.entries(tags).filter(([key]) => !hidden(key));
  const wrong = set.error ?? drop.error;
  const taken = editing?.fresh === true && tags[editing.key.trim()] !== undefined;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') setEditing(undefined);
  };
  const form = editing && (
    <form
      className="tag-form"
      aria-label={editing.fresh ? 'New tag' : `Tag ${editing.key}`}
      onSubmit={(event) => {
        event.preventDefault();
        set.mutate({ key: editing.key.trim(), value: editing.value });
      }}
    >
      {editing.fresh ? <input className="text mono" aria-label="Key of the tag" placeholder="key" required maxLength={MOST_KEY} value={editing.key} onKeyDown={onKeyDown} onChange={(event) => setEditing({ ...editing, key: event.target.value })} /> : <span className="mono">{editing.key}</span>}
      <input className="text mono" aria-label="Value of the tag" placeholder="value" maxLength={MOST_VALUE} value={editing.value} onKeyDown={onKeyDown} onChange={(event) => setEditing({ ...editing, value: event.target.value })} />
      <button type="submit" className="btn small" disabled={set.isPending || editing.key.trim() === '' || taken}>
        Keep
      </button>
      <button type="button" className="btn small" onClick={() => setEditing(undefined)}>
        Leave it
      </button>
      {taken && <span className="muted">There is a tag {editing.key.trim()} already: change it where it stands.</span>}
    </form>
  );
  return (
    <>
      <div className="chart-title">
        <h2>Tags</h2>
        {editing === undefined && (
          <button type="button" className="btn small" onClick={() => setEditing({ key: '', value: '', fresh: true })}>
            Add a tag
          </button>
        )}
      </div>
      {shown.length === 0 && editing === undefined && <p className="muted">It has no tags. A tag can be a column of the table, and runs can be grouped by it.</p>}
      <ul className="tags">
        {shown.map(([key, value]) => (
          <li key={key}>
            {editing?.fresh === false && editing.key === key ? (
              form
            ) : (
              <>
                <span className="mono muted">{key}</span>
                <button type="button" className="link mono" aria-label={`Change the tag ${key}: ${value === '' ? 'empty' : value}`} onClick={() => setEditing({ key, value, fresh: false })}>
                  {value === '' ? 'empty' : value}
                </button>
                <button type="button" className="link muted" aria-label={`Remove the tag ${key}`} disabled={drop.isPending} onClick={() => drop.mutate(key)}>
                  remove
                </button>
              </>
            )}
          </li>
        ))}
        {editing?.fresh === true && <li>{form}</li>}
      </ul>
      {wrong && (
        <p className="wrong" role="alert">
          {wrong.message}
        </p>
      )}
    </>
  );
}
