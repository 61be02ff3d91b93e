import type { LadderVerdict } from '../api/types';
import { bytes, interval, millis, number, words } from '../lib/format';
import { Pill } from './Pill';
import { Whisker } from './Whisker';

/** The rungs, simplest first; the simplest one that is not beaten is promoted. */
export function LadderTable({ ladder }: { readonly ladder: LadderVerdict }) {
  return (
    <>
      <p>{ladder.reason}</p>
      <div className="table-wrap">
        <table>
          <thead>
            <tr>
              <th>Rung</th>
              <th className="num">{words(ladder.rungs[0]?.metric ?? 'score')}</th>
              <th className="num">95 % CI</th>
              <th>Interval</th>
              <th className="num">Gain</th>
              <th className="num">Size</th>
              <th className="num">Training</th>
            </tr>
          </thead>
          <tbody>
            {ladder.rungs.map((rung) => (
              <tr key={rung.rung}>
                <td>
                  <b>{rung.rung}</b> {rung.rung === ladder.chosen && <Pill outcome="CHAMPION" text="chosen" />}
                </td>
                <td className="num">{number(rung.value)}</td>
                <td className="num">{interval(rung.low, rung.high)}</td>
                <td>
                  <Whisker value={rung.value} low={rung.low} high={rung.high} tone={rung.rung === ladder.chosen ? 'leaf' : 'slate'} label={`${rung.rung} with interval`} />
                </td>
                <td className="num">{number(rung.gain)}</td>
                <td className="num">{bytes(rung.bytes)}</td>
                <td className="num">{millis(rung.wallMillis)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
