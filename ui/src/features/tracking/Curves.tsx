import { useMemo, useState } from 'react';
import { useParams } from 'react-router';
import { count } from '../../shared/lib/format';
import { isRunning, useSeries, type RunRow } from '../../shared/api/tracking';
import { Waiting } from '../../shared/ui/Asked';
import { useConformance } from '../../shared/api/queries';
import { axisOf, countedBy, counters, type Axis } from './axes';
import { lineOf } from './lines';
import { Overlay } from './Overlay';
import { thresholdOf } from './threshold';
import { flipped } from './view';

interface Props {
  readonly rows: readonly RunRow[];
  readonly metrics: readonly string[];
  readonly colours: ReadonlyMap<string, string>;
  readonly search: URLSearchParams;
  readonly set: (parts: Readonly<Record<string, string>>) => void;
  /** Its own experiment's product has bounds in the canvas. */
  readonly experiment: string;
}

const AT_ONCE = 4;
const FINDABLE = 8;
/** Metrics that are offered as an axis; more is no list to choose from. */
const COUNTERS = 200;
/** Metrics that one may click to draw them. */
const OFFERED = 60;

/** Metrics over steps or time, live while a run goes on; what is set here is in the address. */
export function Curves({ rows, metrics, colours, search, set, experiment }: Props) {
  const { product = '' } = useParams();
  const board = useConformance(product, product !== '' && product === experiment).data;
  const [find, setFind] = useState('');
  const shown = useMemo(() => {
    const asked = (search.get('metric') ?? '').split(',').filter((key) => metrics.includes(key));
    return asked.length > 0 ? asked : metrics.filter((key) => !key.startsWith('system/')).slice(0, AT_ONCE);
  }, [search, metrics]);
  const axis = axisOf(search.get('axis'), metrics);
  const over = countedBy(axis);
  const weight = Math.min(0.99, Math.max(0, Number(search.get('smooth') ?? 0) || 0));
  const log = search.get('log') === 'yes';
  const logX = axis !== 'clock' && search.get('logx') === 'yes';
  const away = useMemo(() => (search.get('hide') ?? '').split(',').filter(Boolean), [search]);
  const zoom = zoomOf(search.get('zoom'));
  const [cross, setCross] = useState<number>();
  const live = rows.some(isRunning);
  const most = Math.max(1, Math.floor(100 / rows.length));
  const series = useSeries(rows.map(({ id }) => id), shown.slice(0, most), live, over);
  const lines = useMemo(() => {
    const names = new Map(rows.map((row) => [row.id, row.name]));
    return new Map(shown.map((metric) => [metric, (series.data ?? []).filter((one) => one.metric === metric && !away.includes(one.run)).map((one) => ({ ...lineOf(one, axis), name: names.get(one.run) ?? '', colour: colours.get(one.run) ?? '' }))]));
  }, [rows, shown, away, series.data, axis, colours]);
  if (metrics.length === 0) return null;
  return (
    <section className="band">
      <div className="chart-title">
        <h2>{live ? 'Curves, live' : 'Curves'}</h2>
        <div className="table-tools">
          <AxisChoice axis={axis} metrics={metrics} choose={(next) => set({ axis: next === 'step' ? '' : next, zoom: '' })} />
          <label>
            Smooth <input type="range" min="0" max="0.99" step="0.01" value={weight} aria-label="Smoothing" onChange={(event) => set({ smooth: event.target.value === '0' ? '' : event.target.value })} /> <span className="mono">{weight.toFixed(2)}</span>
          </label>
          <label>
            <input type="checkbox" checked={log} onChange={() => set({ log: log ? '' : 'yes' })} /> log values
          </label>
          <label>
            <input type="checkbox" disabled={axis === 'clock'} checked={logX} onChange={() => set({ logx: logX ? '' : 'yes', zoom: '' })} /> log axis
          </label>
          {zoom && (
            <button type="button" className="btn small" onClick={() => set({ zoom: '' })}>
              Show all
            </button>
          )}
        </div>
      </div>
      <div className="legend plain" role="group" aria-label="Runs shown">
        {rows.length > FINDABLE && <input className="text" type="search" aria-label="Find a run" placeholder="Find a run" value={find} onChange={(event) => setFind(event.target.value)} />}
        {rows.filter((row) => row.name.toLowerCase().includes(find.toLowerCase())).map((row) => (
          <button key={row.id} type="button" aria-pressed={!away.includes(row.id)} onClick={() => set({ hide: flipped(away, row.id).join(',') })}>
            <i className={`dot ${colours.get(row.id) ?? ''}`} aria-hidden="true" /> {row.name}
          </button>
        ))}
      </div>
      {metrics.length > 1 && <MetricChoice metrics={metrics} shown={shown} choose={(keys) => set({ metric: keys.slice(0, most).join(',') })} />}
      {series.error && (
        <p className="wrong" role="alert">
          {series.error.message}
        </p>
      )}
      {series.isPending && series.fetchStatus === 'fetching' && <Waiting />}
      <div className="overlays">
        {series.data && shown.slice(0, most).map((metric) => (
          <Overlay key={metric} title={metric} lines={lines.get(metric) ?? []} axis={axis} weight={weight} log={log} logX={logX} zoom={zoom} setZoom={(next) => set({ zoom: next ? `${next[0]}:${next[1]}` : '' })} cross={cross} setCross={setCross} threshold={thresholdOf(board, metric)} />
        ))}
      </div>
      <p className="muted">Drag over a chart to look closer, double-click to see all. At most 500 points of a line are drawn; of each stretch its least and greatest stay.</p>
    </section>
  );
}

