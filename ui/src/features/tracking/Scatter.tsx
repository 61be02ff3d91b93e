import type { RunRow } from '../../shared/api/tracking';
import { Measured } from '../../shared/chart/Measured';
import { number } from '../../shared/lib/format';
import { extent, linear, ticks } from '../../shared/lib/scale';
import { rankCorrelation } from './lines';
import { Behind } from './Behind';
import { numeric, positive, wide } from './parallel';
import { columnOf, flipped, measured, raw, titleOf, type Column } from './view';

interface Props {
  readonly rows: readonly RunRow[];
  readonly columns: readonly Column[];
  readonly x: string;
  readonly y: string;
  /** Columns whose logarithm was switched by hand. */
  readonly logs: readonly string[];
  readonly set: (parts: Readonly<Record<string, string>>) => void;
  readonly colours: ReadonlyMap<string, string>;
  readonly open: (run: string) => void;
}

const HEIGHT = 300;

/** Any number against any other, and how far their orders agree. */
export function Scatter({ rows, columns, x, y, logs, set, colours, open }: Props) {
  const numbers = columns.filter((column) => rows.some((row) => numeric(raw(row, column)) !== undefined));
  const across = columnOf(x) ?? richest(rows, numbers.filter(({ kind }) => kind === 'params')) ?? numbers[0];
  const up = columnOf(y) ?? numbers.find(({ kind }) => kind === 'metrics') ?? numbers[1];
  if (!across || !up) return <p className="muted">These runs have no two numbers to hold against each other.</p>;
  const points = rows.flatMap((row) => {
    const [a, b] = [numeric(raw(row, across)), numeric(raw(row, up))];
    return a === undefined || b === undefined ? [] : [{ row, a, b }];
  });
  const log = (column: Column, values: readonly number[]) => wide(values) !== (logs.includes(column.id) && positive(values));
  const [as, bs] = [points.map(({ a }) => a), points.map(({ b }) => b)];
  const by = { x: log(across, as), y: log(up, bs) };
  const agreement = rankCorrelation(points.map(({ a, b }) => [a, b]));
  return (
    <>
      <div className="table-tools">
        <Choose label="Across" value={across.id} columns={numbers} change={(id) => set({ x: id })} />
        <Choose label="Up" value={up.id} columns={numbers} change={(id) => set({ y: id })} />
        {([['across', across, as, by.x], ['up', up, bs, by.y]] as const).map(([name, column, values, on]) => (
          <label key={name}>
            <input type="checkbox" disabled={!positive(values)} checked={on} onChange={() => set({ logs: flipped(logs, column.id).join(',') })} /> log {name}
          </label>
        ))}
        <span className="muted">
          n {points.length}
          {agreement !== undefined && `, rank correlation ${number(agreement)}`}
        </span>
      </div>
      <Measured label={`${titleOf(up)} against ${titleOf(across)}`}>{(width) => <Drawing points={points} by={by} width={width} names={[titleOf(across), titleOf(up)]} colours={colours} open={open} />}</Measured>
      <Behind title={`${titleOf(up)} against ${titleOf(across)}`} rows={points.map(({ row }) => row)} columns={across === up ? [up] : [across, up]} />
      <Importance rows={rows} columns={numbers} up={up} />
    </>
  );
}

/** The column with the most different values: there is most to see. */
export function richest(rows: readonly RunRow[], columns: readonly Column[]): Column | undefined {
  const variety = (column: Column) => new Set(rows.map((row) => numeric(raw(row, column)))).size;
  return columns.reduce<Column | undefined>((best, column) => (best === undefined || variety(column) > variety(best) ? column : best), undefined);
}

function Choose({ label, value, columns, change }: { readonly label: string; readonly value: string; readonly columns: readonly Column[]; readonly change: (id: string) => void }) {
  return (
    <label>
      {label}{' '}
      <select className="chip" value={value} onChange={(event) => change(event.target.value)}>
        {columns.map(({ id }) => (
          <option key={id}>{id}</option>
        ))}
      </select>
    </label>
  );
}

