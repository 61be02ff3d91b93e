import type { DrillRun } from '../api/contract';
import { count, number } from '../lib/format';
import { Pill } from './Pill';
import { prose } from '../lib/prose';

/** What a drill saw, observation by observation. */
export function DrillResult({ record }: { readonly record: Pick<DrillRun, 'name' | 'passed' | 'observations'> }) {
  return (
    <>
      <p>
        <Pill outcome={record.passed ? 'PASSED' : 'FAILED'} text={record.passed ? `${record.name} passed` : `${record.name} did not pass`} />
      </p>
      <ul className="lines">
        {record.observations.map((seen) => (
          <li key={seen.question + seen.clause + seen.detail}>
            <span>
              {prose(seen.detail)}{' '}
              <span className="mono muted">
                {seen.question} · {seen.clause}
              </span>
            </span>
            <span className="mono">
              {seen.value !== undefined && number(seen.value)} <span className="muted">n {count(seen.n)}</span>
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}
