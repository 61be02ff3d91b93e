import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent, type MouseEvent, type PointerEvent } from 'react';
import { useQueries } from '@tanstack/react-query';
import { useHref, useNavigate } from 'react-router';
import { get } from '../../shared/api/client';
import { real, recordPath, type RunRecord, type RunRow } from '../../shared/api/tracking';
import { count } from '../../shared/lib/format';
import { columnsWithin, inSlots, slotOf, windowOf, type Item } from './items';
import { GroupName, GroupValues, Heading, NameCell, RunName, RunValues } from './RunCells';
import { measured, raw, titleOf, type Column, type TableView } from './view';

const ROW = 32;
/** Before anything is measured: as many as a wide window shows. */
const FIRST_COLUMNS = 30;

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

const usualWidth = (column: Column) => (column.kind === 'run' ? (column.key === 'started' ? 140 : column.key === 'took' ? 112 : 92) : Math.min(180, Math.max(column.kind === 'metrics' ? 116 : 88, titleOf(column).length * 7 + 24)));

/** Where each column stands to the right of the names, and where the last one ends. */
export function placesOf(columns: readonly Column[], widths: TableView['widths']): { readonly at: readonly { readonly left: number; readonly width: number }[]; readonly sum: number } {
  let sum = 0;
  const at = columns.map((column) => {
    const width = widths[column.id] ?? usualWidth(column);
    sum += width;
    return { left: sum - width, width };
  });
  return { at, sum };
}

/** What a cell says to who points at it: the whole value, of a metric the latest between its least and its greatest. */
function wordsOf(row: RunRow, column: Column): string {
  const [least, greatest] = [row.least?.[column.key], row.greatest?.[column.key]];
  const value = String(raw(row, column) ?? '');
  return column.kind !== 'metrics' || (least === undefined && greatest === undefined) ? value : `latest ${value}, least ${measured(real(least ?? row.metrics[column.key]))}, greatest ${measured(real(greatest ?? row.metrics[column.key]))}`;
}

/**
 * Only the rows in the window are in the page, each at its own place and closed in itself, so that a scroll lays out
 * and paints the rows that come new and no others: no element of tables, whose layout knows no such limit. The names
 * stand in one column that sticks to the left as a whole; one sticky cell a row would be a layer of its own each. To
 * assistive technology the halves of a row are one by their index.
 */
