import type { LadderVerdict } from '../api/types';
import { interval, millis, number } from '../lib/format';
import { prose } from '../lib/prose';
import { extent } from '../lib/scale';
import { Pill } from './Pill';
import { Whisker } from './Whisker';

/** The rungs, simplest first; the simplest one that is not beaten is promoted. */
export function LadderTable({ ladder }: { readonly ladder: LadderVerdict }) {
  const domain = extent(ladder.rows.flatMap((rung) => [rung.value, rung.low, rung.high]));
  return (
    <>
      <p>{prose(ladder.sentence)}</p>
      <div className="table-wrap" tabIndex={0} role="group" aria-label="Table">
        <table>
          <thead>
            <tr>
              <th>Rung</th>
              <th className="num">Score</th>
              <th className="num">95 % CI</th>
              <th>Interval</th>
              <th className="num">Gain</th>
              <th className="num">Processor time</th>
              <th>Verdict</th>
            </tr>
          </thead>
          <tbody>
            {ladder.rows.map((rung) => (
              <tr key={rung.id}>
                <td>
                  <b>{rung.id}</b> <span className="muted">{rung.approach === rung.id ? '' : rung.approach.replaceAll('_', ' ')}</span> {rung.id === ladder.chosen && <Pill outcome="CHAMPION" text="chosen" />}
                </td>
                <td className="num">{number(rung.value)}</td>
                <td className="num">{interval(rung.low, rung.high)}</td>
                <td>
                  <Whisker value={rung.value} low={rung.low} high={rung.high} domain={domain} tone={rung.id === ladder.chosen ? 'leaf' : 'slate'} label={`${rung.id} with interval`} />
                </td>
                <td className="num">{rung.gain === undefined ? '–' : `${rung.gain > 0 ? '+' : ''}${number(rung.gain * 100)} pp`}</td>
                <td className="num">{millis(rung.cpuSeconds * 1000)}</td>
                <td className="muted">{rung.verdict}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
