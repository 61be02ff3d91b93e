import type { GateReport, GateResult } from '../api/types';
import { count, interval, number, percent, sign, words } from '../lib/format';
import { toneOf } from '../lib/state';
import { Pill } from './Pill';
import { Whisker } from './Whisker';

/** Every gate with its value, interval and bound; the verdict follows from them. */
export function GateTable({ report }: { readonly report: GateReport }) {
  return (
    <>
      <p className="muted">{report.summary}</p>
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
              <th>Detail</th>
            </tr>
          </thead>
          <tbody>
            {report.results.map((gate) => (
              <tr key={gate.metric + gate.versus + (gate.slice ?? '') + gate.op + gate.bound}>
                <td>
                  <b>{words(gate.metric)}</b> {claim(gate)}
                </td>
                <td>
                  <Pill outcome={gate.verdict} />
                  {!gate.blocking && <span className="muted"> advises</span>}
                </td>
                <td className="num">{show(gate.metric, gate.value)}</td>
                <td className="num">{isShare(gate.metric) ? interval(gate.low, gate.high, 'share') : interval(gate.low, gate.high)}</td>
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
                <td className="muted">{gate.detail}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

const isShare = (metric: string) => /spam|rate|recall|precision|false|share|error|accuracy/.test(metric);
const show = (metric: string, value: number | undefined) => (isShare(metric) ? percent(value) : number(value));

/** Compared with another model, a gate bounds the difference. */
function margin(gate: GateResult): number {
  return gate.op === 'AT_LEAST' || gate.op === 'ABOVE' ? -gate.bound : gate.bound;
}

function claim(gate: GateResult): string {
  const where = gate.slice ? ` on ${gate.slice}` : '';
  if (gate.versus.toUpperCase() === 'ABSOLUTE') return `${sign(gate.op)} ${show(gate.metric, gate.bound)}${where}`;
  return `within ${show(gate.metric, gate.bound)} of the ${words(gate.versus)}${where}`;
}
