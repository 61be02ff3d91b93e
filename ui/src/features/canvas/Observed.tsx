import { useState } from 'react';
import { useObserved } from '../../shared/api/queries';
import type { Evidence } from '../../shared/api/types';
import { count, interval, value } from '../../shared/lib/format';
import { prose } from '../../shared/lib/prose';
import { age, dateTime } from '../../shared/lib/time';
import { Asked } from '../../shared/ui/Asked';

interface Props {
  readonly product: string;
  readonly question: string;
  readonly clause: Evidence;
  readonly now: string;
}

/** The rows behind a clause, as they were stored: the newest first. */
export function Observed({ product, question, clause, now }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" className="link" aria-expanded={open} onClick={() => setOpen(!open)}>
        {open ? 'Hide what was seen' : 'What was seen'}
      </button>
      {open && <Rows product={product} question={question} clause={clause} now={now} />}
    </>
  );
}

function Rows({ product, question, clause, now }: Props) {
  const query = useObserved(product, question, clause.clause);
  return (
    <Asked query={query}>
      {(rows) => (
        <div className="table-wrap" tabIndex={0} role="group" aria-label={`What was seen of ${clause.clause}`}>
          <table className="observed">
            <thead>
              <tr>
                <th>Seen</th>
                <th className="num">{clause.unit ? `Value, ${clause.unit}` : 'Value'}</th>
                <th className="num">n</th>
                <th>About</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.id} className={row.current ? undefined : 'muted'} title={prose(row.detail)}>
                  <td>
                    <time dateTime={row.observedAt} title={dateTime(row.observedAt)}>
                      {age(row.observedAt, now)}
                    </time>
                  </td>
                  <td className="num">
                    {row.value === undefined ? (row.pass === undefined ? '' : row.pass ? 'holds' : 'fails') : value(row.value, clause.unit)}
                    {row.ci && <small> {interval(row.ci.low, row.ci.high, clause.unit)}</small>}
                  </td>
                  <td className="num">{count(row.n)}</td>
                  <td>
                    {row.source.startsWith('/') ? <a href={row.source}>{row.subject}</a> : row.subject}
                    {!row.current && <small> an earlier answer</small>}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          <p className="muted">{rows.length === 0 ? 'Nothing is stored.' : rows.length === 1 ? 'The only row that is stored.' : `The newest ${rows.length} rows that are stored.`}</p>
        </div>
      )}
    </Asked>
  );
}
