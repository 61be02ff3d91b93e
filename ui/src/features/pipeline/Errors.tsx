import { useSearchParams } from 'react-router';
import { useEvaluation } from '../../shared/api/queries';
import type { ErrorAnalysis, Evaluation } from '../../shared/api/types';
import { count, number, percent } from '../../shared/lib/format';
import { dateTime } from '../../shared/lib/time';
import { worstConfusion } from './errors';

const SIDE = 210;
const PAD = 30;
const x = (share: number) => PAD + share * (SIDE - PAD - 8);
const y = (share: number) => SIDE - PAD - share * (SIDE - PAD - 22);

/** Where a model of the run errs: what it confuses, how sure it was, and which rows it got most wrong. */
export function Errors({ product, run }: { readonly product: string; readonly run: string }) {
  const [search, setSearch] = useSearchParams();
  const rung = search.get('rung') ?? '';
  const { data } = useEvaluation(product, run, rung);
  if (!data || data.errors.n === 0) return null;
  return (
    <section className="band" aria-label="Where it errs">
      <div className="chart-title">
        <h2>{headline(data)}</h2>
        <span className="segments" role="group" aria-label="Model">
          {data.rungs.map((name) => (
            <button key={name} type="button" aria-pressed={name === data.rung} onClick={() => setSearch((before) => (before.set('rung', name), before), { replace: true, preventScrollReset: true })}>
              {name}
            </button>
          ))}
        </span>
      </div>
      <div className="plots">
        <Confusion errors={data.errors} />
        <Curves errors={data.errors} />
        <Reliability errors={data.errors} />
        {Object.keys(data.slices).length > 0 && <Slices slices={data.slices} />}
      </div>
      <Worst evaluation={data} />
    </section>
  );
}

function headline({ errors, rung }: Evaluation): string {
  const wrong = errors.n - errors.labels.reduce((sum, _, at) => sum + (errors.confusion[at]?.[at] ?? 0), 0);
  const most = worstConfusion(errors);
  return `${rung} got ${count(wrong)} of ${count(errors.n)} test rows wrong${most ? `, most often ${most.actual} taken for ${most.said} (${count(most.n)})` : ''}.`;
}

