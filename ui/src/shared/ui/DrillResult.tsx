import type { DrillRecord } from '../api/types';
import { count, number } from '../lib/format';
import { Pill } from './Pill';
import { prose } from '../lib/prose';

/** What a drill saw, observation by observation. */
export function DrillResult({ record }: { readonly record: Pick<DrillRecord, 'drill' | 'state' | 'passed' | 'observations' | 'detail'> }) {
  return (
    <>
      <p>
        <Pill outcome={record.state} text={record.passed ? `${record.drill} passed` : `${record.drill} did not pass`} />
      </p>
      {record.observations.length === 0 && <p className="muted">{prose(record.detail)}</p>}
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
