import { axisName, placeText, type Axis } from './axes';
import type { Line } from './lines';
import { measured } from './view';

interface Props {
  readonly title: string;
  readonly lines: readonly (Line & { readonly name: string })[];
  readonly axis: Axis;
}

function last({ points }: Line, axis: Axis): string {
  const at = points.at(-1)?.x;
  return at === undefined ? '–' : placeText(axis, at, 0);
}

/** The table behind a chart: first and last, least and greatest value of each run. */
export function Numbers({ title, lines, axis }: Props) {
  return (
    <div className="table-wrap" tabIndex={0} role="group" aria-label={`Values of ${title}`}>
      <table className="narrow-table">
        <thead>
          <tr>
            <th>Run</th>
            <th className="num">First</th>
            <th className="num">Last</th>
            <th className="num">Least</th>
            <th className="num">Greatest</th>
            <th className="num">Last {axis === 'time' ? 'after' : axisName(axis)}</th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => {
            const values = line.points.map(({ y }) => y);
            return (
              <tr key={line.run}>
                <td>{line.name}</td>
                <td className="num">{measured(values[0])}</td>
                <td className="num">{measured(values.at(-1))}</td>
                <td className="num">{values.length > 0 ? measured(Math.min(...values)) : ''}</td>
                <td className="num">{values.length > 0 ? measured(Math.max(...values)) : ''}</td>
                <td className="num">{last(line, axis)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
