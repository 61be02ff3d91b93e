import type { TrafficDay } from '../../shared/api/types';
import { Measured } from '../../shared/chart/Measured';
import { count, percent } from '../../shared/lib/format';
import { linear } from '../../shared/lib/scale';
import { day } from '../../shared/lib/time';
import { weeks, type Week } from './series';

const ROW = 22;

/** Labels × weeks: the share of each answer, dark where it is far from the reference, the first weeks. */
export function Mix({ daily, times }: { readonly daily: readonly TrafficDay[]; readonly times: readonly [number, number] }) {
  const heat = weeks(daily);
  if (heat.weeks.length < 3 || heat.labels.length < 2) return null;
  return (
    <section className="band">
      <div className="chart-title">
        <h2>What it answers, week by week</h2>
        <span className="muted">
          reference: the first {heat.reference} weeks ({heat.labels.map((label) => `${label} ${percent(heat.expected[label])}`).join(', ')})
        </span>
      </div>
      <p className="muted">Stronger is further from the reference; weeks with fewer than 20 answers are left open.</p>
      <Measured label="Share of each answer by week">{(width) => <Heat weeks={heat.weeks} labels={heat.labels} expected={heat.expected} width={width} times={times} />}</Measured>
    </section>
  );
}

function Heat(props: { readonly weeks: readonly Week[]; readonly labels: readonly string[]; readonly expected: Readonly<Record<string, number>>; readonly width: number; readonly times: readonly [number, number] }) {
  const { width, labels } = props;
  const x = linear(props.times, [52, width - 60]);
  const height = labels.length * ROW + 20;
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label="Share of each answer by week against the reference">
      {labels.map((label, row) => (
        <g key={label}>
          <text x="44" y={row * ROW + 15} textAnchor="end">
            {label.slice(0, 8)}
          </text>
          {props.weeks.map((week) => {
            const share = week.shares[label] ?? 0;
            const far = Math.min(1, Math.abs(share - (props.expected[label] ?? 0)) / 0.4);
            const [from, wide] = [x(week.from), Math.max(1, x(week.to) - x(week.from) - 1.5)];
            return (
              <g key={week.from}>
                <rect x={from} y={row * ROW + 2} width={wide} height={ROW - 4} rx="3" className={week.thin ? 'f-surface s-line' : 'f-sky'} opacity={week.thin ? 1 : 0.08 + far * 0.47}>
                  <title>{`${label}, week of ${day(new Date(week.from).toISOString())}: ${percent(share)} of ${count(week.n)}`}</title>
                </rect>
                {wide > 42 && !week.thin && (
                  <text x={from + wide / 2} y={row * ROW + 15} textAnchor="middle" className="val ink">
                    {percent(share)}
                  </text>
                )}
              </g>
            );
          })}
        </g>
      ))}
      {props.weeks
        .filter((_, index) => index % Math.ceil(props.weeks.length / Math.max(2, Math.floor(width / 130))) === 0)
        .map((week) => (
          <text key={week.from} x={x(week.from)} y={height - 4}>
            {day(new Date(week.from).toISOString())}
          </text>
        ))}
    </svg>
  );
}
