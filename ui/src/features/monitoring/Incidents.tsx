import { Link, useParams } from 'react-router';
import { useIncidents } from '../../shared/api/queries';
import type { Incident, TraceEntry } from '../../shared/api/types';
import { words } from '../../shared/lib/format';
import { between, dateTime } from '../../shared/lib/time';
import { Asked, Empty } from '../../shared/ui/Asked';
import { Head } from '../../shared/ui/Head';
import { Pill } from '../../shared/ui/Pill';

/** What happened, from cause to recovery? */
export function Incidents() {
  const { product = '' } = useParams();
  return (
    <Asked query={useIncidents(product)}>
      {(incidents) => {
        const ordered = incidents.toSorted((a, b) => Date.parse(b.openedAt) - Date.parse(a.openedAt));
        return (
          <>
            <Head title={headline(ordered)} lead="One incident per cause: what was seen, what was done about it, and when it was over." />
            {ordered.length === 0 && (
              <Empty title="Quiet so far" command={`./espalier status ${product}`}>
                An alert opens an incident; retraining, release and recovery are written into it. See what is watched:
              </Empty>
            )}
            {ordered.map((incident) => (
              <Story key={incident.id} incident={incident} product={product} />
            ))}
          </>
        );
      }}
    </Asked>
  );
}

function headline(incidents: readonly Incident[]): string {
  const open = incidents.find((incident) => incident.resolvedAt === undefined);
  if (open) return `Open: ${open.title}`;
  const last = incidents[0];
  if (!last?.resolvedAt) return 'No incident so far.';
  return `${last.title}: recovered after ${between(last.openedAt, last.resolvedAt)}.`;
}

const places: Readonly<Record<string, (ref: string) => string>> = {
  alert: () => 'monitor',
  run: (ref) => `runs/${ref}`,
  version: (ref) => `models/${ref}`,
  rollout: () => 'rollouts',
  recovered: () => 'monitor',
};

function Story({ incident, product }: { readonly incident: Incident; readonly product: string }) {
  const trace = incident.trace.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
  return (
    <section className="band">
      <div className="chart-title">
        <h2>{incident.title}</h2>
        <Pill outcome={incident.resolvedAt ? 'RESOLVED' : 'OPEN'} text={words(incident.state)} />
      </div>
      <p className="muted">
        Cause: {incident.cause} · opened {dateTime(incident.openedAt)}
        {incident.resolvedAt && ` · over after ${between(incident.openedAt, incident.resolvedAt)}`} · <span className="mono">{incident.id}</span>
      </p>
      <ol className="story">
        {trace.map((entry, index) => (
          <Entry key={entry.at + entry.kind + entry.ref} entry={entry} next={trace[index + 1]} product={product} />
        ))}
      </ol>
    </section>
  );
}

function Entry({ entry, next, product }: { readonly entry: TraceEntry; readonly next: TraceEntry | undefined; readonly product: string }) {
  const place = places[entry.kind]?.(encodeURIComponent(entry.ref));
  return (
    <li data-kind={entry.kind}>
      <h3>
        {words(entry.kind)} {place ? <Link to={`/p/${product}/${place}`}>{entry.ref}</Link> : entry.ref}
      </h3>
      <p>{entry.text}</p>
      <time className="muted" dateTime={entry.at}>
        {dateTime(entry.at)}
      </time>
      {next && <div className="gap">{between(entry.at, next.at)} later</div>}
    </li>
  );
}
