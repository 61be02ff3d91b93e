import { memo, useCallback, useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent, type MouseEvent } from 'react';
import { useQueries } from '@tanstack/react-query';
import { useHref, useNavigate } from 'react-router';
import { get } from '../../shared/api/client';
import { isRunning, real, recordPath, type RunGroup, type RunRecord, type RunRow } from '../../shared/api/tracking';
import { count, millis, words } from '../../shared/lib/format';
import { dateTime } from '../../shared/lib/time';
import { toneOf } from '../../shared/lib/state';
import { NONE, slotOf, windowOf, type Item } from './items';
import { against, measured, orderBy, raw, written, type Column, type TableView } from './view';
import { colourOf } from './colours';

const ROW = 32;
const NAME_WIDTH = 230;

interface Props {
  readonly items: readonly Item[];
  readonly view: TableView;
  /** How many there are in all, where that is known. */
  readonly total: number | undefined;
  readonly more: (() => unknown) | undefined;
  readonly sortBy: (column: string) => void;
  readonly flip: (run: string) => void;
  readonly pin: (run: string) => void;
  readonly unfold: (group: string) => void;
  readonly narrow: (group: string) => void;
  readonly resize: (column: string, width: number) => void;
}

const usualWidth = ({ kind, key }: Column) => (kind === 'run' ? (key === 'started' ? 140 : 92) : Math.min(180, Math.max(kind === 'metrics' ? 108 : 88, key.length * 7 + 24)));

