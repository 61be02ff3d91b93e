import { Link, useParams } from 'react-router';
import { useRuns } from '../../shared/api/queries';
import type { Run } from '../../shared/api/types';
import { millis, words } from '../../shared/lib/format';
import { dateTime } from '../../shared/lib/time';
import { Asked, Empty } from '../../shared/ui/Asked';
import { Head } from '../../shared/ui/Head';
import { Pill } from '../../shared/ui/Pill';
import { prose, shortId } from '../../shared/lib/prose';

/** Every run with the cause that started it, newest first. */
export function Runs() {
  const { product = '' } = useParams();
  return (
    <Asked query={useRuns(product)}>
      {(runs) => (
        <>
          <Head title={headline(runs)} lead="Each run has a cause; a step whose inputs did not change comes from the cache and says so." />
          {runs.length === 0 ? (
            <Empty title="No run yet" command={`./espalier run ${product}`}>
              A run takes the data through train, evaluate and register. Start one:
            </Empty>
          ) : (
            <Table runs={runs.toSorted((a, b) => Date.parse(b.createdAt) - Date.parse(a.createdAt))} />
          )}
        </>
      )}
    </Asked>
  );
}

function headline(runs: readonly Run[]): string {
  const working = runs.find((run) => run.finishedAt === undefined);
  if (working) return `The newest run is working: ${prose(working.cause.reason)}`;
  const good = runs.filter((run) => run.state === 'SUCCEEDED').length;
  return runs.length === 0 ? 'Nothing has run yet.' : `${good} of ${runs.length} runs succeeded.`;
}

function Table({ runs }: { readonly runs: readonly Run[] }) {
  return (
    <div className="table-wrap" tabIndex={0} role="group" aria-label="Table">
      <table>
        <thead>
          <tr>
            <th>Run</th>
            <th>State</th>
            <th>Cause</th>
            <th>Started (product time)</th>
            <th>Canvas</th>
            <th className="num">Cached steps</th>
            <th className="num">Took</th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <tr key={run.id}>
              <td className="nowrap">
                <Link to={run.id} title={run.id}>
                  {shortId(run.id)}
                </Link>
              </td>
              <td>
                <Pill outcome={run.state} />
              </td>
              <td>
                <b>{words(run.cause.trigger)}</b> {prose(run.cause.reason)}
              </td>
              <td className="nowrap">{dateTime(run.createdAt)}</td>
              <td className="mono">{run.canvasVersion}</td>
              <td className="num">
                {run.steps.filter((step) => step.state === 'CACHED').length}/{run.steps.length}
              </td>
              <td className="num">{millis(run.wallMillis)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
