import { Fragment, useEffect, useMemo, useRef, useState, type PointerEvent } from 'react';
import { Measured } from '../../shared/chart/Measured';
import { pngOf } from '../../shared/chart/png';
import { number } from '../../shared/lib/format';
import { save } from '../../shared/lib/save';
import { extent, linear, ticks } from '../../shared/lib/scale';
import { alongs, axisName, placeText, ticksOf, type Axis } from './axes';
import { above, extremes, smooth, valueAt, type Line, type Point } from './lines';
import { Numbers } from './Numbers';
import { chartCsv, type Threshold } from './threshold';
import { measured } from './view';

export interface ChartLine extends Line {
  readonly name: string;
  readonly colour: string;
}

interface Props {
  readonly title: string;
  readonly lines: readonly ChartLine[];
  readonly axis: Axis;
  readonly weight: number;
  /** Whether the values, and the axis below them, are logarithms. */
  readonly log: boolean;
  readonly logX?: boolean;
  /** What of the axis shows; everything where nothing is said. */
  readonly zoom: readonly [number, number] | undefined;
  readonly setZoom: (zoom: readonly [number, number] | undefined) => void;
  /** The shared cross-hair of all charts on the page. */
  readonly cross: number | undefined;
  readonly setCross: (x: number | undefined) => void;
  readonly height?: number;
  /** The canvas's bound on this metric. */
  readonly threshold?: Threshold | undefined;
}

const LEFT = 54;
const RIGHT = 12;
/** More lines than this show no marks of their least and greatest value. */
const MARKED = 4;

const path = (points: readonly Point[], x: (value: number) => number, y: (value: number) => number) => `M${points.map((point) => `${x(point.x).toFixed(1)} ${y(point.y).toFixed(1)}`).join('L')}`;

/** One metric of several runs: smoothed lines, the raw ones pale behind them, one cross-hair, a brush to look closer. */
export function Overlay(props: Props) {
  const { title, lines } = props;
  const empty = lines.every(({ points, holes }) => points.length + holes.length === 0);
  const single = lines.every(({ points, holes }) => points.length + holes.length <= 1);
  const figure = useRef<HTMLElement>(null);
  const [tall, setTall] = useState(false);
  useEffect(() => {
    const onChange = () => setTall(document.fullscreenElement === figure.current && figure.current !== null);
    document.addEventListener('fullscreenchange', onChange);
    return () => document.removeEventListener('fullscreenchange', onChange);
  }, []);
  return (
    <figure className="overlay" ref={figure}>
      <figcaption className="chart-title">
        <h3>{title}</h3>
        {!single && <Readout {...props} />}
      </figcaption>
      {empty ? (
        <p className="muted">None of these runs has it yet.</p>
      ) : single ? (
        <Singles lines={lines} />
      ) : (
        <Measured label={`${title} of ${lines.length} runs`}>{(width) => <Drawing {...props} width={width} {...(tall ? { height: Math.max(240, window.innerHeight - 160) } : {})} />}</Measured>
      )}
      <details>
        <summary>Table</summary>
        <Numbers {...props} />
      </details>
      {!empty && (
        <div className="chart-tools">
          <button type="button" className="link" aria-label={`${title} as CSV`} onClick={() => save(`${title}.csv`, new Blob([chartCsv(title, lines, axisName(props.axis), props.axis === 'clock' ? (x) => new Date(x).toISOString() : String)], { type: 'text/csv' }))}>
            CSV
          </button>
          {!single && (
            <>
              <button type="button" className="link" aria-label={`${title} as PNG`} onClick={() => void picture(title, figure.current)}>
                PNG
              </button>
              <button type="button" className="link" aria-label={`${title} on the full screen`} onClick={() => void (tall ? document.exitFullscreen() : figure.current?.requestFullscreen())}>
                {tall ? 'Leave the full screen' : 'Full screen'}
              </button>
            </>
          )}
        </div>
      )}
    </figure>
  );
}