/** Which metrics are drawn; of thousands only some stand here, the rest is found by name. */
function MetricChoice({ metrics, shown, choose }: { readonly metrics: readonly string[]; readonly shown: readonly string[]; readonly choose: (keys: readonly string[]) => void }) {
  const [find, setFind] = useState('');
  const fits = metrics.length <= OFFERED ? metrics : [...shown, ...metrics.filter((key) => !shown.includes(key) && key.toLowerCase().includes(find.toLowerCase()))];
  return (
    <details>
      <summary>
        {shown.length} of {count(metrics.length)} metrics
      </summary>
      <div className="legend plain" role="group" aria-label="Metrics shown">
        {metrics.length > OFFERED && <input className="text" type="search" aria-label="Find a metric to draw" placeholder="Find a metric" value={find} onChange={(event) => setFind(event.target.value)} />}
        {fits.slice(0, OFFERED).map((key) => (
          <button key={key} type="button" aria-pressed={shown.includes(key)} onClick={() => choose(flipped(shown, key))}>
            {key}
          </button>
        ))}
        {fits.length > OFFERED && <span className="muted">and {count(fits.length - OFFERED)} more</span>}
      </div>
    </details>
  );
}

/** What the curves lie over. Metrics that count come first: that is what somebody looks for. */
function AxisChoice({ axis, metrics, choose }: { readonly axis: Axis; readonly metrics: readonly string[]; readonly choose: (axis: Axis) => void }) {
  const over = countedBy(axis);
  const named = useMemo(() => counters(metrics).slice(0, COUNTERS), [metrics]);
  return (
    <>
      <span className="segments" role="group" aria-label="Axis">
        {([['step', 'Step'], ['time', 'Time since its start'], ['clock', 'Time of day']] as const).map(([name, text]) => (
          <button key={name} type="button" aria-pressed={axis === name} onClick={() => choose(name)}>
            {text}
          </button>
        ))}
      </span>
      <select className="chip" aria-label="A metric as axis" value={over ?? ''} onChange={(event) => choose(event.target.value === '' ? 'step' : `metrics.${event.target.value}`)}>
        <option value="">over a metric…</option>
        {(over === undefined || named.includes(over) ? named : [over, ...named]).map((key) => (
          <option key={key}>{key}</option>
        ))}
      </select>
    </>
  );
}

export function zoomOf(text: string | null): readonly [number, number] | undefined {
  const [from, to] = (text ?? '').split(':').map(Number);
  return text !== null && from !== undefined && to !== undefined && Number.isFinite(from) && Number.isFinite(to) && to > from ? [from, to] : undefined;
}
