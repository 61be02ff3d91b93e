import { useMemo, useState } from 'react';
import { Link, useParams, useSearchParams } from 'react-router';
import { isRunning, real, useRecord, useSeries, type RunRecord } from '../../shared/api/tracking';
import { count, millis, number, words } from '../../shared/lib/format';
import { shortId } from '../../shared/lib/prose';
import { dateTime } from '../../shared/lib/time';
import { Asked } from '../../shared/ui/Asked';
import { Head } from '../../shared/ui/Head';
import { Artifacts } from './Artifacts';
import { coloursOf } from './colours';
import { Curves } from './Curves';
import { Machine } from './Machine';
import { Note } from './Note';
import { Promote } from './Promote';
import { Sources } from './Sources';
import { Tags } from './Tags';
import { leftOf } from './left';
import { measured, put } from './view';

/** From so many on there is a box to find one by its name. */
const FINDABLE = 20;
const NOTE = 'mlflow.note.content';
const FACTS: Readonly<Record<string, string>> = { 'mlflow.source.name': 'Source', 'mlflow.parentRunId': 'Parent', 'mlflow.user': 'User' };

/** What one run was given, what it measured and what it left behind. */
export function TrackedRun() {
  const { run = '' } = useParams();
  const query = useRecord(run);
  return <Asked query={query}>{(record) => <Loaded record={record} asOf={query.dataUpdatedAt} />}</Asked>;
}

function Loaded({ record, asOf }: { readonly record: RunRecord; /** When it was read, in milliseconds. */ readonly asOf: number }) {
  const { product } = useParams();
  const { run } = record;
  const [search, setSearch] = useSearchParams();
  const rows = useMemo(() => [run], [run]);
  const colours = useMemo(() => coloursOf([run.id]), [run.id]);
  const metrics = record.metrics.map(({ key }) => key);
  const note = run.tags[NOTE];
  const left = leftOf(record, asOf);
  return (
    <>
      <Head title={headline(record)} lead={`${record.experimentName} · started ${dateTime(run.startedAt)}${record.deleted ? ' · deleted' : ''}`}>
        <div className="run-actions">
          <Link className="btn" to={`../../compare?runs=${run.id}`} relative="path">
            Compare
          </Link>
          <Link className="btn" to="../.." relative="path">
            All runs
          </Link>
        </div>
      </Head>
      <dl className="facts">
        {[
          ['Status', words(run.status)],
          run.finishedAt === undefined ? ['Elapsed', millis(Math.max(0, asOf - Date.parse(run.startedAt)))] : ['Took', millis(Date.parse(run.finishedAt) - Date.parse(run.startedAt))],
          ...(left ? [['Left', `about ${millis(left.millis)}, at its own pace: ${number(left.done)} of ${number(left.total)} ${left.unit}`]] : []),
          ['User', run.user],
          ['Run', run.id],
          ...Object.entries(FACTS).flatMap(([tag, name]) => (run.tags[tag] === undefined || run.tags[tag] === run.user ? [] : [[name, run.tags[tag]]])),
          ...record.datasets.map((dataset) => [dataset.context === '' ? 'Dataset' : `Dataset (${dataset.context})`, `${dataset.name} ${dataset.digest}`]),
          ...record.modelsWritten.map((model) => ['Model', model]),
        ]
          .filter(([, value]) => value !== '')
          .map(([name, value]) => (
            <div key={`${name} ${value}`}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
      {product !== undefined && record.experimentName === product && (
        <p className="muted">
          Made by the pipeline: <Link to={`/p/${product}/runs/${run.id}`}>{shortId(run.id)}</Link> has its steps, cause and gates.
        </p>
      )}
      <Promote record={record} />
      <Note run={run.id} note={note ?? ''} deleted={record.deleted} />
      <section className="band two">
        <div>
          <h2>Metrics</h2>
          <MetricTable record={record} />
        </div>
        <div>
          <h2>Params</h2>
          <Pairs entries={Object.entries(run.params)} none="It was given no params." />
          <Tags run={run.id} tags={run.tags} />
        </div>
      </section>
      <Curves rows={rows} metrics={metrics} colours={colours} search={search} experiment={record.experimentName} set={(parts) => setSearch((before) => put(before, parts), { replace: true, preventScrollReset: true })} />
      <Machine row={run} metrics={metrics} colour={colours.get(run.id) ?? ''} />
      <Sources tags={run.tags} />
      <section className="band">
        <h2>Artifacts</h2>
        <Artifacts run={run.id} path={search.get('file') ?? ''} open={(file) => setSearch((before) => put(before, { file }), { preventScrollReset: true })} />
      </section>
    </>
  );
}

function headline({ run, metrics }: RunRecord): string {
  const first = metrics.find(({ key }) => !key.startsWith('system/'));
  const told = first ? `; ${first.key} ${measured(real(first.value))}` : '';
  if (isRunning(run)) return `${run.name} is running${told}.`;
  return `${run.name} ${run.status === 'FINISHED' ? 'is finished' : run.status === 'FAILED' ? 'failed' : 'was stopped'}${told}.`;
}

/** Rows of metrics at a time; a run may have thousands. */
const ROWS = 100;
/** How many values a metric has is asked of this many. */
const COUNTED = 40;

/** Best and latest: a metric that got worse at the end shows. */
function MetricTable({ record }: { readonly record: RunRecord }) {
  const [find, setFind] = useState('');
  const fits = record.metrics.filter(({ key }) => key.toLowerCase().includes(find.toLowerCase()));
  const shown = fits.slice(0, ROWS);
  const keys = shown.map(({ key }) => key).slice(0, COUNTED);
  const series = useSeries([record.run.id], keys, isRunning(record.run));
  if (record.metrics.length === 0) return <p className="muted">It has measured nothing.</p>;
  return (
    <>
      {record.metrics.length > FINDABLE && <input className="text" type="search" aria-label="Find a metric" placeholder={`Find one of ${count(record.metrics.length)} metrics`} value={find} onChange={(event) => setFind(event.target.value)} />}
      <div className="table-wrap" tabIndex={0} role="group" aria-label="Metrics">
        <table>
          <thead>
            <tr>
              <th>Metric</th>
              <th className="num">Latest</th>
              <th className="num">Least</th>
              <th className="num">Greatest</th>
              <th className="num">Values</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((metric) => (
              <tr key={metric.key}>
                <td>{metric.key}</td>
                <td className="num" title={`step ${metric.step}, ${dateTime(metric.at)}`}>
                  <b>{measured(real(metric.value))}</b>
                </td>
                <td className="num">{measured(real(metric.least))}</td>
                <td className="num">{measured(real(metric.greatest))}</td>
                <td className="num">{number(series.data?.find((one) => one.metric === metric.key)?.points)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {fits.length > ROWS && <p className="muted">The first {ROWS} of {count(fits.length)}: find the others by name.</p>}
      {fits.length === 0 && <p className="muted">No metric is called so.</p>}
    </>
  );
}

function Pairs({ entries, none }: { readonly entries: readonly (readonly [string, string])[]; readonly none: string }) {
  if (entries.length === 0) return <p className="muted">{none}</p>;
  return (
    <dl className="pairs">
      {entries.map(([key, value]) => (
        <div key={key} className="pair">
          <dt>{key}</dt>
          <dd className="mono">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