function Confusion({ errors }: { readonly errors: ErrorAnalysis }) {
  return (
    <figure>
      <figcaption>What it is (rows) and what was said (columns)</figcaption>
      <div className="table-wrap" tabIndex={0} role="group" aria-label="Confusion">
        <table className="confusion">
          <thead>
            <tr>
              <th scope="col">
                <span className="visually-hidden">Actual label</span>
              </th>
              {errors.labels.map((label) => (
                <th key={label} scope="col" className="num">
                  {label}
                </th>
              ))}
              <th scope="col" className="num">
                found
              </th>
            </tr>
          </thead>
          <tbody>
            {errors.labels.map((actual, row) => {
              const all = errors.confusion[row] ?? [];
              const total = all.reduce((sum, n) => sum + n, 0);
              return (
                <tr key={actual}>
                  <th scope="row">{actual}</th>
                  {all.map((n, column) => (
                    <td key={errors.labels[column]} className={`num ${row === column ? 'right' : n > 0 ? 'wrong-cell' : ''}`}>
                      {count(n)}
                    </td>
                  ))}
                  <td className="num">{total === 0 ? '–' : percent((all[row] ?? 0) / total)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </figure>
  );
}

function Axes({ across, up }: { readonly across: string; readonly up: string }) {
  return (
    <>
      {[0, 0.5, 1].map((share) => (
        <g key={share}>
          <path d={`M${x(0)} ${y(share)}H${x(1)}`} className="s-line" />
          <text x={PAD - 4} y={y(share) + 4} textAnchor="end">
            {share}
          </text>
          <text x={x(share)} y={SIDE - PAD + 13} textAnchor="middle">
            {share}
          </text>
        </g>
      ))}
      <text x={x(1)} y={SIDE - 3} textAnchor="end">
        {across} →
      </text>
      <text x={PAD} y="11">
        ↑ {up}
      </text>
    </>
  );
}

const dashes = ['', '5 3', '1.5 3', '8 3 2 3'];

function Curves({ errors }: { readonly errors: ErrorAnalysis }) {
  const { curves } = errors;
  return (
    <figure>
      <figcaption>Precision against recall{curves.length === 0 ? '' : `: ${curves.map(({ label, averagePrecision }) => `${label} ${number(averagePrecision)}`).join(', ')} on average`}</figcaption>
      <svg viewBox={`0 0 ${SIDE} ${SIDE}`} width={SIDE} height={SIDE} role="img" aria-label={`Precision against recall: ${curves.map(({ label, averagePrecision }) => `${label} ${number(averagePrecision)}`).join(', ')}`}>
        <Axes across="recall" up="precision" />
        {curves.slice(0, 4).map((curve, at) => (
          <g key={curve.label}>
            <path d={`M${curve.points.map((point) => `${x(point.recall).toFixed(1)} ${y(point.precision).toFixed(1)}`).join('L')}`} fill="none" className="s-ink" strokeWidth="1.5" strokeDasharray={dashes[at]} />
            <text x={x(0.04)} y={y(0.3 - at * 0.09)} className="val">
              <tspan>{['—', '- -', '· ·', '-·-'][at]}</tspan> {curve.label}
            </text>
          </g>
        ))}
      </svg>
    </figure>
  );
}

function Reliability({ errors }: { readonly errors: ErrorAnalysis }) {
  const most = Math.max(1, ...errors.reliability.map(({ n }) => n));
  return (
    <figure>
      <figcaption>How sure it was, and how often that was right</figcaption>
      <svg viewBox={`0 0 ${SIDE} ${SIDE}`} width={SIDE} height={SIDE} role="img" aria-label={`Confidence against accuracy: ${errors.reliability.map((bin) => `${number(bin.confidence)} right ${percent(bin.accuracy)} of ${bin.n}`).join(', ')}`}>
        <Axes across="confidence" up="share that was right" />
        <path d={`M${x(0)} ${y(0)}L${x(1)} ${y(1)}`} className="s-ink dash" opacity=".6" />
        {errors.reliability.map((bin) => (
          <circle key={bin.from} cx={x(bin.confidence)} cy={y(bin.accuracy)} r={3 + 6 * Math.sqrt(bin.n / most)} className="f-sky" opacity=".75">
            <title>{`${percent(bin.from)} to ${percent(bin.to)} sure: ${percent(bin.accuracy)} of ${count(bin.n)} right`}</title>
          </circle>
        ))}
      </svg>
    </figure>
  );
}

function Slices({ slices }: { readonly slices: Readonly<Record<string, number>> }) {
  const ordered = Object.entries(slices).toSorted(([, a], [, b]) => a - b);
  return (
    <figure>
      <figcaption>Slices, the weakest first</figcaption>
      <dl className="pairs">
        {ordered.slice(0, 12).map(([slice, value]) => (
          <div key={slice} className="pair">
            <dt>{slice}</dt>
            <dd className="mono">{number(value)}</dd>
          </div>
        ))}
      </dl>
    </figure>
  );
}

function Worst({ evaluation }: { readonly evaluation: Evaluation }) {
  if (evaluation.worst.length === 0) return <p className="muted">No test row was got wrong.</p>;
  return (
    <details>
      <summary>The {evaluation.worst.length} rows that it got most wrong</summary>
      <div className="table-wrap" tabIndex={0} role="group" aria-label="Worst rows">
        <table>
          <thead>
            <tr>
              <th>Text</th>
              <th>Is</th>
              <th>Said</th>
              <th className="num">Given to what it is</th>
              <th>When</th>
            </tr>
          </thead>
          <tbody>
            {evaluation.worst.map((row) => (
              <tr key={row.rowId}>
                <td className="excerpt">{row.text === '' ? <span className="muted">no longer stored ({row.rowId})</span> : row.text}</td>
                <td>{row.actual}</td>
                <td>{row.predicted}</td>
                <td className="num">{percent(row.given)}</td>
                <td className="nowrap muted">{dateTime(row.at)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
