import { Link } from 'react-router';
import { useExperiments, type ExperimentRow } from '../../shared/api/tracking';
import { count } from '../../shared/lib/format';
import { dateTime } from '../../shared/lib/time';
import { Asked, Empty } from '../../shared/ui/Asked';
import { Head } from '../../shared/ui/Head';

/** Every experiment: those of the products' pipelines and those that clients log to. */
export function Experiments() {
  return (
    <Asked query={useExperiments()}>
      {(experiments) => (
        <>
          <Head title={headline(experiments)} lead="Runs of pipelines and of MLflow's clients are the same records. A pipeline's experiment has its product's name.">
            <Link className="btn" to="models">
              Registered models
            </Link>
          </Head>
          <div className="table-wrap" tabIndex={0} role="group" aria-label="Experiments">
            <table className="narrow-table">
              <thead>
                <tr>
                  <th>Experiment</th>
                  <th className="num">Runs</th>
                  <th className="num">Running</th>
                  <th>Newest run</th>
                  <th>Made</th>
                </tr>
              </thead>
              <tbody>
                {experiments.toSorted((a, b) => Date.parse(b.newest ?? b.createdAt) - Date.parse(a.newest ?? a.createdAt)).map((one) => (
                  <tr key={one.id}>
                    <td>
                      <Link to={one.id}>{one.name}</Link>
                    </td>
                    <td className="num">{count(one.runs)}</td>
                    <td className="num">{one.running === 0 ? '–' : count(one.running)}</td>
                    <td className="nowrap">{one.newest ? dateTime(one.newest) : '–'}</td>
                    <td className="nowrap">{dateTime(one.createdAt)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          {experiments.every(({ runs }) => runs === 0) && (
            <Empty title="Log a first run" command={`mlflow.set_tracking_uri("${location.origin}")`}>
              The Python client of MLflow works as it is; say where this server is, and start a run:
            </Empty>
          )}
        </>
      )}
    </Asked>
  );
}

function headline(experiments: readonly ExperimentRow[]): string {
  const runs = experiments.reduce((sum, one) => sum + one.runs, 0);
  const running = experiments.reduce((sum, one) => sum + one.running, 0);
  if (runs === 0) return 'No run is logged yet.';
  return `${count(runs)} run${runs === 1 ? '' : 's'} in ${experiments.length} experiment${experiments.length === 1 ? '' : 's'}; ${running === 0 ? 'none is' : running === 1 ? 'one is' : `${count(running)} are`} running.`;
}
