import { Link, useParams, useSearchParams } from 'react-router';
import { useRun } from '../../shared/api/queries';
import type { Run, StepRun } from '../../shared/api/types';
import { Dag } from '../../shared/chart/Dag';
import { isGateReport, isLadder } from '../../shared/lib/shapes';
import { millis, shortDigest, words } from '../../shared/lib/format';
import { dateTime } from '../../shared/lib/time';
import { Asked } from '../../shared/ui/Asked';
import { GateTable } from '../../shared/ui/GateTable';
import { Head } from '../../shared/ui/Head';
import { LadderTable } from '../../shared/ui/LadderTable';
import { Pill } from '../../shared/ui/Pill';
import { StepPanel } from './StepPanel';

/** What is it doing, why did it start, and why was this cached? */
export function RunPage() {
  const { product = '', id = '' } = useParams();
  return <Asked query={useRun(product, id)}>{(run) => <Loaded run={run} />}</Asked>;
}

function Loaded({ run }: { readonly run: Run }) {
  const [search] = useSearchParams();
  const chosen = run.steps.find((step) => step.name === search.get('step')) ?? interesting(run.steps);
  const ladder = find(run.steps, isLadder);
  const gates = find(run.steps, isGateReport);
  return (
    <>
      <Head title={headline(run)}>
        <Pill outcome={run.state} />
      </Head>
      <div className="cause">
        <Pill outcome="baseline" text={words(run.cause.trigger)} />
        <b>{run.cause.reason}</b>
        {run.cause.evidence && <span className="muted">{run.cause.evidence}</span>}
      </div>
      <dl className="facts">
        <Fact name="Run" value={run.id} />
        <Fact name="Started" value={dateTime(run.createdAt)} />
        <Fact name="Took" value={millis(run.wallMillis)} />
        <Fact name="Canvas" value={run.canvasVersion} />
        <Fact name="Graph" value={shortDigest(run.graphDigest)} />
        <Fact name="Seed" value={String(run.seed)} />
      </dl>
      <section className="band">
        <h2>Steps</h2>
        <Dag
          label={`Steps of run ${run.id}`}
          current={chosen?.name}
          nodes={run.steps.map((step) => ({
            id: step.name,
            needs: step.dependsOn,
            outcome: step.state,
            note: noteOf(step),
            href: `?step=${encodeURIComponent(step.name)}`,
            share: step.progress && step.progress.total > 0 ? step.progress.done / step.progress.total : undefined,
          }))}
        />
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
      <p>
        <Link to=".." relative="path">
          All runs
        </Link>
      </p>
    </>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function headline(run: Run): string {
  const busy = run.steps.find((step) => step.state === 'LEASED' || step.state === 'RUNNING');
  if (busy) return `Run ${run.id} is at ${words(busy.name)}.`;
  const failed = run.steps.find((step) => step.state === 'FAILED');
  if (failed) return `Run ${run.id} failed at ${words(failed.name)}.`;
  const cached = run.steps.filter((step) => step.state === 'CACHED').length;
  if (run.finishedAt === undefined) return `Run ${run.id} is waiting.`;
  return `Run ${run.id} ${words(run.state)} in ${millis(run.wallMillis)}${cached > 0 ? `; ${cached} of ${run.steps.length} steps came from the cache` : ''}.`;
}

function noteOf(step: StepRun): string {
  if (step.state === 'CACHED') return 'cached';
  if (step.progress && (step.state === 'LEASED' || step.state === 'RUNNING')) return `${step.progress.done}/${step.progress.total} ${step.progress.unit}`;
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
