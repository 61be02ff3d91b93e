import { memo, useState, type ReactNode } from 'react';
import { isRunning, real, type RunGroup, type RunRow } from '../../shared/api/tracking';
import { count, millis, words } from '../../shared/lib/format';
import { toneOf } from '../../shared/lib/state';
import { dateTime } from '../../shared/lib/time';
import { colourOf } from './colours';
import { NONE } from './items';
import { against, bestOf, measured, measures, orderBy, raw, written, type Column, type TableView } from './view';

export interface Place {
  readonly left: number;
  readonly width: number;
}

interface HeadingProps {
  readonly id: string;
  readonly name: string;
  readonly kind?: string;
  /** Which column it is, the first is 1. */
  readonly at: number;
  readonly view: TableView;
  readonly sortBy: (id: string) => void;
  readonly place?: Place | undefined;
  readonly resize?: (column: string, width: number) => void;
}

/** The head of a column: a click sorts, the grip at its end makes it wider. */
export function Heading({ id, name, kind = 'run', at, view, sortBy, place, resize }: HeadingProps) {
  const [from, setFrom] = useState<number>();
  const sorted = view.sort === id;
  const sortable = orderBy(id, true) !== undefined;
  return (
    <div role="columnheader" aria-colindex={at} className={`run-cell${place ? '' : ' name'}${kind === 'metrics' || kind === 'least' || kind === 'greatest' ? ' num' : ''}`} style={place} aria-sort={sorted ? (view.descending ? 'descending' : 'ascending') : undefined} title={kind === 'run' ? undefined : id}>
      {sortable ? (
        <button type="button" onClick={() => sortBy(id)}>
          {kind === 'run' ? words(name) : name}
          {sorted && <span aria-hidden="true"> {view.descending ? '↓' : '↑'}</span>}
        </button>
      ) : (
        <span>{name}</span>
      )}
      {resize && place && (
        <span
          className="grip"
          aria-hidden="true"
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId);
            setFrom(event.clientX);
          }}
          onPointerUp={(event) => {
            if (from !== undefined) resize(id, Math.min(800, Math.max(48, Math.round(place.width + event.clientX - from))));
            setFrom(undefined);
          }}
        />
      )}
    </div>
  );
}

export function NameCell({ children }: { readonly children: ReactNode }) {
  return (
    <div className="run-cell name" role="rowheader" aria-colindex={1}>
      {children}
    </div>
  );
}

interface NameProps {
  readonly row: RunRow;
  readonly chosen: boolean;
  readonly pinned: boolean;
  /** Where the pages of runs are. */
  readonly base: string;
  readonly flip: (run: string) => void;
}

export const RunName = memo(function RunName({ row, chosen, pinned, base, flip }: NameProps) {
  return (
    <>
      <input type="checkbox" tabIndex={-1} checked={chosen} aria-label={`Choose ${row.name}`} onChange={() => flip(row.id)} />
      <i className={`dot ${colourOf(row.id)}`} aria-hidden="true" />
      <a href={`${base}/${row.id}`} data-run={row.id} tabIndex={-1}>
        {row.name}
      </a>
      <button type="button" className="pin" tabIndex={-1} aria-pressed={pinned} aria-label={pinned ? `Unpin ${row.name}` : `Pin ${row.name}`} data-pin={row.id}>
        {pinned ? '★' : '☆'}
      </button>
    </>
  );
});

interface ValuesProps {
  /** Which of all columns the first one here is. */
  readonly first: number;
  readonly columns: readonly Column[];
  readonly places: readonly Place[];
}

/** The values of a run; a row that leaves the window hands its cells on, so each keeps its place and changes its text. */
export const RunValues = memo(function RunValues({ row, first, columns, places, baseline }: ValuesProps & { readonly row: RunRow; readonly baseline: RunRow | undefined }) {
  return columns.map((column, index) => {
    const value = raw(row, column);
    return (
      <div key={column.id} role="gridcell" aria-colindex={first + index + 2} style={places[index]} className={`run-cell${lookOf(row, column)}`}>
        {measures(column) ? <Metric row={row} column={column} value={typeof value === 'number' ? value : undefined} baseline={baseline} /> : textOf(row, column, value)}
      </div>
    );
  });
});

const lookOf = (row: RunRow, column: Column) => (measures(column) ? ' num' : column.id === 'run.status' ? ` ${toneOf(isRunning(row) ? 'RUNNING' : row.status === 'FINISHED' ? 'SUCCEEDED' : row.status)}` : '');

function Metric({ row, column, value, baseline }: { readonly row: RunRow; readonly column: Column; readonly value: number | undefined; readonly baseline: RunRow | undefined }) {
  const there = baseline && baseline.id !== row.id ? raw(baseline, column) : undefined;
  const apart = typeof there === 'number' ? against(value, there) : '';
  // Beside the latest value stands what tells most: how far it is from the baseline, else the best that it has been.
  const best = there === undefined && column.kind === 'metrics' ? bestOf(row, column.key) : '';
  if (apart === '' && best === '') return measured(value);
  return (
    <>
      {best !== '' && <small>{best} </small>}
      {measured(value)}
      {apart !== '' && <small> {apart}</small>}
    </>
  );
}

function textOf(row: RunRow, column: Column, value: string | number | undefined): string {
  if (column.id === 'run.status') return words(row.status);
  if (column.id === 'run.started') return dateTime(row.startedAt);
  if (column.id === 'run.took') return typeof value === 'number' ? millis(value) : isRunning(row) ? 'running' : '–';
  return written(value);
}

export function GroupName({ item, unfold }: { readonly item: { readonly group: RunGroup; readonly value: string; readonly open: boolean }; readonly unfold: (value: string) => void }) {
  return (
    <>
      <button type="button" tabIndex={-1} aria-expanded={item.open} onClick={() => unfold(item.value)}>
        <span aria-hidden="true">{item.open ? '▾' : '▸'}</span> {item.value === NONE ? 'without a value' : item.value === '' ? 'empty' : item.value}
      </button>
      <small>n {count(item.group.runs)}</small>
    </>
  );
}

/** Mean and spread of each metric over a group. */
export function GroupValues({ group, first, columns, places }: ValuesProps & { readonly group: RunGroup }) {
  return columns.map((column, index) => {
    const found = column.kind === 'metrics' ? group.metrics.find(({ metric }) => metric === column.key) : undefined;
    return (
      <div key={column.id} role="gridcell" aria-colindex={first + index + 2} style={places[index]} className={column.kind === 'metrics' ? 'run-cell num' : 'run-cell'} title={found ? `mean of ${count(found.n)}, ± one standard deviation` : undefined}>
        {found && (
          <>
            {measured(real(found.mean))} <small>±{measured(real(found.deviation))}</small>
          </>
        )}
      </div>
    );
  });
}
