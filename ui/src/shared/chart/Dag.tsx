import { Link } from 'react-router';
import { words } from '../lib/format';
import { toneOf, type Tone } from '../lib/state';
import { essentialEdges, layout, type DagNode } from './dagLayout';

export interface DagItem extends DagNode {
  readonly outcome: string;
  readonly note: string;
  readonly href?: string | undefined;
  readonly title?: string;
  /** Progress 0–1 of a node that is working. */
  readonly share?: number | undefined;
}

const WIDTH = 122;
const HEIGHT = 44;
const GAP_X = 26;
const GAP_Y = 18;

/** Left to right in the order of work; a working node breathes, an arrow into it flows. */
export function Dag({ nodes, label, current }: { readonly nodes: readonly DagItem[]; readonly label: string; readonly current?: string | undefined }) {
  const placed = new Map(layout(nodes).map((place) => [place.id, place]));
  const depth = Math.max(0, ...[...placed.values()].map((place) => place.layer));
  const rows = Math.max(0, ...[...placed.values()].map((place) => place.row));
  const x = (id: string) => 1 + (placed.get(id)?.layer ?? 0) * (WIDTH + GAP_X);
  const y = (id: string) => 1 + (placed.get(id)?.row ?? 0) * (HEIGHT + GAP_Y);
  const [width, height] = [2 + (depth + 1) * WIDTH + depth * GAP_X, 2 + (rows + 1) * HEIGHT + rows * GAP_Y];
  const busy = new Set(nodes.filter((node) => toneOf(node.outcome) === 'amber').map((node) => node.id));
  return (
    <div className="scroll" tabIndex={0} role="group" aria-label={label}>
      <svg className="dag" width={width} height={height} viewBox={`0 0 ${width} ${height}`}>
        {essentialEdges(nodes).map(({ from, to }) => {
          const [x1, y1, x2, y2] = [x(from) + WIDTH, y(from) + HEIGHT / 2, x(to), y(to) + HEIGHT / 2];
          const middle = x2 - GAP_X / 2;
          return (
            <path
              key={`${from}>${to}`}
              d={`M${x1} ${y1}H${middle - GAP_X / 2}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`}
              className={busy.has(to) ? 'edge flow' : 'edge'}
              strokeDasharray={busy.has(to) ? '5 4' : undefined}
            />
          );
        })}
        {nodes.map((node) => (
          <Node key={node.id} node={node} x={x(node.id)} y={y(node.id)} current={node.id === current} />
        ))}
      </svg>
    </div>
  );
}

function Node({ node, x, y, current }: { readonly node: DagItem; readonly x: number; readonly y: number; readonly current: boolean }) {
  const tone = toneOf(node.outcome);
  const [title, note] = [clip(node.title ?? words(node.id), 15), clip(node.note, 15)];
  const body = (
    <>
      <rect className="box" x={x} y={y} width={WIDTH} height={HEIGHT} rx="8" />
      <Mark tone={tone} x={x + 13} y={y + 16} />
      <text className="strong" x={x + 23} y={y + 20}>
        {title}
      </text>
      <text className="val" x={x + 23} y={y + 35}>
        {note}
      </text>
      {node.share !== undefined && <rect x={x + 1} y={y + HEIGHT - 3} width={(WIDTH - 2) * Math.min(1, node.share)} height="2.5" rx="1" className="f-amber" />}
    </>
  );
  if (!node.href) return <g>{body}</g>;
  return (
    <Link to={node.href} aria-description={words(node.outcome)} aria-current={current ? 'true' : undefined} preventScrollReset>
      {body}
    </Link>
  );
}

/** The state as a shape: failed a diamond, waiting a ring, working a breathing dot. */
function Mark({ tone, x, y }: { readonly tone: Tone; readonly x: number; readonly y: number }) {
  if (tone === 'clay') return <path d={`M${x} ${y - 5}l5 5-5 5-5-5z`} className="f-clay" />;
  if (tone === 'slate') return <circle cx={x} cy={y} r="3.6" fill="none" className="s-slate" strokeWidth="1.5" />;
  return <circle cx={x} cy={y} r="4" className={tone === 'amber' ? 'f-amber breathe' : `f-${tone}`} />;
}

const clip = (text: string, length: number) => (text.length <= length ? text : `${text.slice(0, length - 1)}…`);