/** Only the rows in the window are in the page; the rest is empty height above and below. */
export function RunTable({ items, view, total, more, sortBy, flip, pin, unfold, narrow, resize }: Props) {
  const navigate = useNavigate();
  const frame = useRef<HTMLDivElement>(null);
  const [shown, setShown] = useState({ from: 0, to: 60 });
  const [active, setActive] = useState(-1);
  const pinned = useQueries({ queries: view.pinned.map((run) => ({ queryKey: ['record', run], queryFn: () => get<RunRecord>(recordPath(run)) })) }).flatMap(({ data }) => (data ? [data.run] : []));
  const baseline = pinned[0];
  const width = (column: Column) => view.widths[column.id] ?? usualWidth(column);

  const look = useCallback(() => {
    const element = frame.current;
    if (!element) return;
    const next = windowOf(element.scrollTop, element.clientHeight, ROW, items.length);
    setShown((before) => (before.from === next.from && before.to === next.to ? before : next));
    if (more && next.to > items.length - 200) more();
  }, [items.length, more]);
  useLayoutEffect(look, [look]);
  useEffect(() => {
    const element = frame.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(look);
    observer.observe(element);
    return () => observer.disconnect();
  }, [look]);

  const walk = (to: number) => {
    const index = Math.min(items.length - 1, Math.max(0, to));
    setActive(index);
    const element = frame.current;
    if (!element) return;
    const room = element.clientHeight - (1 + pinned.length) * ROW;
    if (index * ROW < element.scrollTop) element.scrollTop = index * ROW;
    else if ((index + 1) * ROW > element.scrollTop + room) element.scrollTop = (index + 1) * ROW - room;
  };
  const onKey = (event: KeyboardEvent) => {
    const item = items[active];
    const screen = Math.floor((frame.current?.clientHeight ?? 400) / ROW) - 2;
    const moves: Readonly<Record<string, number>> = { ArrowDown: active + 1, ArrowUp: active - 1, PageDown: active + screen, PageUp: active - screen, Home: 0, End: items.length - 1 };
    const to = moves[event.key];
    if (to !== undefined) walk(to);
    else if (event.key === ' ' && item?.kind === 'run') flip(item.row.id);
    else if (event.key === 'p' && item?.kind === 'run') pin(item.row.id);
    else if (event.key === 'Enter' && item?.kind === 'run') void navigate(`runs/${item.row.id}`);
    else if ((event.key === 'Enter' || event.key === ' ') && item?.kind === 'group') unfold(item.value);
    else if (event.key === 'Enter' && item?.kind === 'more') narrow(item.value);
    else return;
    event.preventDefault();
  };

  // One listener for all rows: they come and go with every frame of a scroll.
  const onClick = (event: MouseEvent) => {
    const target = event.target instanceof Element ? event.target : undefined;
    const pinning = target?.closest<HTMLElement>('[data-pin]')?.dataset['pin'];
    const link = target?.closest<HTMLElement>('a[data-run]');
    if (pinning !== undefined) pin(pinning);
    else if (link?.dataset['run'] !== undefined && event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      void navigate(`runs/${link.dataset['run']}`);
    }
  };
  const base = useHref('runs');
  const slots = shown.to - shown.from;
  const above = shown.from * ROW;
  const below = Math.max(0, items.length - shown.to) * ROW;
  return (
    <div className="run-table" ref={frame} onScroll={look}>
      <table role="grid" aria-label="Runs" aria-rowcount={total ?? -1} tabIndex={0} aria-activedescendant={active >= shown.from && active < shown.to ? `run-row-${active}` : undefined} onKeyDown={onKey} onClick={onClick} style={{ width: NAME_WIDTH + view.columns.reduce((sum, column) => sum + width(column), 0) }}>
        <colgroup>
          <col style={{ width: NAME_WIDTH }} />
          {view.columns.map((column) => (
            <col key={column.id} style={{ width: width(column) }} />
          ))}
        </colgroup>
        <thead>
          <tr>
            <Heading id="run.name" name="Run" view={view} sortBy={sortBy} />
            {view.columns.map((column) => (
              <Heading key={column.id} id={column.id} name={column.key} kind={column.kind} view={view} sortBy={sortBy} width={width(column)} resize={resize} />
            ))}
          </tr>
          {pinned.map((row, index) => (
            <tr key={row.id} className="pinned">
              <RunCells row={row} columns={view.columns} baseline={index === 0 ? undefined : baseline} chosen={view.chosen.includes(row.id)} pinned base={base} flip={flip} />
            </tr>
          ))}
        </thead>
        <tbody>
          {above > 0 && <tr aria-hidden="true" style={{ height: above }} />}
          {items.slice(shown.from, shown.to).map((item, offset) => {
            const index = shown.from + offset;
            if (item.kind === 'group') return <GroupRow key={`group ${item.value}`} id={`run-row-${index}`} item={item} columns={view.columns} active={index === active} unfold={unfold} />;
            if (item.kind === 'more') {
              return (
                <tr key={`more ${item.value}`} id={`run-row-${index}`} className={index === active ? 'active' : ''}>
                  <td colSpan={1 + view.columns.length}>
                    <button type="button" className="link" tabIndex={-1} onClick={() => narrow(item.value)}>
                      {count(item.left)} more: show this group alone
                    </button>
                  </td>
                </tr>
              );
            }
            return (
              <PlainRow key={slotOf(index, slots)} id={`run-row-${index}`} base={base} row={item.row} columns={view.columns} baseline={baseline} chosen={view.chosen.includes(item.row.id)} pinned={view.pinned.includes(item.row.id)} active={index === active} flip={flip} />
            );
          })}
          {below > 0 && <tr aria-hidden="true" style={{ height: below }} />}
        </tbody>
      </table>
      {items.length === 0 && <p className="muted none">No run fits.</p>}
    </div>
  );
}

function Heading({ id, name, kind = 'run', view, sortBy, width, resize }: { readonly id: string; readonly name: string; readonly kind?: string; readonly view: TableView; readonly sortBy: (id: string) => void; readonly width?: number; readonly resize?: Props['resize'] }) {
  const [from, setFrom] = useState<number>();
  const sorted = view.sort === id;
  const sortable = orderBy(id, true) !== undefined;
  return (
    <th scope="col" className={kind === 'metrics' ? 'num' : ''} aria-sort={sorted ? (view.descending ? 'descending' : 'ascending') : undefined} title={kind === 'run' ? undefined : id}>
      {sortable ? (
        <button type="button" onClick={() => sortBy(id)}>
          {kind === 'run' ? words(name) : name}
          {sorted && <span aria-hidden="true"> {view.descending ? '↓' : '↑'}</span>}
        </button>
      ) : (
        <span>{name}</span>
      )}
      {resize && width !== undefined && (
        <span
          className="grip"
          aria-hidden="true"
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId);
            setFrom(event.clientX);
          }}
          onPointerUp={(event) => {
            if (from !== undefined) resize(id, Math.min(800, Math.max(48, Math.round(width + event.clientX - from))));
            setFrom(undefined);
          }}
        />
      )}
    </th>
  );
}

