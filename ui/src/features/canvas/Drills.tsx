import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useParams } from 'react-router';
import { post } from '../../shared/api/client';
import { useDrillRecords, useDrills } from '../../shared/api/queries';
import type { DrillInfo, DrillRecord } from '../../shared/api/types';
import { dateTime } from '../../shared/lib/time';
import { Asked, Empty } from '../../shared/ui/Asked';
import { DrillResult } from '../../shared/ui/DrillResult';
import { Head } from '../../shared/ui/Head';
import { Pill } from '../../shared/ui/Pill';

/** What do we know to work, because it was made to happen? */
export function Drills() {
  const { product = '' } = useParams();
  const drills = useDrills(product);
  const records = useDrillRecords(product);
  return (
    <Asked query={drills}>
      {(known) => {
        const runs = records.data ?? [];
        const passed = new Set(runs.filter((run) => run.passed).map((run) => run.drill)).size;
        return (
          <>
            <Head
              title={runs.length === 0 ? 'Nothing has been drilled yet.' : `${passed} of ${known.length} drills have passed.`}
              lead="A drill makes the incident happen before it happens: in a lane of its own, never in production traffic. What it sees is evidence."
            />
            {known.length === 0 && (
              <Empty title="No drills" command={`./espalier drill ${product}`}>
                Drills come with answers that need them, such as fallback, rollback and load. See which:
              </Empty>
            )}
            {known.map((drill) => (
              <One key={drill.name} drill={drill} product={product} records={runs.filter((run) => run.drill === drill.name)} />
            ))}
          </>
        );
      }}
    </Asked>
  );
}

function One({ drill, product, records }: { readonly drill: DrillInfo; readonly product: string; readonly records: readonly DrillRecord[] }) {
  const queries = useQueryClient();
  const run = useMutation({
    mutationFn: () => post<DrillRecord>(`/drills/${encodeURIComponent(product)}/${encodeURIComponent(drill.name)}`, {}),
    onSuccess: () => queries.invalidateQueries({ predicate: ({ queryKey }) => ['conformance', 'drills'].includes(String(queryKey[0])) }),
  });
  const last = records[0];
  const shown = run.data ?? last;
  return (
    <section className="band">
      <div className="chart-title">
        <h2>{drill.name.charAt(0).toUpperCase() + drill.name.slice(1)}</h2>
        <span>
          {last && !run.data && (
            <>
              <Pill outcome={last.state} /> <span className="muted">{dateTime(last.at)}</span>{' '}
            </>
          )}
          <button type="button" className="btn" disabled={run.isPending} onClick={() => run.mutate()}>
            {run.isPending ? 'Proving' : 'Prove it now'}
          </button>
        </span>
      </div>
      <p className="muted">{drill.description}</p>
      <div aria-live="polite">
        {run.error && (
          <p className="wrong" role="alert">
            {run.error.message}
          </p>
        )}
        {shown && <DrillResult record={shown} />}
        {shown && (
          <p>
            {[...new Set(shown.observations.map((seen) => seen.question))].map((key) => (
              <Link key={key} className="mono" to={`/p/${product}?q=${encodeURIComponent(key)}`}>
                {key}{' '}
              </Link>
            ))}
          </p>
        )}
      </div>
    </section>
  );
}
