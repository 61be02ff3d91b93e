import { useState } from 'react';
import type { ExperimentView } from '../../shared/api/tracking';
import { count } from '../../shared/lib/format';
import { hidden, RUN_COLUMNS, usual } from './view';

interface Props {
  readonly found: ExperimentView;
  readonly chosen: readonly string[];
  readonly change: (ids: readonly string[]) => void;
}

/** Boxes of each kind; thousands of keys would make every letter in the search wait. */
const MOST = 100;

/** Which columns show, by kind; what is switched on comes last in the table. */
export function ColumnChooser({ found, chosen, change }: Props) {
  const [text, setText] = useState('');
  const kinds: readonly (readonly [string, readonly string[]])[] = [
    ['Run', RUN_COLUMNS.map((key) => `run.${key}`)],
    ['Metrics, latest', found.metrics.map((key) => `metrics.${key}`)],
    ['Metrics, least', found.metrics.map((key) => `least.${key}`)],
    ['Metrics, greatest', found.metrics.map((key) => `greatest.${key}`)],
    ['Params', found.params.map((key) => `params.${key}`)],
    ['Tags', found.tagKeys.filter((key) => !hidden(key)).map((key) => `tags.${key}`)],
  ];
  const fits = (id: string) => id.toLowerCase().includes(text.toLowerCase());
  return (
    <fieldset className="sheet chooser">
      <legend className="visually-hidden">Columns</legend>
      <div className="narrow">
        <input className="text" aria-label="Find a column" placeholder="Find a column" value={text} onChange={(event) => setText(event.target.value)} />
        <button type="button" className="link" onClick={() => change(usual(found))}>
          The usual ones
        </button>
        <button type="button" className="link" onClick={() => change([])}>
          None
        </button>
      </div>
      <div className="kinds">
        {kinds.map(([name, ids]) => (
          <section key={name} aria-label={name}>
            <h3>
              {name}{' '}
              {name !== 'Run' && ids.length > 0 && (
                <button type="button" className="link" onClick={() => change([...chosen.filter((id) => !ids.includes(id)), ...(ids.every((id) => chosen.includes(id)) ? [] : ids.slice(0, 60))])}>
                  {ids.every((id) => chosen.includes(id)) ? 'none' : 'all'}
                </button>
              )}
            </h3>
            <ul>
              {ids.filter(fits).slice(0, MOST).map((id) => (
                <li key={id}>
                  <label>
                    <input type="checkbox" checked={chosen.includes(id)} onChange={() => change(chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id])} /> {id.replace(/^\w+\./, '')}
                  </label>
                </li>
              ))}
              {ids.filter(fits).length > MOST && <li className="muted">and {count(ids.filter(fits).length - MOST)} more: find them by name</li>}
            </ul>
          </section>
        ))}
      </div>
    </fieldset>
  );
}