async function picture(title: string, figure: HTMLElement | null): Promise<void> {
  const svg = figure?.querySelector<SVGSVGElement>('svg[role="img"]');
  const png = svg && (await pngOf(svg, getComputedStyle(document.body).backgroundColor));
  if (png) save(`${title}.png`, png);
}

/** A metric that was measured once in each run is no curve: bars from zero, greatest first. */
function Singles({ lines }: { readonly lines: readonly ChartLine[] }) {
  const values = lines.map((line) => ({ ...line, value: line.points[0]?.y })).toSorted((a, b) => (b.value ?? -Infinity) - (a.value ?? -Infinity));
  const most = Math.max(...values.map(({ value }) => Math.abs(value ?? 0))) || 1;
  return (
    <div className="bars">
      {values.map((line) => (
        <Fragment key={line.run}>
          <span>{line.name}</span>
          <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
            <rect width="100" height="10" className="f-line" />
            <rect width={(Math.abs(line.value ?? 0) / most) * 100} height="10" className={line.colour} fill="currentColor" />
          </svg>
          <span className="val">{line.value === undefined ? 'NaN' : measured(line.value)}</span>
        </Fragment>
      ))}
    </div>
  );
}

function Drawing({ title, lines, axis, weight, log, logX = false, zoom, setZoom, cross, setCross, width, height = 200, threshold }: Props & { readonly width: number }) {
  const [brush, setBrush] = useState<readonly [number, number]>();
  const svg = useRef<SVGSVGElement>(null);
  const drawn = useMemo(() => lines.map((line) => ({ ...line, ...above(line, { x: logX, y: log }) })).map((line) => ({ ...line, smooth: smooth(line.points, weight) })), [lines, weight, log, logX]);
  const room = zoom !== undefined && !(logX && zoom[0] <= 0) ? zoom : extent(drawn.flatMap(({ points, holes }) => [points[0]?.x, points.at(-1)?.x, ...holes]));
  const inside = drawn.flatMap((line) => [...line.points, ...line.smooth]).filter(({ x }) => x >= room[0] && x <= room[1]);
  const on = (value: number) => (log ? Math.log10(value) : value);
  const bound = threshold !== undefined && !(log && threshold.value <= 0) ? threshold : undefined;
  const [low, high] = extent([...inside.map(({ y }) => on(y)), bound && on(bound.value)]);
  const pad = (high - low || Math.abs(high) || 1) * 0.05;
  const bottom = height - 22;
  const { to: x, from: back } = alongs(room, [LEFT, width - RIGHT], logX);
  const scale = linear([low - pad, high + pad], [bottom, 8]);
  const y = (value: number) => scale(on(value));
  const place = (event: PointerEvent) => back(Math.min(width - RIGHT, Math.max(LEFT, event.clientX - (svg.current?.getBoundingClientRect().left ?? 0))));
  return (
    <svg
      ref={svg}
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      role="img"
      aria-label={`${title}: ${lines.map((line) => `${line.name} ${measured(line.points.at(-1)?.y)}`).slice(0, 8).join(', ')}`}
    >
      <clipPath id={`clip-${title.replaceAll(/\W/g, '-')}`}>
        <rect x={LEFT} y="0" width={Math.max(0, width - LEFT - RIGHT)} height={height} />
      </clipPath>
      {ticks(low - pad, high + pad, 4).map((tick) => (
        <g key={tick}>
          <path d={`M${LEFT} ${scale(tick)}H${width - RIGHT}`} className="s-line" />
          <text x={LEFT - 6} y={scale(tick) + 4} textAnchor="end">
            {number(log ? 10 ** tick : tick)}
          </text>
        </g>
      ))}
      {ticksOf(axis, room, logX, width < 500 ? 3 : 6).map((tick) => (
        <text key={tick} x={x(tick)} y={height - 6} textAnchor="middle">
          {placeText(axis, tick, room[1] - room[0])}
        </text>
      ))}
      <g clipPath={`url(#clip-${title.replaceAll(/\W/g, '-')})`} fill="none">
        {drawn.map((line) => (
          <g key={line.run} className={line.colour}>
            {weight > 0 && line.points.length > 1 && <path d={path(line.points, x, y)} stroke="currentColor" opacity=".22" />}
            {line.smooth.length > 1 && <path d={path(line.smooth, x, y)} stroke="currentColor" strokeWidth="1.7" />}
            {line.smooth.length === 1 && line.smooth.map((point) => <circle key={point.x} cx={x(point.x)} cy={y(point.y)} r="3" fill="currentColor" />)}
            {line.holes.map((hole) => (
              <path key={hole} d={`M${x(hole).toFixed(1)} ${bottom}l-4 -7h8z`} fill="currentColor">
                <title>{`${line.name}: not a number`}</title>
              </path>
            ))}
          </g>
        ))}
      </g>
      {drawn.length <= MARKED && drawn.map((line) => <Extremes key={line.run} axis={axis} line={line} room={room} x={x} y={y} />)}
      {bound && (
        <>
          <path d={`M${LEFT} ${y(bound.value)}H${width - RIGHT}`} className="s-ink dash" />
          <text x={width - RIGHT} y={y(bound.value) - 4} textAnchor="end" className="val halo">
            canvas: {bound.text}
          </text>
        </>
      )}
      {cross !== undefined && cross >= room[0] && cross <= room[1] && <path d={`M${x(cross).toFixed(1)} 4V${bottom}`} className="s-ink dash" opacity=".6" />}
      {brush && <rect x={Math.min(x(brush[0]), x(brush[1]))} y="4" width={Math.abs(x(brush[1]) - x(brush[0]))} height={bottom - 4} className="f-sky softer" />}
      <rect
        x={LEFT}
        y="0"
        width={Math.max(0, width - LEFT - RIGHT)}
        height={bottom}
        className="lens"
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          setBrush([place(event), place(event)]);
        }}
        onPointerMove={(event) => {
          setCross(place(event));
          if (brush) setBrush([brush[0], place(event)]);
        }}
        onPointerUp={() => {
          const wide = brush ? Math.abs(x(brush[1]) - x(brush[0])) : 0;
          if (brush && wide > 6) setZoom([Math.min(...brush), Math.max(...brush)]);
          setBrush(undefined);
        }}
        onPointerLeave={() => setCross(undefined)}
        onDoubleClick={() => setZoom(undefined)}
      />
    </svg>
  );
}

