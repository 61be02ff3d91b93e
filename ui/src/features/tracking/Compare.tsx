import { useQueries } from '@tanstack/react-query';
import { useMemo } from 'react';
import { Link, useNavigate, useParams, useSearchParams } from 'react-router';
import { get } from '../../shared/api/client';
import { recordPath, useExperiment, useManyRuns, type ExperimentView, type RunRecord, type RunRow } from '../../shared/api/tracking';
import { count } from '../../shared/lib/format';
import { Asked, Empty, Waiting } from '../../shared/ui/Asked';
import { Head } from '../../shared/ui/Head';
import { coloursOf } from './colours';
import { Curves } from './Curves';
import { Differences } from './Differences';
import { numeric } from './parallel';
import { Parallel } from './Parallel';
import { Scatter } from './Scatter';
import { columnOf, flipped, orderBy, put, raw, viewOf, type Column } from './view';

/** Charts over a filter stop here; what is compared one by one stops earlier. */
const MANY = 500;
const FEW = 20;
/** Params, and metrics, that a list of axes offers. */
const AXES = 200;

/** The chosen runs side by side, or all that fit a filter. */
export function Compare() {
  const { experiment = '' } = useParams();
  return <Asked query={useExperiment(experiment)}>{(found) => <Loaded found={found} />}</Asked>;
}

function Loaded({ found }: { readonly found: ExperimentView }) {
  const [search] = useSearchParams();
  const view = viewOf(search, found);
  const chosen = view.chosen.slice(0, FEW);
  const order = orderBy(view.sort, view.descending);
  const columns = useMemo(() => [...found.metrics.map((key) => `metrics.${key}`), ...found.params.map((key) => `params.${key}`)].slice(0, 100), [found]);
  const many = useManyRuns(found.experiment.id, { filter: view.filter, order: order === undefined ? [] : [order], columns }, MANY, chosen.length === 0);
  const records = useQueries({ queries: chosen.map((run) => ({ queryKey: ['record', run], queryFn: () => get<RunRecord>(recordPath(run)) })) });
  const wrong = records.find(({ error }) => error !== null)?.error ?? many.error;
  if (wrong) {
    return (
      <p className="wrong" role="alert">
        {wrong.message}
      </p>
    );
  }
  const rows = chosen.length > 0 ? records.flatMap(({ data }) => (data ? [data.run] : [])) : (many.data?.runs ?? []);
  if (chosen.length > 0 ? rows.length < chosen.length : many.data === undefined) return <Waiting />;
  if (rows.length === 0) {
    return (
      <>
        <Head title="No run fits." />
        <Empty title="Choose some" command="Filter, choose with the space bar, press c">
          Runs are chosen in the table.
        </Empty>
      </>
    );
  }
  return <Charts key={rows.map(({ id }) => id).join()} rows={rows} found={found} few={chosen.length > 0} more={many.data?.next !== undefined} />;
}

