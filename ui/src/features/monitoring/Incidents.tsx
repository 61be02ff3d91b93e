import { Link, useParams } from 'react-router';
import { useAlerts, useIncidents, useMonitor } from '../../shared/api/queries';
import type { Alert, Incident, TraceEntry } from '../../shared/api/types';
import { duration, number, percent, words } from '../../shared/lib/format';
import { Measured } from '../../shared/chart/Measured';
import { SeriesChart } from '../../shared/chart/SeriesChart';
import { isShare, named, prose, shortId } from '../../shared/lib/prose';
import { between, dateTime } from '../../shared/lib/time';
import { Asked, Empty } from '../../shared/ui/Asked';
import { Head } from '../../shared/ui/Head';
import { Pill } from '../../shared/ui/Pill';
import { Handle } from './Handle';
import { shareLike } from './series';

const DAY = 86_400_000;

/** What happened, from cause to recovery? */
export function Incidents() {
  const { product = '' } = useParams();
  const alerts = useAlerts(product).data ?? [];
  return (
    <Asked query={useIncidents(product)}>
      {(incidents) => {
        const ordered = incidents.toSorted((a, b) => Date.parse(b.openedAt) - Date.parse(a.openedAt));
        return (
          <>
            <Head title={headline(ordered, alerts)} lead="One incident per cause: what was seen, what was done about it, and when it was over." />
            {ordered.length === 0 && (
              <Empty title="Quiet so far" command={`./espalier status ${product}`}>
                An alert opens an incident; retraining, release and recovery are written into it. See what is watched:
              </Empty>
            )}
            {ordered.map((incident) => (
              <Story key={incident.id} incident={incident} product={product} alerts={alerts} />
            ))}
          </>
        );
      }}
    </Asked>
  );
}

function headline(incidents: readonly Incident[], alerts: readonly Alert[]): string {
  const open = incidents.find((incident) => incident.resolvedAt === undefined);
  if (open) return `Open: ${cause(open, alerts)}`;
  const last = incidents[0];
  if (!last?.resolvedAt) return 'No incident so far.';
  return `${cause(last, alerts).replace(/\.$/, '')}; recovered after ${between(last.openedAt, last.resolvedAt)}.`;
}

/** What was seen, with its numbers: from the alert itself where it is known, else in the server's words. */
export function cause(incident: Incident, alerts: readonly Alert[]): string {
  const alert = alerts.find((one) => one.incidentId === incident.id);
  const metric = /^[a-z][a-z0-9_]*/.exec(alert?.text ?? '')?.[0];
  if (!alert || !metric || !Number.isFinite(alert.value)) return prose(incident.title);
  const show = (value: number | undefined) => (isShare(metric) ? percent(value) : number(value));
  const name = named(metric);
  return `${name.charAt(0).toUpperCase()}${name.slice(1)} of ${alert.version} was ${show(alert.value)} where ${show(alert.bound)} is the bound.`;
}

const places: Readonly<Record<string, (ref: string) => string>> = {
  alert: () => 'monitor',
  run: (ref) => `runs/${ref}`,
  version: (ref) => `models/${ref}`,
  rollout: () => 'rollouts',
  recovered: () => 'monitor',
};

function Story({ incident, product, alerts }: { readonly incident: Incident; readonly product: string; readonly alerts: readonly Alert[] }) {
  const alert = alerts.find((one) => one.incidentId === incident.id);
  const trace = incident.trace.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
  return (
    <section className="band">
      <div className="chart-title">
        <h2>{cause(incident, alerts)}</h2>
        <Pill outcome={incident.resolvedAt ? 'RESOLVED' : 'OPEN'} text={words(incident.state)} />
      </div>
      <p className="muted">
        Opened {dateTime(incident.openedAt)}
        {incident.resolvedAt && ` · over after ${between(incident.openedAt, incident.resolvedAt)}`}
        {alert?.runbook && ` · runbook: ${alert.runbook}`} · <span title={incident.id}>{shortId(incident.id)}</span>
      </p>
      <Handle incident={incident} />
      <div className="telling">
      <ol className="story">
        {trace.map((entry, index) => (
          <Entry key={entry.at + entry.kind + entry.ref} entry={entry} next={trace[index + 1]} product={product} />
        ))}
      </ol>
      <Seen incident={incident} monitor={alert?.monitor} />
      </div>
    </section>
  );
}

/** The signal before, during and after, with everything of the story that happened in its time. */
function Seen({ incident, monitor }: { readonly incident: Incident; readonly monitor: string | undefined }) {
  const view = useMonitor(incident.product).data;
  const series = view?.monitors.find((one) => one.id === monitor);
  if (!series || series.windows.length < 2) return null;
  const show = (value: number | undefined) => (shareLike(series) ? percent(value) : number(value));
  const from = Date.parse(incident.openedAt) - 30 * DAY;
  const to = Date.parse(incident.resolvedAt ?? incident.openedAt) + 21 * DAY;
  return (
    <div>
      <h3>
        {words(series.metric ?? series.type)}, windows of {duration(series.window)}
      </h3>
      <Measured label={`${words(series.metric ?? series.type)} around the incident`}>
        {(width) => (
          <SeriesChart
            width={width}
            points={series.windows.filter((point) => Date.parse(point.from) >= from && Date.parse(point.to) <= to)}
            bound={series.bound}
            show={show}
            label={`${words(series.metric ?? series.type)} around the incident, with interval and bound`}
            annotations={[
              { at: incident.openedAt, kind: 'alert', text: 'alert' },
              ...(view?.releases ?? []).map((release) => ({ at: release.at, kind: 'release' as const, text: `${release.version} released` })),
            ]}
          />
        )}
      </Measured>
    </div>
  );
}

function Entry({ entry, next, product }: { readonly entry: TraceEntry; readonly next: TraceEntry | undefined; readonly product: string }) {
  const place = places[entry.kind]?.(encodeURIComponent(entry.ref));
  return (
    <li data-kind={entry.kind}>
      <h3>
        {title(entry.kind)} {place ? <Link to={`/p/${product}/${place}`}>{refText(entry)}</Link> : refText(entry)}
      </h3>
      <p>{prose(entry.text)}</p>
      <time className="muted" dateTime={entry.at}>
        {dateTime(entry.at)}
      </time>
      {next && <div className="gap">{Date.parse(next.at) - Date.parse(entry.at) < 1000 ? 'at once' : `${between(entry.at, next.at)} later`}</div>}
    </li>
  );
}

const title = (kind: string) => kind.charAt(0).toUpperCase() + words(kind).slice(1);

function refText(entry: TraceEntry): string {
  if (entry.kind === 'note') return '';
  const short = shortId(entry.ref);
  return short.startsWith(`${entry.kind} `) ? short.slice(entry.kind.length + 1) : short;
}
