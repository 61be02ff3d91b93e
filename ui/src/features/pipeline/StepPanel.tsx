import { useExplain, useLog } from '../../shared/api/queries';
import type { StepRun } from '../../shared/api/types';
import { millis, words } from '../../shared/lib/format';
import { Pill } from '../../shared/ui/Pill';

/** One step: why it ran or was cached, what it said, what it gave. */
export function StepPanel({ product, run, step }: { readonly product: string; readonly run: string; readonly step: StepRun }) {
  const explain = useExplain(product, run, step.name);
  const log = useLog(product, run, step.name);
  const why = explain.data?.reason || step.cacheReason;
  return (
    <div className="sheet" aria-live="polite">
      <div className="chart-title">
        <h3>{words(step.name)}</h3>
        <span>
          <Pill outcome={step.state} />
        </span>
      </div>
      <p className="muted">
        attempt {step.attempt} · {millis(step.wallMillis)} wall, {millis(step.cpuMillis)} processor{step.executor ? ` · ${words(step.executor)}` : ''}
      </p>
      {step.failure && <p className="wrong">{step.failure}</p>}
      {why && (
        <p>
          <b>Why:</b> {why}
        </p>
      )}
      {explain.data?.differences && explain.data.differences.length > 0 && (
        <div className="table-wrap" tabIndex={0} role="group" aria-label="Table">
          <table>
            <thead>
              <tr>
                <th>What changed</th>
                <th>Before</th>
                <th>Now</th>
              </tr>
            </thead>
            <tbody>
              {explain.data.differences.map((difference) => (
                <tr key={difference.leaf}>
                  <td>{difference.leaf}</td>
                  <td className="mono">{difference.before}</td>
                  <td className="mono">{difference.after}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {log.data && log.data.length > 0 && (
        <pre className="log" tabIndex={0} aria-label={`Log of ${step.name}`}>
          {log.data.slice(-200).map((line) => (
            <div key={line.seq}>
              <time>{line.at.slice(11, 19)}</time> {line.message}
            </div>
          ))}
        </pre>
      )}
      {step.output !== undefined && (
        <details>
          <summary>Output record</summary>
          <pre className="log" tabIndex={0} aria-label={`Output of ${step.name}`}>
            {JSON.stringify(step.output, null, 2)}
          </pre>
        </details>
      )}
    </div>
  );
}
