import { useParams } from 'react-router';
import { useMonitor } from '../../shared/api/queries';
import type { MonitorSeries, MonitorView } from '../../shared/api/types';
import { SeriesChart } from '../../shared/chart/SeriesChart';
import { VolumeChart } from '../../shared/chart/VolumeChart';
import { count, duration, interval, number, percent, sign, words } from '../../shared/lib/format';
import { dateTime, day } from '../../shared/lib/time';
import { Asked, Empty } from '../../shared/ui/Asked';
import { Head } from '../../shared/ui/Head';
import { Pill } from '../../shared/ui/Pill';
import { csvOf, shareLike } from './series';

/** Is it still right? */
export function Monitor() {
  const { product = '' } = useParams();
  return <Asked query={useMonitor(product)}>{(view) => <Loaded view={view} />}</Asked>;
}

function Loaded({ view }: { readonly view: MonitorView }) {
  const firing = view.alerts.filter((alert) => alert.resolvedAt === undefined);
  const waiting = view.volume.reduce((sum, point) => sum + point.predictions - point.labelled, 0);
  const title = firing[0] ? firing[0].text : view.monitors.length === 0 ? 'Nothing is watched yet.' : 'No alert is firing.';
  return (
    <>
      <Head
        title={title}
        lead={`As of ${dateTime(view.asOf)}. ${count(view.volume.reduce((sum, point) => sum + point.predictions, 0))} predictions, ${count(waiting)} still without label${view.dropped ? `, ${count(view.dropped)} records dropped` : ''}.`}
      />
      {view.monitors.length === 0 && (
        <Empty title="No monitor" command={`./espalier predict ${view.product} "text"`}>
          Monitors come from the canvas; windows fill with predictions. Send one:
        </Empty>
      )}
      {view.monitors.map((series) => (
        <Series key={series.name} series={series} view={view} />
      ))}
      {view.volume.length > 0 && (
        <section className="band">
          <div className="chart-title">
            <h2>Volume</h2>
            <span className="muted">filled: labelled · faint: waits for its label</span>
          </div>
          <div className="scroll" tabIndex={0} role="group" aria-label="Volume">
            <VolumeChart points={view.volume} />
          </div>
        </section>
      )}
    </>
  );
}

function Series({ series, view }: { readonly series: MonitorSeries; readonly view: MonitorView }) {
  const share = shareLike(series);
  const show = (value: number | undefined) => (share ? percent(value) : number(value));
  const last = series.windows.findLast((point) => point.verdict !== 'INSUFFICIENT');
  return (
    <section className="band">
      <div className="chart-title">
        <h2>{words(series.metric ?? series.type)}</h2>
        <span>
          {last && (
            <>
              <b>{show(last.value)}</b>{' '}
              <span className="muted">
                95 % CI {share ? interval(last.low, last.high, 'share') : interval(last.low, last.high)} · n {count(last.n)} · {day(last.to)}
              </span>{' '}
            </>
          )}
          {series.state && <Pill outcome={series.state} />}
        </span>
      </div>
      <p className="muted">
        {words(series.type)}, windows of {duration(series.window)}, alert {sign(series.breach)} {show(series.bound)}
        {series.relative ? ' of change' : ''}, at least {count(series.minN)} per window
      </p>
      {series.windows.length === 0 ? (
        <p className="muted">No window has closed yet.</p>
      ) : (
        <>
          <div className="scroll" tabIndex={0} role="group" aria-label={`Chart of ${series.name}`}>
            <SeriesChart points={series.windows} bound={series.bound} warn={series.warn} annotations={view.annotations} show={show} label={`${words(series.metric ?? series.type)} over its windows with interval and bound`} />
          </div>
          <Table series={series} show={show} />
        </>
      )}
    </section>
  );
}

function Table({ series, show }: { readonly series: MonitorSeries; readonly show: (value: number | undefined) => string }) {
  return (
    <details>
      <summary>Table of {series.windows.length} windows</summary>
      <p>
        <button type="button" className="btn small" onClick={() => void navigator.clipboard.writeText(csvOf(series))}>
          Copy as CSV
        </button>
      </p>
      <div className="table-wrap" tabIndex={0} role="group" aria-label="Table">
        <table>
          <thead>
            <tr>
              <th>Window</th>
              <th className="num">Value</th>
              <th className="num">95 % CI</th>
              <th className="num">n</th>
              <th>Version</th>
              <th>State</th>
              <th>Note</th>
            </tr>
          </thead>
          <tbody>
            {series.windows.toReversed().map((point) => (
              <tr key={point.from}>
                <td>
                  {day(point.from)} to {day(point.to)}
                </td>
                <td className="num">{point.verdict === 'INSUFFICIENT' ? '–' : show(point.value)}</td>
                <td className="num">{point.low === undefined || point.verdict === 'INSUFFICIENT' ? '' : `${show(point.low)} to ${show(point.high)}`}</td>
                <td className="num">{count(point.n)}</td>
                <td className="mono">{point.version}</td>
                <td>
                  <Pill outcome={point.verdict} /> <span className="muted">{words(point.state)}</span>
                </td>
                <td className="muted">{point.insufficient}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