export function RunTable({ items, view, total, more, sortBy, flip, pin, unfold, narrow, resize }: Props) {
  const navigate = useNavigate();
  const frame = useRef<HTMLDivElement>(null);
  const [shown, setShown] = useState({ from: 0, to: 60, first: 0, last: FIRST_COLUMNS });
  const [active, setActive] = useState(-1);
  const pinned = useQueries({ queries: view.pinned.map((run) => ({ queryKey: ['record', run], queryFn: () => get<RunRecord>(recordPath(run)) })) }).flatMap(({ data }) => (data ? [data.run] : []));
  const baseline = pinned[0];
  const hover = useRef<HTMLDivElement>(null);
  const names = useRef<HTMLDivElement>(null);
  const { at: places, sum } = useMemo(() => placesOf(view.columns, view.widths), [view.columns, view.widths]);
  const heads = 1 + pinned.length;

  const look = useCallback(() => {
    const element = frame.current;
    if (!element) return;
    const rows = windowOf(element.scrollTop, element.clientHeight, ROW, items.length);
    const next = { ...rows, ...columnsWithin(places, element.scrollLeft, element.clientWidth - (names.current?.clientWidth ?? 0)) };
    setShown((before) => (before.from === next.from && before.to === next.to && before.first === next.first && before.last === next.last ? before : next));
    if (more && next.to > items.length - 200) more();
  }, [items.length, more, places]);
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
    const room = element.clientHeight - heads * ROW;
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
  // What a cell has no room for shows when somebody points at it; written into every cell it would cost each scroll.
  const onPointerOver = (event: PointerEvent) => {
    const cell = event.target instanceof Element ? event.target.closest<HTMLElement>('.run-cell') : null;
    const item = items[Number(cell?.closest('[data-index]')?.getAttribute('data-index') ?? -1)];
    if (!cell || item?.kind !== 'run') return;
    const column = view.columns[Number(cell.getAttribute('aria-colindex')) - 2];
    cell.title = column ? wordsOf(item.row, column) : item.row.name;
  };
  const onPointerMove = (event: PointerEvent) => {
    const [element, bar] = [frame.current, hover.current];
    if (!element || !bar) return;
    const y = event.clientY - element.getBoundingClientRect().top;
    const index = Math.floor((y + element.scrollTop) / ROW) - heads;
    bar.hidden = y < heads * ROW || index >= items.length;
    bar.style.top = `${(heads + index) * ROW}px`;
  };
  const base = useHref('runs');
  // A table of a hundred columns lays out and paints those in sight.
  const across = useMemo(() => ({ first: shown.first, columns: view.columns.slice(shown.first, shown.last), places: places.slice(shown.first, shown.last) }), [shown.first, shown.last, view.columns, places]);
  const visible = inSlots(shown.from, shown.to).flatMap((index) => {
    const item = items[index];
    return item ? [{ item, index }] : [];
  });
  const stands = (item: Item, index: number) => ({
    className: index === active ? 'line active' : item.kind === 'group' ? 'line group' : 'line',
    style: { top: index * ROW },
    'data-index': index,
    'aria-rowindex': heads + index + 1,
    ...(item.kind === 'run' ? { 'aria-selected': view.chosen.includes(item.row.id) } : {}),
  });
  const keyOf = (item: Item, index: number) => (item.kind === 'run' ? slotOf(index, shown.to - shown.from) : `${item.kind} ${item.value}`);
  return (
    <div className="run-table" ref={frame} onScroll={look}>
      <div className="grid" role="grid" aria-label="Runs" aria-rowcount={total === undefined ? -1 : total + heads} aria-colcount={1 + view.columns.length} tabIndex={0} aria-activedescendant={active >= shown.from && active < shown.to ? `run-row-${active}` : undefined} onKeyDown={onKey} onClick={onClick} onPointerOver={onPointerOver} onPointerMove={onPointerMove} onPointerLeave={() => hover.current && (hover.current.hidden = true)} style={{ width: `calc(var(--name) + ${sum}px)`, height: (heads + items.length) * ROW }}>
        <div className="heads" role="rowgroup">
          <div className="head" role="row" aria-rowindex={1}>
            <Heading id="run.name" name="Run" at={1} view={view} sortBy={sortBy} />
            <div className="values" role="presentation">
              {view.columns.map((column, index) => (
                <Heading key={column.id} id={column.id} name={titleOf(column)} kind={column.kind} at={index + 2} view={view} sortBy={sortBy} place={places[index]} resize={resize} />
              ))}
            </div>
          </div>
          {pinned.map((row, index) => (
            <div key={row.id} className="head pinned" role="row" aria-rowindex={index + 2} aria-selected={view.chosen.includes(row.id)}>
              <NameCell>
                <RunName row={row} chosen={view.chosen.includes(row.id)} pinned base={base} flip={flip} />
              </NameCell>
              <div className="values" role="presentation">
                <RunValues row={row} {...across} baseline={index === 0 ? undefined : baseline} />
              </div>
            </div>
          ))}
        </div>
        <div className="names" ref={names} role="rowgroup" style={{ height: items.length * ROW }}>
          {visible.map(({ item, index }) => (
            <div key={keyOf(item, index)} id={`run-row-${index}`} role="row" {...stands(item, index)}>
              <NameCell>
                {item.kind === 'run' && <RunName row={item.row} chosen={view.chosen.includes(item.row.id)} pinned={view.pinned.includes(item.row.id)} base={base} flip={flip} />}
                {item.kind === 'group' && <GroupName item={item} unfold={unfold} />}
                {item.kind === 'more' && (
                  <button type="button" className="link" tabIndex={-1} onClick={() => narrow(item.value)}>
                    Show the other {count(item.left)}
                  </button>
                )}
              </NameCell>
            </div>
          ))}
        </div>
        <div className="rest" role="rowgroup" style={{ top: heads * ROW }}>
          {visible.map(({ item, index }) => (
            <div key={keyOf(item, index)} role="row" {...stands(item, index)}>
              {item.kind === 'run' && <RunValues row={item.row} {...across} baseline={baseline} />}
              {item.kind === 'group' && <GroupValues group={item.group} {...across} />}
              {item.kind === 'more' && (
                <div role="gridcell" className="run-cell" aria-colindex={2} aria-colspan={view.columns.length}>
                  in a table of this group alone
                </div>
              )}
            </div>
          ))}
        </div>
        <div className="hover" ref={hover} hidden aria-hidden="true" />
      </div>
      {items.length === 0 && <p className="muted none">No run fits.</p>}
    </div>
  );
}
