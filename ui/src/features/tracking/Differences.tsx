import { useState } from 'react';
import { Link } from 'react-router';
import type { RunRow } from '../../shared/api/tracking';
import { real } from '../../shared/api/tracking';
import { between, commitOf } from '../../shared/lib/commits';
import { millis, words } from '../../shared/lib/format';
import { dateTime } from '../../shared/lib/time';
import { Apart } from '../../shared/ui/Apart';
import { differing } from './lines';
import { against, hidden, measured } from './view';

interface Part {
  readonly name: string;
  readonly keys: readonly string[];
  readonly value: (row: RunRow, key: string) => string | undefined;
  readonly note?: (row: RunRow, key: string) => string;
}

const RUN: Readonly<Record<string, (row: RunRow) => string>> = {
  status: (row) => words(row.status),
  started: (row) => dateTime(row.startedAt),
  took: (row) => (row.finishedAt === undefined ? '–' : millis(Date.parse(row.finishedAt) - Date.parse(row.startedAt))),
  user: (row) => row.user,
  sources: (row) => commitOf(row.tags)?.slice(0, 10) ?? '–',
};

/** What was given and what came of it, run by run; the first is what the others are held against. */
export function Differences({ rows, colours }: { readonly rows: readonly RunRow[]; readonly colours: ReadonlyMap<string, string> }) {
  const [only, setOnly] = useState(true);
  const first = rows[0];
  const keysOf = (of: (row: RunRow) => Readonly<Record<string, unknown>>) => [...new Set(rows.flatMap((row) => Object.keys(of(row))))].toSorted();
  const parts: readonly Part[] = [
    { name: 'Run', keys: Object.keys(RUN), value: (row, key) => RUN[key]?.(row) },
    { name: 'Params', keys: keysOf((row) => row.params), value: (row, key) => row.params[key] },
    {
      name: 'Metrics',
      keys: keysOf((row) => row.metrics),
      value: (row, key) => (row.metrics[key] === undefined ? undefined : measured(real(row.metrics[key]))),
      note: (row, key) => (row === first ? '' : against(real(row.metrics[key]), real(first?.metrics[key]))),
    },
    { name: 'Tags', keys: keysOf((row) => row.tags).filter((key) => !hidden(key)), value: (row, key) => row.tags[key] },
  ];
  return (
    <section className="band">
      <div className="chart-title">
        <h2>What differs</h2>
        <label>
          <input type="checkbox" checked={only} onChange={() => setOnly(!only)} /> only what differs
        </label>
      </div>
      <div className="table-wrap" tabIndex={0} role="group" aria-label="Differences">
        <table className="differences">
          <thead>
            <tr>
              <th scope="col">
                <span className="visually-hidden">Key</span>
              </th>
              {rows.map((row) => (
                <th key={row.id} scope="col">
                  <i className={`dot ${colours.get(row.id) ?? ''}`} aria-hidden="true" /> <Link to={`../runs/${row.id}`} relative="path">{row.name}</Link>
                </th>
              ))}
            </tr>
          </thead>
          {parts.map((part) => (
            <Rows key={part.name} part={part} rows={rows} only={only} />
          ))}
        </table>
      </div>
      {first &&
        rows.slice(1).flatMap((row) => {
          const apart = between(first.tags, row.tags);
          return apart ? [<Apart key={row.id} between={apart} same="" />] : [];
        })}
    </section>
  );
}

function Rows({ part, rows, only }: { readonly part: Part; readonly rows: readonly RunRow[]; readonly only: boolean }) {
  const apart = differing(part.keys, rows.map((row) => (key) => part.value(row, key)));
  const shown = only ? part.keys.filter((key) => apart.has(key)) : part.keys;
  if (part.keys.length === 0) return null;
  return (
    <tbody>
      <tr>
        <th scope="rowgroup" colSpan={rows.length + 1}>
          {part.name} <span className="muted">{shown.length === part.keys.length ? '' : `${part.keys.length - shown.length} alike`}</span>
        </th>
      </tr>
      {shown.map((key) => (
        <tr key={key}>
          <th scope="row">{key}</th>
          {rows.map((row) => {
            const note = part.note?.(row, key) ?? '';
            return (
              <td key={row.id} className={apart.has(key) && !only ? 'mono apart' : 'mono'}>
                {part.value(row, key) ?? <span className="muted">–</span>}
                {note !== '' && <small className="muted"> {note}</small>}
              </td>
            );
          })}
        </tr>
      ))}
    </tbody>
  );
}
