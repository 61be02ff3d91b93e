import { useId } from 'react';
import type { TrafficDay } from '../api/types';
import { extent, linear } from '../lib/scale';
import { count } from '../lib/format';
import { day } from '../lib/time';

const DAY = 86_400_000;

/** Predictions per day; the part whose labels have come is filled, the rest is hatched. */
export function VolumeChart({ points, width, times }: { readonly points: readonly TrafficDay[]; readonly width: number; readonly times?: readonly [number, number] }) {
  const hatch = useId();
  const ordered = points.toSorted((a, b) => Date.parse(a.day) - Date.parse(b.day));
  const [height, left, right] = [84, 52, 60];
  const x = linear(times ?? extent(ordered.flatMap((point) => [Date.parse(point.day), Date.parse(point.day) + DAY])), [left, width - right]);
  const most = Math.max(1, ...ordered.map((point) => point.served));
  const y = linear([0, most], [0, height - 8]);
  return (
    <svg viewBox={`0 0 ${width} ${height + 20}`} width={width} height={height + 20} role="img" aria-label="Predictions per day and how many have their label">
      <defs>
        <pattern id={hatch} width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <path d="M0 0V4" className="s-slate" strokeWidth="1.6" />
        </pattern>
      </defs>
      <text x={left - 8} y="12" textAnchor="end">
        {count(most)}
      </text>
      <path d={`M${left} ${height}H${width - right}`} className="s-trellis" />
      {ordered.map((point) => {
        const from = x(Date.parse(point.day));
        const wide = Math.max(0.8, x(Date.parse(point.day) + DAY) - from - 1);
        return (
          <g key={point.day}>
            {point.labelled < point.served && <rect x={from} y={height - y(point.served)} width={wide} height={y(point.served) - y(point.labelled)} fill={`url(#${hatch})`} />}
            <rect x={from} y={height - y(point.labelled)} width={wide} height={y(point.labelled)} className="f-slate" />
            <title>{`${day(point.day)}: ${count(point.served)} predictions, ${count(point.labelled)} labelled`}</title>
          </g>
        );
      })}
      <text x={left} y={height + 16}>
        {ordered[0] && day(ordered[0].day)}
      </text>
      <text x={width - right} y={height + 16} textAnchor="end">
        {ordered.at(-1) && day(ordered.at(-1)?.day ?? '')}
      </text>
    </svg>
  );
}
