import { Link } from 'react-router';
import { millis, words } from '../lib/format';
import type { Bar } from '../lib/gantt';
import { linear, ticks } from '../lib/scale';
import { toneOf } from '../lib/state';

const ROW = 28;
const LEFT = 92;
const RIGHT = 86;

/** Steps over time; the longest way is marked, for only it is worth shortening. */
export function Gantt({ bars, width, current, to }: { readonly bars: readonly Bar[]; readonly width: number; readonly current: string | undefined; readonly to: (step: string) => string }) {
  const end = Math.max(1, ...bars.map((bar) => bar.to));
  const x = linear([0, end], [LEFT, width - RIGHT]);
  const height = bars.length * ROW + 24;
  return (
    <svg className="dag" width={width} height={height} viewBox={`0 0 ${width} ${height}`}>
      {ticks(0, end, width < 600 ? 3 : 6).map((tick) => (
        <g key={tick}>
          <path d={`M${x(tick)} 0V${height - 20}`} className="s-line" />
          <text x={x(tick)} y={height - 6} textAnchor="middle">
            {tick === 0 ? '0' : millis(tick)}
          </text>
        </g>
      ))}
      {bars.map((bar, index) => {
        const tone = toneOf(bar.state);
        const wide = Math.max(2, x(bar.to) - x(bar.from));
        return (
          <Link key={bar.name} to={to(bar.name)} aria-current={bar.name === current ? 'true' : undefined} aria-description={words(bar.state)} preventScrollReset>
            <rect x="0" y={index * ROW} width={width} height={ROW} className="hit" />
            <text x="4" y={index * ROW + 18} className={bar.name === current ? 'strong' : ''}>
              {words(bar.name)}
            </text>
            <rect x={x(bar.from)} y={index * ROW + 7} width={wide} height="14" rx="3" className={tone === 'amber' ? 'f-amber breathe' : `f-${tone}`} opacity={bar.critical ? 1 : 0.45} />
            <text x={x(bar.to) + 6} y={index * ROW + 18} className="val">
              {millis(bar.to - bar.from)}
            </text>
          </Link>
        );
      })}
    </svg>
  );
}
