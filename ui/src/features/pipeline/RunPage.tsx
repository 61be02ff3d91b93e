import { Link, useParams, useSearchParams } from 'react-router';
import { useRun, useRuns } from '../../shared/api/queries';
import type { Run, StepRun } from '../../shared/api/types';
import { Dag } from '../../shared/chart/Dag';
import { Gantt } from '../../shared/chart/Gantt';
import { Measured } from '../../shared/chart/Measured';
import { bars } from '../../shared/lib/gantt';
import { prose, shortId } from '../../shared/lib/prose';
import { isGateReport, isLadder } from '../../shared/lib/shapes';
import { millis, shortDigest, words } from '../../shared/lib/format';
import { dateTime } from '../../shared/lib/time';
import { Asked } from '../../shared/ui/Asked';
import { GateTable } from '../../shared/ui/GateTable';
import { Head } from '../../shared/ui/Head';
import { LadderTable } from '../../shared/ui/LadderTable';
import { Pill } from '../../shared/ui/Pill';
import { Errors } from './Errors';
import { leftOf } from './eta';
import { Provenance } from './Provenance';
import { RunActions } from './RunActions';
import { StepPanel } from './StepPanel';
import { Work } from './Work';

/** What is it doing, why did it start, and why was this cached? */
export function RunPage() {
  const { product = '', id = '' } = useParams();
  return <Asked query={useRun(product, id)}>{(run) => <Loaded run={run} />}</Asked>;
}

function Loaded({ run }: { readonly run: Run }) {
  const [search, setSearch] = useSearchParams();
  const as = search.get('as') === 'time' ? 'time' : search.get('as') === 'work' ? 'work' : 'graph';
  const chosen = run.steps.find((step) => step.name === search.get('step')) ?? interesting(run.steps);
  const ladder = find(run.steps, isLadder);
  const gates = find(run.steps, isGateReport);
  const others = useRuns(run.product).data ?? [];
  const left = leftOf(run, others);
  const evaluated = run.steps.some(({ name, output }) => name === 'evaluate' && output !== undefined);
  return (
    <>
      <Head title={headline(run)}>
        <RunActions run={run} />
      </Head>
      <div className="cause">
        <Pill outcome="baseline" text={words(run.cause.trigger)} />
        <b>{prose(run.cause.reason)}</b>
        {run.cause.evidence && (
          <Link className="muted" to={`/p/${run.product}/incidents`}>
            {shortId(run.cause.evidence)}
          </Link>
        )}
      </div>
      <dl className="facts">
        <Fact name="State" value={words(run.state)} />
        <Fact name="Run" value={shortId(run.id)} title={run.id} />
        <Fact name="Started" value={dateTime(run.createdAt)} />
        <Fact name={run.finishedAt === undefined ? 'Elapsed' : 'Took'} value={millis(run.wallMillis)} />
        {left && <Fact name="Left" value={`about ${millis(left.millis)}`} title={left.runs > 0 ? `by the steps of ${left.runs} earlier run${left.runs === 1 ? '' : 's'}` : 'by its own pace'} />}
        <Fact name="Canvas" value={run.canvasVersion} />
        <Fact name="Graph" value={shortDigest(run.graphDigest)} />
        <Fact name="Seed" value={String(run.seed)} />
      </dl>
      <section className="band">
        <div className="chart-title">
          <h2>Steps</h2>
          <span className="segments" role="group" aria-label="Show steps as">
            {(['graph', 'time', 'work'] as const).map((shape) => (
              <button key={shape} type="button" aria-pressed={as === shape} onClick={() => setSearch((before) => (before.set('as', shape), before), { replace: true, preventScrollReset: true })}>
                {SHAPES[shape]}
              </button>
            ))}
          </span>
        </div>
        {as === 'time' && <Times run={run} current={chosen?.name} />}
        {as === 'work' && <Work steps={run.steps} />}
        {as === 'graph' && <Dag
          label="Steps of the run"
          current={chosen?.name}
          nodes={run.steps.map((step) => ({
            id: step.name,
            needs: step.dependsOn,
            outcome: step.state,
            note: noteOf(step),
            href: `?step=${encodeURIComponent(step.name)}`,
            share: step.progress && step.progress.total > 0 && working(step) ? step.progress.done / step.progress.total : undefined,
          }))}
        />}
        {chosen && <StepPanel key={chosen.name} product={run.product} run={run.id} step={chosen} />}
      </section>
      {ladder && (
        <section className="band">
          <h2>The ladder</h2>
          <LadderTable ladder={ladder} />
        </section>
      )}
      {gates && (
        <section className="band">
          <h2>Gates</h2>
          <GateTable report={gates} />
        </section>
      )}
      {evaluated && <Errors product={run.product} run={run.id} />}
      <Provenance run={run} />
      <p>
        <Link to=".." relative="path">
          All runs
        </Link>
      </p>
    </>
  );
}

const SHAPES = { graph: 'Graph', time: 'Gantt', work: 'Processor' } as const;

/** When each step worked, by the machine's clock. */
function Times({ run, current }: { readonly run: Run; readonly current: string | undefined }) {
  const worked = bars(run.steps, run.wallMillis);
  if (worked.length === 0) return <p className="muted">When its steps began was not recorded for this run.</p>;
  return <Measured label={`Steps of the run over time`}>{(width) => <Gantt bars={worked} width={width} current={current} to={(step) => `?as=time&step=${encodeURIComponent(step)}`} />}</Measured>;
}

function Fact({ name, value, title }: { readonly name: string; readonly value: string; readonly title?: string }) {
  return (
    <div title={title}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function headline(run: Run): string {
  const busy = run.steps.find(working);
  const name = `The ${words(run.cause.trigger)} run`;
  if (busy) return `${name} is at ${words(busy.name)}.`;
  const failed = run.steps.find((step) => step.state === 'FAILED');
  if (failed) return `${name} failed at ${words(failed.name)}.`;
  const cached = run.steps.filter((step) => step.state === 'CACHED').length;
  if (run.finishedAt === undefined) return `${name} is waiting.`;
  return `${name} ${words(run.state)} in ${millis(run.wallMillis)}${cached > 0 ? `; ${cached} of ${run.steps.length} steps came from the cache` : ''}.`;
}

const working = (step: StepRun) => step.state === 'LEASED' || step.state === 'RUNNING';

function noteOf(step: StepRun): string {
  if (step.state === 'CACHED') return 'cached';
  if (step.progress && working(step)) return `${step.progress.done}/${step.progress.total} ${step.progress.unit}`;
  return step.wallMillis > 0 ? millis(step.wallMillis) : words(step.state);
}

function interesting(steps: readonly StepRun[]): StepRun | undefined {
  return steps.find((step) => ['LEASED', 'RUNNING', 'FAILED'].includes(step.state)) ?? steps.at(-1);
}

/** The first record of a shape in the outputs, looked for one level deep. */
function find<T>(steps: readonly StepRun[], fits: (value: unknown) => value is T): T | undefined {
  for (const step of steps.toReversed()) {
    const output: unknown = step.output;
    if (fits(output)) return output;
    if (typeof output === 'object' && output !== null) {
      const inner = Object.values(output).find((value) => fits(value));
      if (inner !== undefined && fits(inner)) return inner;
    }
  }
  return undefined;
}
