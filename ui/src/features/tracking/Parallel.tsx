import { useMemo, useState, type PointerEvent, type ReactNode } from 'react';
import type { RunRow } from '../../shared/api/tracking';
import { Measured } from '../../shared/chart/Measured';
import { count } from '../../shared/lib/format';
import { axisOf, inside, spotOf, type Axis, type Brushes } from './parallel';
import { Behind } from './Behind';
import { titleOf, type Column } from './view';

interface Props {
  readonly rows: readonly RunRow[];
  readonly columns: readonly Column[];
  readonly colours: ReadonlyMap<string, string>;
  readonly flips: readonly string[];
  readonly flip: (column: string) => void;
  /** Axes whose logarithm was switched by hand. */
  readonly logs: readonly string[];
  readonly log: (column: string) => void;
  readonly move: (column: string, by: -1 | 1) => void;
  readonly open: (run: string) => void;
}

const HEIGHT = 310;
const TOP = 52;
const BOTTOM = HEIGHT - 20;
const y = (at: number) => BOTTOM - at * (BOTTOM - TOP);

/** Every run as one line over the axes; a brush on an axis leaves only what lies inside it. */
export function Parallel(props: Props) {
  const { rows, columns, flips, logs } = props;
  const [brushes, setBrushes] = useState<Brushes>({});
  const axes = useMemo(() => columns.map((column) => axisOf(rows, column, flips.includes(column.id), logs.includes(column.id))), [rows, columns, flips, logs]);
  const kept = rows.filter((row) => inside(row, axes, brushes));
  return (
    <>
      <p className="muted" aria-live="polite">
        {kept.length === rows.length ? `${count(rows.length)} runs. Drag along an axis to narrow, click its name to turn it over.` : `${count(kept.length)} of ${count(rows.length)} runs lie inside.`}{' '}
        {Object.keys(brushes).length > 0 && (
          <button type="button" className="link" onClick={() => setBrushes({})}>
            Show all
          </button>
        )}
      </p>
      <Measured label="Parallel coordinates" least={Math.max(320, axes.length * 90)}>
        {(width) => <Drawing {...props} axes={axes} kept={new Set(kept.map(({ id }) => id))} width={width} brushes={brushes} setBrushes={setBrushes} />}
      </Measured>
      <Behind title="Parallel coordinates" rows={kept} columns={columns} />
    </>
  );
}

function Drawing({ rows, axes, kept, width, brushes, setBrushes, colours, flip, move, log, open }: Props & { readonly axes: readonly Axis[]; readonly kept: ReadonlySet<string>; readonly width: number; readonly brushes: Brushes; readonly setBrushes: (brushes: Brushes) => void }) {
  const x = (index: number) => (axes.length === 1 ? width / 2 : 60 + (index * (width - 120)) / (axes.length - 1));
  const line = (row: RunRow) => {
    const points = axes.map((axis, index) => ({ at: axis.place(row), index }));
    return points.map(({ at, index }, place) => (at === undefined ? '' : `${place === 0 || points[place - 1]?.at === undefined ? 'M' : 'L'}${x(index).toFixed(1)} ${y(at).toFixed(1)}`)).join('');
  };
  const faint = rows.length > 150 ? 0.35 : 0.8;
  return (
    <svg viewBox={`0 0 ${width} ${HEIGHT}`} width={width} height={HEIGHT} role="group" aria-label={`${rows.length} runs over ${axes.map(({ column }) => titleOf(column)).join(', ')}`}>
      <g fill="none">
        {rows.map((row) => {
          const on = kept.has(row.id);
          return (
            <path key={row.id} d={line(row)} className={on ? (colours.get(row.id) ?? '') : 's-line'} stroke={on ? 'currentColor' : undefined} strokeWidth={on ? 1.4 : 1} opacity={on ? faint : 0.6} onClick={() => open(row.id)}>
              <title>{row.name}</title>
            </path>
          );
        })}
      </g>
      {axes.map((axis, index) => (
        <AxisLine key={axis.column.id} axis={axis} x={x(index)} first={index === 0} last={index === axes.length - 1} brush={brushes[axis.column.id]} setBrush={(brush) => setBrushes(brush ? { ...brushes, [axis.column.id]: brush } : Object.fromEntries(Object.entries(brushes).filter(([id]) => id !== axis.column.id)))} flip={flip} move={move} log={log} />
      ))}
    </svg>
  );
}

