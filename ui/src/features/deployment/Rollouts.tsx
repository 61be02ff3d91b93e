import { useParams } from 'react-router';
import { useLive } from '../../shared/api/live';
import { useConformance, useDeployment } from '../../shared/api/queries';
import type { DeploymentView, Rollout } from '../../shared/api/types';
import { percent, words } from '../../shared/lib/format';
import { prose, shortId } from '../../shared/lib/prose';
import { between, dateTime } from '../../shared/lib/time';
import { Asked, Empty } from '../../shared/ui/Asked';
import { Head } from '../../shared/ui/Head';
import { Pill } from '../../shared/ui/Pill';
import { Approve } from './Approve';
import { Outlook, Withdraw } from './Outlook';
import { Rollback } from './Rollback';
import { Ribbon } from './Ribbon';
import { Steps } from './Steps';
import { standing } from './wait';

/** Who sees what now, and when is it decided? */
export function Rollouts() {
  const { product = '' } = useParams();
  return <Asked query={useDeployment(product)}>{(view) => <Loaded view={view} />}</Asked>;
}

function Loaded({ view }: { readonly view: DeploymentView }) {
  const board = useConformance(view.product).data;
  const live = useLive();
  const now = live.clocks[view.product] ?? board?.asOf ?? view.rollouts.at(-1)?.startedAt ?? '';
  const rollouts = view.rollouts.toSorted((a, b) => Date.parse(b.startedAt) - Date.parse(a.startedAt));
  return (
    <>
      <Head title={headline(view)} lead="Traffic is divided by a sticky hash of the sender, so that nobody is moved back and forth." />
      {view.arms.length === 0 && rollouts.length === 0 ? (
        <Empty title="Nothing is released yet" command={`./espalier rollout ${view.product} VERSION`}>
          The first version is released directly; each later one has to win its traffic step by step. Release one:
        </Empty>
      ) : (
        <>
          <Ribbon arms={view.arms} />
          <Rollback view={view} />
          {rollouts.map((rollout, index) => (
            <RolloutView key={rollout.id} rollout={rollout} open={index === 0} now={now} outlook={view.outlook?.rollout === rollout.id ? view.outlook : undefined} />
          ))}
        </>
      )}
    </>
  );
}

function headline(view: DeploymentView): string {
  const running = view.rollouts.find((rollout) => rollout.finishedAt === undefined);
  const candidate = view.arms.find((arm) => arm.role === 'candidate');
  if (running && candidate) return `${candidate.version} answers ${percent(candidate.weight)} of the traffic; ${running.from ?? 'the champion'} the rest.`;
  const champion = view.aliases['champion'] ?? view.arms[0]?.version;
  return champion ? `${champion} answers all of the traffic.` : 'No version answers yet.';
}

const verbs: Readonly<Record<string, string>> = { FIRST: 'First release of', CANARY: 'Canary of', ROLLBACK: 'Roll back to' };

function RolloutView({ rollout, open, now, outlook }: { readonly rollout: Rollout; readonly open: boolean; readonly now: string; readonly outlook: DeploymentView['outlook'] | undefined }) {
  return (
    <section className="band">
      <div className="chart-title">
        <h2>
          {verbs[rollout.kind] ?? words(rollout.kind)} {rollout.to}
          {rollout.from && rollout.kind === 'CANARY' ? ` against ${rollout.from}` : ''}
        </h2>
        <Pill outcome={rollout.state} />
      </div>
      <p>{prose(standing(rollout, now))}</p>
      <p className="muted">
        {dateTime(rollout.startedAt)}
        {rollout.finishedAt && rollout.finishedAt !== rollout.startedAt && `, took ${between(rollout.startedAt, rollout.finishedAt)}`}, because {prose(rollout.cause)} <span title={rollout.id}>· {shortId(rollout.id)}</span>
      </p>
      {outlook && rollout.finishedAt === undefined && <Outlook outlook={outlook} />}
      {rollout.state === 'PENDING' && <Approve rollout={rollout} />}
      {rollout.finishedAt === undefined && <Withdraw rollout={rollout} />}
      <Admitted rollout={rollout} />
      <Steps rollout={rollout} now={now} />
      {rollout.decisions.length > 0 && (
        <details open={open}>
          <summary>
            {rollout.decisions.length} decision{rollout.decisions.length === 1 ? '' : 's'}
          </summary>
          <ul className="decisions">
            {rollout.decisions.map((decision) => (
              <li key={decision.at + decision.decision + decision.why}>
                <time className="muted" dateTime={decision.at}>
                  {dateTime(decision.at)}
                </time>
                <b>{words(decision.decision)}</b>
                <span>{prose(decision.why)}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

/** The release policy, rule by rule, as it was met. */
function Admitted({ rollout }: { readonly rollout: Rollout }) {
  const admission = rollout.admission;
  if (!admission || admission.checks.length === 0) return null;
  return (
    <details>
      <summary>
        {admission.admittedAt ? `Admitted ${dateTime(admission.admittedAt)}` : 'Not admitted yet'}: {admission.checks.filter((check) => check.passed).length} of {admission.checks.length} rules of the release policy hold
      </summary>
      <ul className="lines">
        {admission.checks.map((check) => (
          <li key={check.rule}>
            <span>
              <Pill outcome={check.passed ? 'PASS' : 'FAIL'} text={words(check.rule)} /> {prose(check.detail)}
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}
