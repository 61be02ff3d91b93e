import type { State } from '../../shared/api/types';
import { stateLooks, statesBySeverity } from '../../shared/lib/state';
import { Glyph } from '../../shared/ui/Glyph';
import { lacks as allLacks, lackWords } from './lacks';
import type { Beside, Show, View } from './view';

const shows: readonly { show: Show; name: string; title: string }[] = [
  { show: 'red', name: 'Only red', title: 'Violated answers' },
  { show: 'stale', name: 'Only stale', title: 'Stale answers and those without evidence' },
  { show: 'waits', name: 'Waits', title: 'Without evidence, because it has not happened yet' },
  { show: 'unbuilt', name: 'Not built', title: 'Without evidence, because no part of this build can send it' },
  { show: 'mine', name: 'Only mine', title: 'Answers that name you' },
];

const besides: readonly { beside: Beside; name: string }[] = [
  { beside: 'bound', name: 'Bound' },
  { beside: '30', name: '30 days' },
  { beside: '90', name: '90 days' },
];

interface Props {
  readonly counts: Readonly<Record<string, number>>;
  /** Questions without evidence, by what it is short of. */
  readonly lacks: Readonly<Record<string, number>>;
  readonly view: View;
  readonly shown: number;
  readonly total: number;
  readonly toggle: (name: string, value: string) => void;
  readonly set: (name: string, value: string) => void;
  readonly clear: () => void;
  /** On a page that shows no cells: without what belongs to them. */
  readonly plain?: boolean;
}

/** Counts by state, which filter; then who, what and what stands beside each value. */
export function BoardTools({ counts, lacks, plain = false, view, shown, total, toggle, set, clear }: Props) {
  const present = statesBySeverity.filter((state) => (counts[state] ?? 0) > 0);
  return (
    <div className="tools">
      <Stack counts={counts} present={present} />
      <div className="legend" role="group" aria-label="Show states">
        {present.map((state) => (
          <button key={state} type="button" className={`tone-${stateLooks[state].tone}`} aria-pressed={view.states.includes(state)} onClick={() => toggle('state', state)}>
            <Glyph state={state} size={11} /> {stateLooks[state].word} <b>{counts[state]}</b>
            {state === 'NO_EVIDENCE' && <Lacks counts={lacks} />}
          </button>
        ))}
      </div>
      <div className="narrow">
        <input className="text" id="board-find" type="search" aria-label="Find a question" placeholder="Find a question  /" value={view.find} onChange={(event) => set('find', event.target.value)} />
        <span className="segments" role="group" aria-label="Narrow">
          {shows.map(({ show, name, title }) => (
            <button key={show} type="button" title={title} aria-pressed={view.show.includes(show)} onClick={() => toggle('show', show)}>
              {name}
            </button>
          ))}
        </span>
        <span className="segments" role="group" aria-label="Lane">
          {(['DESIGN', 'DEVELOP', 'MAINTAIN'] as const).map((lane) => (
            <button key={lane} type="button" aria-pressed={view.lane === lane} onClick={() => set('lane', view.lane === lane ? '' : lane.toLowerCase())}>
              {lane.charAt(0) + lane.slice(1).toLowerCase()}
            </button>
          ))}
        </span>
{!plain && (
        <span className="segments" role="group" aria-label="Beside each value">
          {besides.map(({ beside, name }) => (
            <button key={beside} type="button" aria-pressed={view.beside === beside} onClick={() => set('beside', beside === 'bound' ? '' : beside)}>
              {name}
            </button>
          ))}
        </span>
)}
        {shown < total && (
          <button type="button" className="link" onClick={clear}>
            {shown} of {total} shown, show all
          </button>
        )}
{!plain && (
        <span className="print">
          <button type="button" className="btn small" onClick={() => set('slide', '0')}>
            Present
          </button>{' '}
          <button type="button" className="btn small" onClick={() => window.print()}>
            Print
          </button>
        </span>
)}
      </div>
    </div>
  );
}

function Lacks({ counts }: { readonly counts: Readonly<Record<string, number>> }) {
  const parts = allLacks.filter((lack) => (counts[lack] ?? 0) > 0).map((lack) => `${counts[lack]} ${lackWords[lack].short}`);
  return parts.length === 0 ? null : <small>({parts.join(', ')})</small>;
}

function Stack({ counts, present }: { readonly counts: Readonly<Record<string, number>>; readonly present: readonly State[] }) {
  return (
    <div className="stack" aria-hidden="true">
      {present
        .filter((state) => state !== 'N_A')
        .toReversed()
        .map((state) => (
          <i key={state} className={`bg-${stateLooks[state].tone} ${state === 'UNANSWERED' || state === 'NO_EVIDENCE' ? 'faint' : ''}`} style={{ flexGrow: counts[state] ?? 0 }} />
        ))}
    </div>
  );
}