function Drawing({ points, by, width, names, colours, open }: { readonly points: readonly { readonly row: RunRow; readonly a: number; readonly b: number }[]; readonly by: { readonly x: boolean; readonly y: boolean }; readonly width: number; readonly names: readonly [string, string]; readonly colours: ReadonlyMap<string, string>; readonly open: (run: string) => void }) {
  const on = (log: boolean, value: number) => (log ? Math.log10(value) : value);
  const [left, right] = extent(points.map(({ a }) => on(by.x, a)));
  const [low, high] = extent(points.map(({ b }) => on(by.y, b)));
  const pad = [(right - left || 1) * 0.03, (high - low || 1) * 0.05] as const;
  const x = linear([left - pad[0], right + pad[0]], [56, width - 16]);
  const y = linear([low - pad[1], high + pad[1]], [HEIGHT - 36, 20]);
  return (
    <svg viewBox={`0 0 ${width} ${HEIGHT}`} width={width} height={HEIGHT} role="img" aria-label={`${names[1]} against ${names[0]} of ${points.length} runs`}>
      {ticks(low, high, 5).map((tick) => (
        <g key={tick}>
          <path d={`M56 ${y(tick)}H${width - 16}`} className="s-line" />
          <text x="50" y={y(tick) + 4} textAnchor="end">
            {number(by.y ? 10 ** tick : tick)}
          </text>
        </g>
      ))}
      {ticks(left, right, width < 500 ? 2 : 6).map((tick) => (
        <text key={tick} x={x(tick)} y={HEIGHT - 20} textAnchor="middle">
          {number(by.x ? 10 ** tick : tick)}
        </text>
      ))}
      <text x={width - 16} y={HEIGHT - 4} textAnchor="end" className="strong">
        {names[0]} →
      </text>
      <text x="8" y="12" className="strong">
        ↑ {names[1]}
      </text>
      {points.map(({ row, a, b }) => (
        <circle key={row.id} cx={x(on(by.x, a))} cy={y(on(by.y, b))} r="4" className={`spot ${colours.get(row.id) ?? ''}`} fill="currentColor" opacity=".7" onClick={() => open(row.id)}>
          <title>{`${row.name}: ${measured(a)}, ${measured(b)}`}</title>
        </circle>
      ))}
    </svg>
  );
}

/** How far the order of each param agrees with the order of the metric: strong first. */
function Importance({ rows, columns, up }: { readonly rows: readonly RunRow[]; readonly columns: readonly Column[]; readonly up: Column }) {
  const found = columns
    .filter(({ kind, id }) => kind === 'params' && id !== up.id)
    .flatMap((column) => {
      const pairs = rows.flatMap((row): [number, number][] => {
        const [a, b] = [numeric(raw(row, column)), numeric(raw(row, up))];
        return a === undefined || b === undefined ? [] : [[a, b]];
      });
      const value = pairs.length < 10 ? undefined : rankCorrelation(pairs);
      return value === undefined ? [] : [{ column, value, n: pairs.length }];
    })
    .toSorted((a, b) => Math.abs(b.value) - Math.abs(a.value));
  if (found.length === 0) return null;
  return (
    <details open>
      <summary>Which param moves with {titleOf(up)}</summary>
      <div className="bars">
        {found.slice(0, 8).map(({ column, value, n }) => (
          <Bar key={column.id} name={titleOf(column)} value={value} n={n} />
        ))}
      </div>
      <p className="muted">Spearman's rank correlation over these runs. It says what moves together, not what causes what, and misses a best value in the middle.</p>
    </details>
  );
}

function Bar({ name, value, n }: { readonly name: string; readonly value: number; readonly n: number }) {
  return (
    <>
      <span>{name}</span>
      <svg viewBox="-50 0 100 10" preserveAspectRatio="none" aria-hidden="true">
        <rect x="-50" width="100" height="10" className="f-line" />
        <rect x={Math.min(0, value * 50)} width={Math.abs(value) * 50} height="10" className="f-slate" />
      </svg>
      <span className="val" title={`n ${n}`}>
        {value > 0 ? '+' : ''}
        {number(value)}
      </span>
    </>
  );
}
