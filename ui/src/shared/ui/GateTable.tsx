import type { GateReport, GateResult } from '../api/types';
import { bytes, count, millis, number, percent, sign, words } from '../lib/format';
import { isShare, prose } from '../lib/prose';
import { toneOf } from '../lib/state';
import { Pill } from './Pill';
import { Whisker } from './Whisker';

/** Every gate with its value, interval and bound; the verdict follows from them. */
export function GateTable({ report }: { readonly report: GateReport }) {
  return (
    <>
      <div className="table-wrap" tabIndex={0} role="group" aria-label="Table">
        <table>
          <thead>
            <tr>
              <th>Gate</th>
              <th>Verdict</th>
              <th className="num">Value</th>
              <th className="num">95 % CI</th>
              <th>Against its bound</th>
              <th className="num">n</th>
            </tr>
          </thead>
          <tbody>
            {report.results.map((gate, index) => (
              <tr key={`${gate.metric} ${gate.versus} ${gate.slice ?? ''} ${gate.op} ${gate.bound} ${index}`}>
                <td>
                  <b>{words(gate.metric)}</b> {claim(gate)}
                </td>
                <td>
                  <Pill outcome={gate.verdict} />
                  {!gate.blocking && <span className="muted"> advises</span>}
                  {gate.verdict !== 'PASS' && <div className="muted">{prose(gate.detail)}</div>}
                </td>
                <td className="num">{reading(gate, gate.value)}</td>
                <td className="num">{ci(gate)}</td>
                <td>
                  <Whisker
                    value={gate.value}
                    low={gate.low}
                    high={gate.high}
                    bound={gate.versus.toUpperCase() === 'ABSOLUTE' ? gate.bound : margin(gate)}
                    tone={toneOf(gate.verdict)}
                    label={`${gate.metric} against its bound`}
                  />
                </td>
                <td className="num">{count(gate.n)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

/** A metric in its unit: shares in percent, latency in milliseconds, size in bytes. */
function show(metric: string, value: number | undefined): string {
  if (/^p\d+/.test(metric)) return millis(value);
  if (metric === 'size') return bytes(value);
  return isShare(metric) ? percent(value) : number(value);
}

/** Against another model a gate looks at the difference, in points of a share. */
function reading(gate: GateResult, value: number | undefined): string {
  if (gate.versus.toUpperCase() === 'ABSOLUTE') return show(gate.metric, value);
  if (value === undefined || !Number.isFinite(value)) return '–';
  return `${value > 0 ? '+' : ''}${number(value * 100)} pp`;
}

function ci(gate: GateResult): string {
  if (gate.low === undefined || gate.high === undefined || gate.low === gate.high) return '';
  const [low, high] = [reading(gate, gate.low), reading(gate, gate.high)];
  const unit = / (%|pp|ms|MB|kB)$/.exec(high)?.[0];
  return `${unit && low.endsWith(unit) ? low.slice(0, -unit.length) : low} to ${high}`;
}

/** Compared with another model, a gate bounds the difference. */
function margin(gate: GateResult): number {
  return gate.op === 'AT_LEAST' || gate.op === 'ABOVE' ? -gate.bound : gate.bound;
}

function claim(gate: GateResult): string {
  const where = gate.slice ? ` on ${gate.slice}` : '';
  if (gate.versus.toUpperCase() === 'ABSOLUTE') return `${sign(gate.op)} ${show(gate.metric, gate.bound)}${where}`;
  return `at most ${number(gate.bound * 100)} pp below the ${words(gate.versus)}${where}`;
}