/** The least and the greatest value of a line, as they were measured. */
function Extremes({ axis, line, room, x, y }: { readonly axis: Axis; readonly line: ChartLine; readonly room: readonly [number, number]; readonly x: (value: number) => number; readonly y: (value: number) => number }) {
  const ends = extremes(line.points.filter((point) => point.x >= room[0] && point.x <= room[1]));
  if (!ends || ends.least.y === ends.greatest.y) return null;
  return (
    <g className={line.colour}>
      {([['least', ends.least], ['greatest', ends.greatest]] as const).map(([name, point]) => (
        <circle key={name} cx={x(point.x)} cy={y(point.y)} r="3.2" fill="var(--paper)" stroke="currentColor" strokeWidth="1.5">
          <title>{`${line.name}: ${name} ${measured(point.y)} at ${axis === 'clock' || axis === 'time' ? '' : `${axisName(axis)} `}${placeText(axis, point.x, 0)}`}</title>
        </circle>
      ))}
    </g>
  );
}

/** What the cross-hair reads, or the last value of each. */
function Readout({ lines, weight, cross }: Props) {
  const read = lines
    .map((line) => ({ ...line, value: cross === undefined ? line.points.at(-1)?.y : valueAt(smooth(line.points, weight), cross) }))
    .filter(({ value }) => value !== undefined)
    .toSorted((a, b) => (b.value ?? 0) - (a.value ?? 0));
  return (
    <span className="readout">
      {read.slice(0, 6).map((line) => (
        <span key={line.run} className={line.colour}>
          <b className="mono">{measured(line.value)}</b> {line.name}
        </span>
      ))}
      {read.length > 6 && <span className="muted">and {read.length - 6} more</span>}
    </span>
  );
}