/** A label outside the field of lines at the ends of an axis, on a plate of its own between them. */
function Tick({ label, at, x }: { readonly label: string; readonly at: number; readonly x: number }) {
  const spot = spotOf(label, at);
  return (
    <>
      {spot.plate !== undefined && <rect x={x + 5} y={y(at) - 7} width={spot.plate} height="14" rx="3" className="f-paper" />}
      <text x={x + spot.dx} y={y(at) + spot.dy} textAnchor={spot.anchor} className="val">
        {label}
      </text>
    </>
  );
}

/** A word of the drawing that does something, by mouse and by keyboard. */
function Word({ x, y: at, label, className = '', act, children }: { readonly x: number; readonly y: number; readonly label?: string; readonly className?: string; readonly act: () => void; readonly children: ReactNode }) {
  return (
    <text
      x={x}
      y={at}
      textAnchor="middle"
      className={`axis ${className}`}
      role="button"
      tabIndex={0}
      aria-label={label}
      onClick={act}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return;
        event.preventDefault();
        act();
      }}
    >
      {children}
    </text>
  );
}

function AxisLine({ axis, x, first, last, brush, setBrush, flip, move, log }: { readonly axis: Axis; readonly x: number; readonly first: boolean; readonly last: boolean; readonly brush: readonly [number, number] | undefined; readonly setBrush: (brush: readonly [number, number] | undefined) => void } & Pick<Props, 'flip' | 'move' | 'log'>) {
  const name = titleOf(axis.column);
  const [begin, setBegin] = useState<number>();
  const place = (event: PointerEvent<SVGRectElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    return Math.min(1, Math.max(0, 1 - (event.clientY - box.top - 6) / (box.height - 12)));
  };
  return (
    <g>
      <Word x={x} y={14} className="strong" act={() => flip(axis.column.id)}>
        {name.length > 16 ? `${name.slice(0, 15)}…` : name}
        <title>{`${axis.column.id}: click to turn it over`}</title>
      </Word>
      {!first && (
        <Word x={x - 22} y={30} label={`Move ${name} to the left`} act={() => move(axis.column.id, -1)}>
          ←
        </Word>
      )}
      {axis.log !== undefined && (
        <Word x={x} y={30} label={`${axis.log ? 'log' : 'plain'}: how ${name} is laid, switch it`} act={() => log(axis.column.id)}>
          {axis.log ? 'log' : 'plain'}
        </Word>
      )}
      {!last && (
        <Word x={x + 22} y={30} label={`Move ${name} to the right`} act={() => move(axis.column.id, 1)}>
          →
        </Word>
      )}
      <path d={`M${x} ${TOP}V${BOTTOM}`} className="s-trellis" strokeWidth="1.5" />
      {brush && <rect x={x - 6} y={y(brush[1])} width="12" height={Math.max(1, y(brush[0]) - y(brush[1]))} className="f-sky softer" />}
      {axis.ticks.map((tick) => (
        <Tick key={tick.label} {...tick} x={x} />
      ))}
      <rect
        x={x - 10}
        y={TOP - 6}
        width="20"
        height={BOTTOM - TOP + 12}
        className="grab"
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          setBegin(place(event));
          setBrush(undefined);
        }}
        onPointerMove={(event) => {
          if (begin === undefined) return;
          const at = place(event);
          if (Math.abs(at - begin) > 0.01) setBrush([Math.min(begin, at), Math.max(begin, at)]);
        }}
        onPointerUp={() => setBegin(undefined)}
      />
    </g>
  );
}
