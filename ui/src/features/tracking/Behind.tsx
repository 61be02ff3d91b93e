import { Link } from 'react-router';
import type { RunRow } from '../../shared/api/tracking';
import { count } from '../../shared/lib/format';
import { save } from '../../shared/lib/save';
import { headOf, rowsOf } from './csv';
import { measured, measures, raw, titleOf, written, type Column } from './view';

const MOST = 100;

/** The table behind a chart of runs: the same runs by their names, to open by keyboard or to take along. */
export function Behind({ title, rows, columns }: { readonly title: string; readonly rows: readonly RunRow[]; readonly columns: readonly Column[] }) {
  return (
    <details>
      <summary>Table</summary>
      <div className="table-wrap tall" tabIndex={0} role="group" aria-label={`Runs of ${title}`}>
        <table className="narrow-table">
          <thead>
            <tr>
              <th>Run</th>
              {columns.map((column) => (
                <th key={column.id} className={measures(column) ? 'num' : undefined}>
                  {titleOf(column)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, MOST).map((row) => (
              <tr key={row.id}>
                <td>
                  <Link to={`../runs/${row.id}`} relative="path">
                    {row.name}
                  </Link>
                </td>
                {columns.map((column) => {
                  const value = raw(row, column);
                  return (
                    <td key={column.id} className={measures(column) ? 'num' : undefined}>
                      {typeof value === 'number' ? measured(value) : written(value)}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {rows.length > MOST && <p className="muted">The first {MOST} of {count(rows.length)}; the CSV has all.</p>}
      <button type="button" className="link" aria-label={`${title} as CSV`} onClick={() => save(`${title}.csv`, new Blob([`${headOf(columns)}\n${rowsOf(rows, columns)}\n`], { type: 'text/csv' }))}>
        CSV
      </button>
    </details>
  );
}
