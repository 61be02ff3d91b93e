import { useMutation, useQueryClient } from '@tanstack/react-query';
import { isMissing, post } from '../../shared/api/client';
import { useDrills } from '../../shared/api/queries';
import type { DrillInfo, DrillRecord, Question } from '../../shared/api/types';
import { DrillResult } from '../../shared/ui/DrillResult';

/** Which drills can speak for a question: those whose name its DRILL clauses carry, else all of them. */
export function drillsFor(question: Pick<Question, 'evidence'>, drills: readonly DrillInfo[]): readonly DrillInfo[] {
  const clauses = question.evidence.filter((evidence) => evidence.kind === 'DRILL').map((evidence) => `${evidence.clause} ${evidence.text}`.toLowerCase());
  const named = drills.filter((drill) => clauses.some((clause) => clause.includes(drill.name.toLowerCase())));
  return named.length > 0 ? named : drills;
}

/** Runs a drill now, in a lane that hurts no traffic, and shows what it saw. */
export function ProveIt({ product, question }: { readonly product: string; readonly question: Question }) {
  const known = useDrills(product);
  const queries = useQueryClient();
  const run = useMutation({
    mutationFn: (name: string) => post<DrillRecord>(`/drills/${encodeURIComponent(product)}/${encodeURIComponent(name)}`, {}),
    onSuccess: () => queries.invalidateQueries({ predicate: ({ queryKey }) => ['conformance', 'drills'].includes(String(queryKey[0])) }),
  });
  if (known.error) return <p className="wrong">{isMissing(known.error) ? 'This server has no drills.' : known.error.message}</p>;
  const drills = drillsFor(question, known.data ?? []);
  return (
    <div className="sheet" aria-live="polite">
      {drills.map((drill) => (
        <div key={drill.name} className="drill-line">
          <button type="button" className="btn small" disabled={run.isPending} onClick={() => run.mutate(drill.name)}>
            {run.isPending && run.variables === drill.name ? `${drill.name} is running` : `Run ${drill.name}`}
          </button>
          <span className="muted">{drill.description}</span>
        </div>
      ))}
      {run.error && (
        <p className="wrong" role="alert">
          {run.error.message}
        </p>
      )}
      {run.data && <DrillResult record={run.data} />}
    </div>
  );
}
