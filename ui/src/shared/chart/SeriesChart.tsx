import type { MonitorWindow } from '../api/types';
import { extent, labelRows, linear, segments, ticks } from '../lib/scale';
import { day } from '../lib/time';

const WIDTH = 1180;
const LEFT = 52;
const RIGHT = 64;

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
}

/** A window counts as measured when it rests on enough rows. */
const measured = (point: MonitorWindow) => point.verdict !== 'INSUFFICIENT' && Number.isFinite(point.value);

const middle = (point: MonitorWindow) => (Date.parse(point.from) + Date.parse(point.to)) / 2;

/** A metric over its windows: interval as a ribbon, bound dashed, releases and alerts as verticals, gaps left open, windows that wait for labels hatched. */
export function SeriesChart({ points, bound, annotations, show, label }: Props) {
  const ordered = points.toSorted((a, b) => Date.parse(a.from) - Date.parse(b.from));
  const times = extent(ordered.flatMap((point) => [Date.parse(point.from), Date.parse(point.to)]));
  const notes = annotations
    .filter((note) => Date.parse(note.at) >= times[0] && Date.parse(note.at) <= times[1])
    .toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
  const x = linear(times, [LEFT, WIDTH - RIGHT]);
  const texts = notes.map((note) => note.text.slice(0, 42));
  const rows = labelRows(notes.map((note) => x(Date.parse(note.at))), texts.map((text) => text.length * 5.6));
  const top = 12 + (notes.length === 0 ? 0 : (Math.max(...rows) + 1) * 15);
  const bottom = top + 150;
  const [low, high] = extent([bound, 0, ...ordered.filter(measured).flatMap((point) => [point.value, point.low, point.high])]);
  const y = linear([low, high + (high - low) * 0.06], [bottom, top]);
  const lines = segments(ordered, measured);
  return (
    <svg viewBox={`0 0 ${WIDTH} ${bottom + 22}`} width={WIDTH} height={bottom + 22} role="img" aria-label={label}>
      <defs>
        <pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <path d="M0 0V6" className="s-slate" strokeWidth="1.4" opacity=".45" />
        </pattern>
      </defs>
      {ticks(low, high).map((tick) => (
        <g key={tick}>
          <path d={`M${LEFT} ${y(tick)}H${WIDTH - RIGHT}`} className="s-line" />
          <text x={LEFT - 8} y={y(tick) + 4} textAnchor="end">
            {show(tick)}
          </text>
        </g>
      ))}
      {ordered
        .filter((point) => !measured(point))
        .map((point) => (
          <rect key={point.from} x={x(Date.parse(point.from))} y={top} width={Math.max(1, x(Date.parse(point.to)) - x(Date.parse(point.from)))} height={bottom - top} fill="url(#hatch)" opacity=".5">
            <title>{point.insufficient ?? 'not measured'}</title>
          </rect>
        ))}
      {lines.map((line) => (
        <Line key={line[0]?.from} line={line} x={x} y={y} />
      ))}
      <path d={`M${LEFT} ${y(bound)}H${WIDTH - RIGHT}`} className="s-ink dash" />
      <text x={WIDTH - RIGHT + 6} y={y(bound) + 4} className="strong">
        {show(bound)}
      </text>
      {notes.map((note, index) => (
        <Note key={note.at + note.text} x={x(Date.parse(note.at))} y={10 + (rows[index] ?? 0) * 15} bottom={bottom} kind={note.kind} text={texts[index] ?? ''} />
      ))}
      {timeTicks(times).map((time) => (
        <text key={time} x={x(time)} y={bottom + 17} textAnchor="middle">
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
        <circle key={point.from} cx={x(middle(point))} cy={y(point.value ?? 0)} r="2.6" className={point.verdict === 'ALERT' ? 'f-clay' : 'f-leaf'} />
      ))}
    </>
  );
}

function Note({ x, y, bottom, kind, text }: { readonly x: number; readonly y: number; readonly bottom: number; readonly kind: string; readonly text: string }) {
  const tone = kind === 'alert' ? 'clay' : 'sky';
  const end = x > WIDTH * 0.72;
  return (
    <>
      <path d={`M${x} ${y + 4}V${bottom}`} className={`s-${tone}`} opacity=".75" />
      <text x={end ? x - 4 : x + 4} y={y + 4} textAnchor={end ? 'end' : 'start'} className={`f-${tone}`}>
        {text}
      </text>
    </>
  );
}

function timeTicks([from, to]: readonly [number, number]): number[] {
  const step = (to - from) / 6;
  return Array.from({ length: 5 }, (_, index) => from + step * (index + 0.5 + 0.5));
}
