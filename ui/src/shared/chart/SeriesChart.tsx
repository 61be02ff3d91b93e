import { useId } from 'react';
import type { MonitorWindow } from '../api/types';
import { extent, fitted, labelRows, linear, segments, ticks } from '../lib/scale';
import { day } from '../lib/time';

/** Something that happened, on the time axis of every chart. */
export interface Annotation {
  readonly at: string;
  readonly kind: 'release' | 'alert';
  readonly text: string;
}

interface Props {
  readonly points: readonly MonitorWindow[];
  readonly bound: number;
  readonly annotations: readonly Annotation[];
  readonly show: (value: number) => string;
  readonly label: string;
  readonly width?: number;
  /** In a drawer: lower, with fewer words. */
  readonly small?: boolean;
  /** The time axis, where several charts share one. */
  readonly times?: readonly [number, number];
}

/** A window counts as measured when it rests on enough rows. */
const measured = (point: MonitorWindow) => point.verdict !== 'INSUFFICIENT' && Number.isFinite(point.value);
/** A window whose labels are still on their way may yet move. */
const pending = (point: MonitorWindow) => point.state === 'OPEN' || point.state === 'PROVISIONAL';

/** Where the middles of neighbouring windows are less than a window apart they show one stretch. */
function merged(points: readonly MonitorWindow[]): (readonly [number, number])[] {
  const result: [number, number][] = [];
  for (const point of points) {
    const step = Math.min(86_400_000, Date.parse(point.to) - Date.parse(point.from)) / 2;
    const [from, to] = Date.parse(point.to) - Date.parse(point.from) > 86_400_000 * 2 && points.length > 2 ? [middle(point) - step, middle(point) + step] : [Date.parse(point.from), Date.parse(point.to)];
    const last = result.at(-1);
    if (last && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else result.push([from, to]);
  }
  return result;
}

const middle = (point: MonitorWindow) => (Date.parse(point.from) + Date.parse(point.to)) / 2;

/** A metric over its windows: interval as a ribbon, bound dashed, releases and alerts as verticals, gaps left open, windows that wait for labels hatched. */
export function SeriesChart({ points, bound, annotations, show, label, small = false, width = 348, times: shared }: Props) {
  const hatch = useId();
  const [left, right] = small ? [4, 46] : [52, 60];
  const ordered = points.toSorted((a, b) => Date.parse(a.from) - Date.parse(b.from));
  const times = shared ?? extent(ordered.flatMap((point) => [Date.parse(point.from), Date.parse(point.to)]));
  const notes = annotations
    .filter((note) => Date.parse(note.at) >= times[0] && Date.parse(note.at) <= times[1])
    .toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
  const x = linear(times, [left, width - right]);
  const texts = notes.map((note) => note.text.slice(0, 42));
  const spans = notes.map((note, index) => fitted(x(Date.parse(note.at)) + 4, (texts[index]?.length ?? 0) * 5.8, width));
  const rows = labelRows(spans.map((span) => span.from), spans.map((span) => span.to - span.from));
  const top = 12 + (notes.length === 0 ? 0 : (Math.max(...rows) + 1) * 15);
  const bottom = top + (small ? 84 : 150);
  const [low, high] = extent([bound, 0, ...ordered.filter(measured).flatMap((point) => [point.value, point.low, point.high])]);
  const y = linear([low, high + (high - low) * 0.06], [bottom, top]);
  return (
    <svg viewBox={`0 0 ${width} ${bottom + 22}`} width={width} height={bottom + 22} role="img" aria-label={label}>
      <defs>
        <pattern id={hatch} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <path d="M0 0V6" className="s-slate" strokeWidth="1.4" opacity=".45" />
        </pattern>
      </defs>
      {ticks(low, high, small ? 2 : 4).map((tick) => (
        <g key={tick}>
          <path d={`M${left} ${y(tick)}H${width - right}`} className="s-line" />
          {!small && (
            <text x={left - 8} y={y(tick) + 4} textAnchor="end">
              {show(tick)}
            </text>
          )}
        </g>
      ))}
      {merged(ordered.filter(pending)).map(([from, to]) => (
        <rect key={from} x={x(from)} y={top} width={Math.max(1, x(to) - x(from))} height={bottom - top} fill={`url(#${hatch})`}>
          <title>labels are still on their way</title>
        </rect>
      ))}
      {merged(ordered.filter((point) => !measured(point) && !pending(point))).map(([from, to]) => (
        <g key={from}>
          <rect x={x(from)} y={top} width={Math.max(1, x(to) - x(from))} height={bottom - top} className="f-line" opacity=".45">
            <title>too few to judge</title>
          </rect>
          {x(to) - x(from) > 90 && !small && (
            <text x={(x(from) + x(to)) / 2} y={bottom - 8} textAnchor="middle">
              too few to judge
            </text>
          )}
        </g>
      ))}
      {segments(ordered, measured).map((line) => (
        <Line key={line[0]?.from} line={line} x={x} y={y} />
      ))}
      <path d={`M${left} ${y(bound)}H${width - right}`} className="s-ink dash" />
      <text x={width - right + 6} y={y(bound) + 4} className="strong">
        {show(bound)}
      </text>
      {notes.map((note, index) => (
        <Note key={note.at + note.text} x={x(Date.parse(note.at))} from={spans[index]?.from ?? 0} y={10 + (rows[index] ?? 0) * 15} bottom={bottom} kind={note.kind} text={texts[index] ?? ''} />
      ))}
      {timeTicks(times, small || width < 600 ? 3 : 7).map((time, index, all) => (
        <text key={time} x={x(time)} y={bottom + 17} textAnchor={small && index === 0 ? 'start' : small && index === all.length - 1 ? 'end' : 'middle'}>
          {day(new Date(time).toISOString())}
        </text>
      ))}
    </svg>
  );
}

function Line({ line, x, y }: { readonly line: readonly MonitorWindow[]; readonly x: (value: number) => number; readonly y: (value: number) => number }) {
  const at = (point: MonitorWindow, value: number | undefined) => `${x(middle(point)).toFixed(1)} ${y(value ?? point.value ?? 0).toFixed(1)}`;
  const up = line.map((point) => at(point, point.high));
  const down = line.toReversed().map((point) => at(point, point.low));
  return (
    <>
      {line.length > 1 ? (
        <path d={`M${[...up, ...down].join('L')}Z`} className="f-leaf soft" />
      ) : (
        line.map((point) => <path key={point.from} d={`M${at(point, point.low)}L${at(point, point.high)}`} className="s-leaf" strokeWidth="6" opacity=".2" />)
      )}
      <path d={`M${line.map((point) => at(point, point.value)).join('L')}`} className="s-leaf" strokeWidth="1.8" fill="none" />
      {line.map((point) => (
        <Dot key={point.from + point.version} alert={point.verdict === 'ALERT'} x={x(middle(point))} y={y(point.value ?? 0)} />
      ))}
    </>
  );
}

/** An alert is a diamond, as everywhere: it reads without colour. */
function Dot({ alert, x, y }: { readonly alert: boolean; readonly x: number; readonly y: number }) {
  if (alert) return <path d={`M${x.toFixed(1)} ${(y - 4.6).toFixed(1)}l4.6 4.6-4.6 4.6-4.6-4.6z`} className="f-clay" />;
  return <circle cx={x} cy={y} r="2.6" className="f-leaf" />;
}

function Note({ x, from, y, bottom, kind, text }: { readonly x: number; readonly from: number; readonly y: number; readonly bottom: number; readonly kind: string; readonly text: string }) {
  const tone = kind === 'alert' ? 'clay' : 'sky';
  return (
    <>
      <path d={`M${x} ${y + 4}V${bottom}`} className={`s-${tone}`} opacity=".75" />
      <text x={from} y={y + 4} className={`f-${tone}`}>
        {text}
      </text>
    </>
  );
}

/** Whole days, evenly apart, the first and last a little inside. */
function timeTicks([from, to]: readonly [number, number], count: number): number[] {
  return Array.from({ length: count }, (_, index) => from + ((to - from) * (index + 0.5)) / count);
}
