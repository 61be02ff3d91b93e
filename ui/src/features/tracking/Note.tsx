import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { postMlflow } from '../../shared/api/client';
import { Markdown } from '../../shared/ui/Markdown';

const NOTE = 'mlflow.note.content';
const MOST = 5000;

/** What somebody wrote about a run, in Markdown as MLflow's clients keep it; and putting the run away. */
export function Note({ run, note, deleted }: { readonly run: string; readonly note: string; readonly deleted: boolean }) {
  const queries = useQueryClient();
  const [text, setText] = useState<string>();
  const again = () => queries.invalidateQueries({ predicate: ({ queryKey }) => ['record', 'experiments', 'experiment-runs', 'run-groups'].includes(String(queryKey[0])) });
  const keep = useMutation({
    mutationFn: (value: string) => postMlflow('/runs/set-tag', { run_id: run, key: NOTE, value }),
    onSuccess: () => {
      setText(undefined);
      return again();
    },
  });
  const away = useMutation({ mutationFn: () => postMlflow(deleted ? '/runs/restore' : '/runs/delete', { run_id: run }), onSuccess: again });
  const wrong = keep.error ?? away.error;
  return (
    <section aria-label="Note">
      {note !== '' && text === undefined && (
        <div className="sheet">
          <Markdown source={note} />
        </div>
      )}
      {text !== undefined && (
        <form
          className="sheet"
          aria-label="Note on this run"
          onSubmit={(event) => {
            event.preventDefault();
            keep.mutate(text);
          }}
        >
          <textarea className="text" aria-label="Note in Markdown" rows={6} maxLength={MOST} value={text} onChange={(event) => setText(event.target.value)} />
          <div className="actions">
            <button type="submit" className="btn primary" disabled={keep.isPending}>
              Keep the note
            </button>
            <button type="button" className="btn" onClick={() => setText(undefined)}>
              Leave it
            </button>
          </div>
        </form>
      )}
      {wrong && (
        <p className="wrong" role="alert">
          {wrong.message}
        </p>
      )}
      {text === undefined && (
        <div className="actions">
          <button type="button" className="btn small" onClick={() => setText(note)}>
            {note === '' ? 'Write a note' : 'Change the note'}
          </button>
          <button type="button" className="btn small" disabled={away.isPending} onClick={() => away.mutate()}>
            {deleted ? 'Take it out of the archive' : 'Archive the run'}
          </button>
        </div>
      )}
    </section>
  );
}
