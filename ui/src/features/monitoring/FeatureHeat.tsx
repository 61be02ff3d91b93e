import { useFeatureDrift } from '../../shared/api/queries';
import type { FeatureDrift } from '../../shared/api/types';
import { Measured } from '../../shared/chart/Measured';
import { count, number } from '../../shared/lib/format';
import { save } from '../../shared/lib/save';
import { linear } from '../../shared/lib/scale';
import { day } from '../../shared/lib/time';
import { driftCsv, ENOUGH, furthest, looks } from './features';

const ROW = 22;
const LEFT = 92;

/** Features × weeks: how far what was asked is from what the version was trained on. */
export function FeatureHeat({ product, times }: { readonly product: string; readonly times: readonly [number, number] }) {
  const drift = useFeatureDrift(product).data;
  if (!drift || drift.weeks.length === 0) return null;
  const far = furthest(drift);
  return (
    <section className="band">
      <div className="chart-title">
        <h2>{far ? `What is asked drifted most in ${far.feature}, week of ${day(far.from)}` : 'What is asked is like what was trained on'}</h2>
        <span className="muted">Jensen–Shannon distance beyond chance, against the training rows of the version that answered</span>
      </div>
      <p className="muted">Stronger is further away; a dot marks what chance shows less than once in twenty; weeks with fewer than {ENOUGH} texts are left open.</p>
      <Measured label="Drift of each feature by week">{(width) => <Heat drift={drift} width={width} times={times} />}</Measured>
      <details>
        <summary>Table of {drift.weeks.length} weeks</summary>
        <p>
          <button type="button" className="btn small" onClick={() => save(`${product}.drift.csv`, new Blob([driftCsv(drift)], { type: 'text/csv' }))}>
            CSV
          </button>
        </p>
        <div className="table-wrap" tabIndex={0} role="group" aria-label="Drift by week">
          <table>
            <thead>
              <tr>
                <th>Week of</th>
                <th>Version</th>
                <th className="num">n</th>
                {drift.features.map((feature) => (
                  <th key={feature} className="num">
                    {feature}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {drift.weeks.toReversed().map((week) => (
                <tr key={week.from}>
                  <td className="nowrap">{day(week.from)}</td>
                  <td className="mono">{week.version}</td>
                  <td className="num">{count(week.n)}</td>
                  {drift.features.map((feature) => (
                    <td key={feature} className="num">
                      {number(week.cells.find((cell) => cell.feature === feature)?.beyondChance)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </section>
  );
}

function Heat({ drift, width, times }: { readonly drift: FeatureDrift; readonly width: number; readonly times: readonly [number, number] }) {
  const x = linear(times, [LEFT, width - 60]);
  const height = drift.features.length * ROW + 20;
  const every = Math.ceil(drift.weeks.length / Math.max(2, Math.floor(width / 130)));
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label="Distance of each feature by week from the training rows">
      {drift.features.map((feature, row) => (
        <g key={feature}>
          <text x={LEFT - 8} y={row * ROW + 15} textAnchor="end">
            {feature}
          </text>
          {drift.weeks.map((week) => {
            const look = looks(week, feature);
            const [from, to] = [x(Math.max(times[0], Date.parse(week.from))), x(Math.min(times[1], Date.parse(week.to)))];
            const wide = Math.max(1, to - from - 1.5);
            return (
              <g key={week.from}>
                <rect x={from} y={row * ROW + 2} width={wide} height={ROW - 4} rx="3" className={look.open ? 'f-surface s-line' : 'f-sky'} opacity={look.open ? 1 : 0.06 + look.depth * 0.84}>
                  <title>{look.words}</title>
                </rect>
                {look.marked && <circle cx={from + wide / 2} cy={row * ROW + ROW / 2} r="2" className="f-ink" />}
              </g>
            );
          })}
        </g>
      ))}
      {drift.weeks
        .filter((_, index) => index % every === 0)
        .map((week) => (
          <text key={week.from} x={x(Math.max(times[0], Date.parse(week.from)))} y={height - 4}>
            {day(week.from)}
          </text>
        ))}
    </svg>
  );
}