interface RowProps {
  readonly row: RunRow;
  readonly columns: readonly Column[];
  readonly baseline: RunRow | undefined;
  readonly chosen: boolean;
  readonly pinned: boolean;
  /** Where the pages of runs are. */
  readonly base: string;
  readonly flip: (run: string) => void;
}

const PlainRow = memo(function PlainRow({ id, active, ...row }: RowProps & { readonly id: string; readonly active: boolean }) {
  return (
    <tr id={id} className={active ? 'active' : ''} aria-selected={row.chosen}>
      <RunCells {...row} />
    </tr>
  );
});

function RunCells({ row, columns, baseline, chosen, pinned, base, flip }: RowProps) {
  return (
    <>
      <td className="name">
        <input type="checkbox" tabIndex={-1} checked={chosen} aria-label={`Choose ${row.name}`} onChange={() => flip(row.id)} />
        <i className={`dot ${colourOf(row.id)}`} aria-hidden="true" />
        <a href={`${base}/${row.id}`} data-run={row.id} tabIndex={-1} title={row.name}>
          {row.name}
        </a>
        <button type="button" className="pin" tabIndex={-1} aria-pressed={pinned} aria-label={pinned ? `Unpin ${row.name}` : `Pin ${row.name}`} data-pin={row.id}>
          {pinned ? '★' : '☆'}
        </button>
      </td>
      {columns.map((column) => (
        <Cell key={column.id} row={row} column={column} baseline={baseline} />
      ))}
    </>
  );
}

function Cell({ row, column, baseline }: { readonly row: RunRow; readonly column: Column; readonly baseline: RunRow | undefined }) {
  const value = raw(row, column);
  if (column.kind === 'metrics') {
    const here = typeof value === 'number' ? value : undefined;
    const there = baseline && baseline.id !== row.id ? raw(baseline, column) : undefined;
    const apart = typeof there === 'number' ? against(here, there) : '';
    return (
      <td className="num" title={here === undefined ? undefined : String(here)}>
        {measured(here)}
        {apart !== '' && <small> {apart}</small>}
      </td>
    );
  }
  if (column.id === 'run.status') return <td className={toneOf(isRunning(row) ? 'RUNNING' : row.status === 'FINISHED' ? 'SUCCEEDED' : row.status)}>{words(row.status)}</td>;
  if (column.id === 'run.started') return <td className="nowrap">{dateTime(row.startedAt)}</td>;
  if (column.id === 'run.took') return <td className="nowrap">{typeof value === 'number' ? millis(value) : isRunning(row) ? 'running' : '–'}</td>;
  return <td title={value === undefined ? undefined : String(value)}>{written(value)}</td>;
}

function GroupRow({ id, item, columns, active, unfold }: { readonly id: string; readonly item: { readonly group: RunGroup; readonly value: string; readonly open: boolean }; readonly columns: readonly Column[]; readonly active: boolean; readonly unfold: (value: string) => void }) {
  return (
    <tr id={id} className={active ? 'group active' : 'group'}>
      <td className="name">
        <button type="button" tabIndex={-1} aria-expanded={item.open} onClick={() => unfold(item.value)}>
          <span aria-hidden="true">{item.open ? '▾' : '▸'}</span> {item.value === NONE ? 'without a value' : item.value === '' ? 'empty' : item.value}
        </button>
        <small>n {count(item.group.runs)}</small>
      </td>
      {columns.map((column) => {
        const found = column.kind === 'metrics' ? item.group.metrics.find(({ metric }) => metric === column.key) : undefined;
        return (
          <td key={column.id} className={column.kind === 'metrics' ? 'num' : ''} title={found ? `mean of ${count(found.n)}, ± one standard deviation` : undefined}>
            {found && (
              <>
                {measured(real(found.mean))} <small>±{measured(real(found.deviation))}</small>
              </>
            )}
          </td>
        );
      })}
    </tr>
  );
}
