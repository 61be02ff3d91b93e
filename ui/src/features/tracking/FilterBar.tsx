import { useState } from 'react';
import type { ExperimentView } from '../../shared/api/tracking';
import { proposals } from './completion';

interface Props {
  readonly keys: ExperimentView;
  readonly filter: string;
  readonly error: string | undefined;
  readonly apply: (filter: string) => void;
}

/** A filter in the clients' own grammar; keys, operators and known values are proposed while one writes. */
export function FilterBar({ keys, filter, error, apply }: Props) {
  const [text, setText] = useState(filter);
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const [applied, setApplied] = useState(filter);
  if (applied !== filter) {
    setApplied(filter);
    setText(filter);
  }
  const offered = open ? proposals(text, keys) : [];
  const take = (next: string) => {
    setText(next);
    setAt(-1);
    setOpen(true);
  };
  return (
    <form
      className="filter-bar"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        setOpen(false);
        apply(text.trim());
      }}
    >
      <input
        id="run-filter"
        className="text mono"
        role="combobox"
        aria-label="Filter runs"
        aria-expanded={offered.length > 0}
        aria-controls="run-filter-list"
        aria-activedescendant={offered[at] ? `filter-${at}` : undefined}
        autoComplete="off"
        spellCheck={false}
        placeholder="metrics.acc > 0.9 and params.lr = '0.1'"
        value={text}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onChange={(event) => take(event.target.value)}
        onKeyDown={(event) => {
          const chosen = offered[at];
          if (event.key === 'Escape') setOpen(false);
          else if ((event.key === 'Enter' || event.key === 'Tab') && chosen) {
            event.preventDefault();
            take(chosen.text);
          } else if ((event.key === 'ArrowDown' || event.key === 'ArrowUp') && offered.length > 0) {
            event.preventDefault();
            setAt((at + (event.key === 'ArrowDown' ? 1 : offered.length - (at < 0 ? 0 : 1)) + offered.length) % offered.length);
          }
        }}
      />
      <button type="submit" className="btn">
        Filter
      </button>
      {filter !== '' && (
        <button type="button" className="link" onClick={() => apply('')}>
          Clear
        </button>
      )}
      {offered.length > 0 && (
        <ul id="run-filter-list" className="pop" role="listbox" aria-label="What may come next">
          {offered.map((proposal, index) => (
            <li
              key={proposal.text}
              id={`filter-${index}`}
              role="option"
              aria-selected={index === at}
              onMouseDown={(event) => {
                event.preventDefault();
                take(proposal.text);
              }}
            >
              {proposal.show}
            </li>
          ))}
        </ul>
      )}
      {error !== undefined && (
        <p className="wrong" role="alert">
          {error}
        </p>
      )}
    </form>
  );
}
