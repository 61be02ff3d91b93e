import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { postMlflow } from '../../shared/api/client';

const REFRESHED = ['record', 'experiments', 'experiment-runs', 'run-groups'];
/** As many at a time: a hundred requests at once would stand in each other's way. */
const AT_ONCE = 8;

/** What was done, and to which runs, so that it can be taken back. */
interface Done {
  readonly runs: readonly string[];
  readonly archived: boolean;
}

const runs = (count: number) => `${count} run${count === 1 ? '' : 's'}`;

/** Asks for each in turn; those that went through are told even where one fails. */
export async function inTurn(items: readonly string[], ask: (item: string) => Promise<unknown>): Promise<{ readonly done: string[]; readonly wrong: string }> {
  const done: string[] = [];
  let wrong = '';
  for (let from = 0; from < items.length; from += AT_ONCE) {
    const some = items.slice(from, from + AT_ONCE);
    // oxlint-disable-next-line no-await-in-loop -- a few at a time
    const answers = await Promise.allSettled(some.map(ask));
    answers.forEach((answer, index) => {
      if (answer.status === 'fulfilled') done.push(some[index] ?? '');
      else if (wrong === '') wrong = answer.reason instanceof Error ? answer.reason.message : 'The server did not answer.';
    });
  }
  return { done, wrong };
}

/** Puts the chosen runs into the archive, or takes them out; either way the other is a click away. */
export function Archive({ chosen, archived, clear }: { readonly chosen: readonly string[]; readonly archived: boolean; readonly clear: () => void }) {
  const queries = useQueryClient();
  const [last, setLast] = useState<Done>();
  const move = useMutation({
    mutationFn: async ({ items, into }: { readonly items: readonly string[]; readonly into: boolean }) => {
      const { done, wrong } = await inTurn(items, (run) => postMlflow(into ? '/runs/delete' : '/runs/restore', { run_id: run }));
      if (done.length > 0) setLast({ runs: done, archived: into });
      await queries.invalidateQueries({ predicate: ({ queryKey }) => REFRESHED.includes(String(queryKey[0])) });
      if (wrong !== '') throw new Error(`${runs(items.length - done.length)} stayed where they were: ${wrong}`);
    },
    onSuccess: clear,
  });
  return (
    <>
      {chosen.length > 0 && (
        <>
          <button type="button" className="btn small" disabled={move.isPending} onClick={() => move.mutate({ items: chosen, into: !archived })}>
            {archived ? `Take ${runs(chosen.length)} out of the archive` : `Archive ${runs(chosen.length)}`}
          </button>
          <button type="button" className="link" onClick={clear}>
            Clear the choice
          </button>
        </>
      )}
      {last && chosen.length === 0 && (
        <span role="status">
          {runs(last.runs.length)} {last.archived ? 'in the archive' : 'taken out of the archive'}.{' '}
          <button type="button" className="link" disabled={move.isPending} onClick={() => move.mutate({ items: last.runs, into: !last.archived })}>
            Undo
          </button>
        </span>
      )}
      {move.error && (
        <p className="wrong" role="alert">
          {move.error.message}
        </p>
      )}
    </>
  );
}