function Charts({ rows, found, few, more }: { readonly rows: readonly RunRow[]; readonly found: ExperimentView; readonly few: boolean; readonly more: boolean }) {
  const [search, setSearch] = useSearchParams();
  const navigate = useNavigate();
  const colours = useMemo(() => coloursOf(rows.map(({ id }) => id)), [rows]);
  const set = (parts: Readonly<Record<string, string>>) => setSearch((before) => put(before, parts), { replace: true, preventScrollReset: true });
  const axes = useMemo(() => axesOf(search.get('axes'), rows, found), [search, rows, found]);
  const flips = useMemo(() => (search.get('flip') ?? '').split(',').filter(Boolean), [search]);
  const logs = useMemo(() => (search.get('logs') ?? '').split(',').filter(Boolean), [search]);
  const metrics = found.metrics.filter((key) => rows.some((row) => row.metrics[key] !== undefined));
  const open = (run: string) => void navigate(`../runs/${run}`, { relative: 'path' });
  return (
    <>
      <Head
        title={few ? `${rows.length} run${rows.length === 1 ? '' : 's'} of ${found.experiment.name} side by side.` : `${more ? `The first ${count(rows.length)}` : `All ${count(rows.length)}`} runs of ${found.experiment.name} that fit.`}
        lead="The address holds the whole view: send it, and somebody else sees the same."
      >
        <Link className="btn" to={`..?${put(search, { axes: '', flip: '', logs: '', x: '', y: '', metric: '' })}`} relative="path">
          Back to the table
        </Link>
      </Head>
      <section className="band">
        <div className="chart-title">
          <h2>Parallel coordinates</h2>
          <AxisChooser found={found} rows={rows} axes={axes} change={(ids) => set({ axes: ids.join(',') })} />
        </div>
        <Parallel rows={rows} columns={axes} colours={colours} flips={flips} flip={(id) => set({ flip: flipped(flips, id).join(',') })} logs={logs} log={(id) => set({ logs: flipped(logs, id).join(',') })} move={(id, by) => set({ axes: moved(axes.map((axis) => axis.id), id, by).join(',') })} open={open} />
      </section>
      <section className="band">
        <h2>One against another</h2>
        <Scatter rows={rows} columns={[...metrics.slice(0, AXES).flatMap((key) => numbersOf(key, rows)), ...found.params.slice(0, AXES).map((key) => `params.${key}`)].map(columnOf).filter((column) => column !== undefined)} x={search.get('x') ?? ''} y={search.get('y') ?? ''} logs={logs} set={set} colours={colours} open={open} />
      </section>
      {few ? (
        <>
          <Curves rows={rows} metrics={metrics} colours={colours} search={search} set={set} experiment={found.experiment.name} />
          <Differences rows={rows} colours={colours} />
        </>
      ) : (
        <p className="muted">Curves and params side by side are for chosen runs, at most {FEW}.</p>
      )}
    </>
  );
}

/** The axes that the address asks for; else the params that differ, then the metrics that all have. */
export function axesOf(asked: string | null, rows: readonly RunRow[], found: Pick<ExperimentView, 'metrics' | 'params'>): Column[] {
  const named = (asked ?? '').split(',').map(columnOf).filter((column) => column !== undefined);
  if (named.length > 0) return named;
  const varied = (id: string) => {
    const column = columnOf(id);
    return column !== undefined && new Set(rows.map((row) => raw(row, column))).size > 1;
  };
  const params = found.params.map((key) => `params.${key}`).filter(varied).slice(0, 5);
  const metrics = found.metrics.filter((key) => rows.some((row) => numeric(row.metrics[key]) !== undefined)).map((key) => `metrics.${key}`).slice(0, 3);
  return [...params, ...metrics].map(columnOf).filter((column) => column !== undefined);
}

/** The numbers of a metric: its latest, and the least and greatest where they are others. */
export function numbersOf(key: string, rows: readonly RunRow[]): string[] {
  const apart = (['least', 'greatest'] as const).filter((kind) => rows.some((row) => row[kind]?.[key] !== undefined));
  return [`metrics.${key}`, ...apart.map((kind) => `${kind}.${key}`)];
}

export function moved(ids: readonly string[], id: string, by: -1 | 1): string[] {
  const from = ids.indexOf(id);
  const to = from + by;
  const next = [...ids];
  const other = next[to];
  if (from < 0 || other === undefined) return next;
  next[to] = id;
  next[from] = other;
  return next;
}

function AxisChooser({ found, rows, axes, change }: { readonly found: ExperimentView; readonly rows: readonly RunRow[]; readonly axes: readonly Column[]; readonly change: (ids: readonly string[]) => void }) {
  const ids = axes.map(({ id }) => id);
  const rest = [...found.params.slice(0, AXES).map((key) => `params.${key}`), ...found.metrics.slice(0, AXES).flatMap((key) => numbersOf(key, rows))].filter((id) => !ids.includes(id));
  return (
    <span className="axis-chooser">
      <select className="chip" aria-label="Add an axis" value="" onChange={(event) => change([...ids, event.target.value])}>
        <option value="">Add an axis</option>
        {rest.map((id) => (
          <option key={id}>{id}</option>
        ))}
      </select>
      <select className="chip" aria-label="Take an axis away" value="" onChange={(event) => change(ids.filter((id) => id !== event.target.value))}>
        <option value="">Take one away</option>
        {ids.map((id) => (
          <option key={id}>{id}</option>
        ))}
      </select>
    </span>
  );
}
