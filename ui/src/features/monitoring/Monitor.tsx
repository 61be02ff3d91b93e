import { useParams } from 'react-router';
import { useAlerts, useMonitor } from '../../shared/api/queries';
import type { Alert, MonitorSeries, MonitorView } from '../../shared/api/types';
import { Measured } from '../../shared/chart/Measured';
import { SeriesChart, type Annotation } from '../../shared/chart/SeriesChart';
import { VolumeChart } from '../../shared/chart/VolumeChart';
import { count, duration, interval, millis, number, percent, words } from '../../shared/lib/format';
import { prose } from '../../shared/lib/prose';
import { day } from '../../shared/lib/time';
import { Asked, Empty } from '../../shared/ui/Asked';
import { Head } from '../../shared/ui/Head';
import { Pill } from '../../shared/ui/Pill';
import { FeatureHeat } from './FeatureHeat';
import { Mix } from './Mix';
import { csvOf, shareLike, timesOf } from './series';

/** Is it still right? */
export function Monitor() {
  const { product = '' } = useParams();
  const alerts = useAlerts(product).data ?? [];
  return <Asked query={useMonitor(product)}>{(view) => <Loaded view={view} alerts={alerts} product={product} />}</Asked>;
}

function Loaded({ view, alerts, product }: { readonly view: MonitorView; readonly alerts: readonly Alert[]; readonly product: string }) {
  const live = alerts.filter((alert) => alert.purpose !== 'DRILL');
  const firing = live.find((alert) => alert.state.toUpperCase() === 'FIRING');
  const annotations: Annotation[] = [
    ...view.releases.map((release) => ({ at: release.at, kind: 'release' as const, text: `${release.version} released` })),
    ...live.map((alert) => ({ at: alert.firedAt, kind: 'alert' as const, text: `alert: ${words(alert.monitor)}` })),
  ];
  const { labels } = view;
  const times = timesOf(view);
  return (
    <>
      <Head
        title={prose(firing?.text ?? '') || (view.monitors.length === 0 ? 'Nothing is watched yet.' : 'No alert is firing.')}
        lead={`${count(labels.served)} predictions, ${count(labels.labelled)} labelled, ${count(labels.pending)} wait for their label${labels.delayP95 === undefined ? '' : ` (p95 ${millis(labels.delayP95 * 1000)})`}${labels.dropped > 0 ? `; ${count(labels.dropped)} records dropped` : ''}.`}
      />
      {view.monitors.length === 0 && (
        <Empty title="No monitor" command={`./espalier predict ${product} "text"`}>
          Monitors come from the canvas; windows fill with predictions. Send one:
        </Empty>
      )}
      {view.monitors.map((series) => (
        <Series key={series.id} series={series} annotations={annotations} times={times} />
      ))}
      <FeatureHeat product={product} times={times} />
      <Mix daily={view.daily} times={times} />
      {view.daily.length > 0 && (
        <section className="band">
          <div className="chart-title">
            <h2>Volume</h2>
            <span className="muted">filled: labelled · hatched: waits for its label</span>
          </div>
          <Measured label="Volume">{(width) => <VolumeChart points={view.daily} width={width} times={times} />}</Measured>
        </section>
      )}
    </>
  );
}

const signs = { AT_MOST: '≤', BELOW: '<', AT_LEAST: '≥', ABOVE: '>' } as const;

/** The claim as the reader needs it: "Alert when false spam > 10 %". */
function titleOf(series: MonitorSeries, show: (value: number | undefined) => string): string {
  const signal = words(series.metric ?? series.type);
  return series.claim.startsWith('alert when') ? `Alert when ${signal} ${signs[series.op]} ${show(series.bound)}` : prose(series.claim) || signal;
}

function Series({ series, annotations, times }: { readonly series: MonitorSeries; readonly annotations: readonly Annotation[]; readonly times: readonly [number, number] }) {
  const share = shareLike(series);
  const show = (value: number | undefined) => (share ? percent(value) : number(value));
  const last = series.windows.findLast((point) => point.verdict !== 'INSUFFICIENT');
  return (
    <section className="band">
      <div className="chart-title">
        <h2>{titleOf(series, show)}</h2>
        <span>
          {last && (
            <>
              <b>{show(last.value)}</b>{' '}
              <span className="muted">
                95 % CI {share ? interval(last.low, last.high, 'share') : interval(last.low, last.high)} · n {count(last.n)} · {day(last.to)}
              </span>{' '}
            </>
          )}
          {last && <Pill outcome={last.verdict} />}
        </span>
      </div>
      <p className="muted">
        {words(series.type)}, windows of {series.window.startsWith('P') ? duration(series.window) : series.window}, bound {show(series.bound)}, at least {count(series.minN)} per window
      </p>
      {series.windows.length === 0 ? (
        <p className="muted">No window has closed yet.</p>
      ) : (
        <>
          <Measured label={`Chart of ${series.id}`}>
            {(width) => (
              <SeriesChart width={width} times={times} points={series.windows} bound={series.bound} annotations={annotations} show={show} label={`${words(series.metric ?? series.type)} over its windows with interval and bound`} />
            )}
          </Measured>
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
