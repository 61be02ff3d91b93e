import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import { post } from '../../shared/api/client';
import { useDeployment, useReleasePlan } from '../../shared/api/queries';
import type { DeploymentView, ModelVersion, Rollout } from '../../shared/api/types';
import { count, duration, millis, percent, words } from '../../shared/lib/format';
import { prose } from '../../shared/lib/prose';
import { dateTime } from '../../shared/lib/time';
import { ReasonForm } from '../../shared/ui/ReasonForm';

const at = encodeURIComponent;

/** What somebody may do with the version: let it at the traffic, or see to it that nobody does. Either shows its plan first. */
export function Release({ version }: { readonly version: ModelVersion }) {
  const deployment = useDeployment(version.product).data;
  const [open, setOpen] = useState<'deploy' | 'retire'>();
  if (!deployment) return null;
  const retired = deployment.retired.find((one) => one.version === version.version);
  const bound = boundOf(deployment, version.version);
  const close = () => setOpen(undefined);
  return (
    <section aria-label="What may be done with it">
      {retired ? (
        <Retired version={version} retired={retired} />
      ) : (
        open === undefined && (
          <p className="cause">
            {bound === undefined ? (
              <>
                <button type="button" className="btn primary" onClick={() => setOpen('deploy')}>
                  Release {version.version}…
                </button>
                <button type="button" className="btn" onClick={() => setOpen('retire')}>
                  Retire it…
                </button>
              </>
            ) : (
              <span className="muted">
                {bound} <Link to={`/p/${version.product}/rollouts`}>Rollouts</Link> show it.
              </span>
            )}
          </p>
        )
      )}
      {open === 'deploy' && <Deploy version={version} close={close} />}
      {open === 'retire' && <Retire version={version} close={close} />}
    </section>
  );
}

/** Why neither can be done at the moment; nothing where both can. */
export function boundOf(view: Pick<DeploymentView, 'aliases' | 'rollouts'>, version: string): string | undefined {
  const running = view.rollouts.find((rollout) => rollout.finishedAt === undefined);
  if (running && (running.to === version || running.from === version)) return `It is in the rollout of ${running.to}.`;
  const alias = Object.entries(view.aliases).find(([, named]) => named === version)?.[0];
  if (alias === 'champion') return 'It answers the traffic.';
  if (alias === 'previous') return 'A rollback returns to it.';
  return undefined;
}

function Deploy({ version, close }: { readonly version: ModelVersion; readonly close: () => void }) {
  const plan = useReleasePlan(version.product, version.version);
  const queries = useQueryClient();
  const release = useMutation({
    mutationFn: (reason: string) => post<Rollout>(`/deployments/${at(version.product)}/rollouts`, { version: version.version, reason }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['deployment', version.product] });
      close();
    },
  });
  if (plan.error || !plan.data) {
    return (
      <div className="plan" role="status">
        {plan.error ? (
          <>
            <h2>{version.version} cannot be released now</h2>
            <p className="wrong">{plan.error.message}</p>
          </>
        ) : (
          <p className="muted">Asking what a release would begin…</p>
        )}
        <div className="row">
          <button type="button" className="btn" onClick={close}>
            Keep it as it is
          </button>
        </div>
      </div>
    );
  }
  return (
    <ReasonForm name="Plan of the release" verb={`Release ${version.version}`} deed={release} leave={{ say: 'Keep it as it is', go: close }}>
      <h2>Plan: {plan.data.from === undefined ? `everybody gets ${version.version}` : `${version.version} has to win the traffic of ${plan.data.from}`}</h2>
      <ol className="bullets">
        {planned(plan.data).map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ol>
    </ReasonForm>
  );
}

/** What a release does, in the order in which it happens; the way back comes last. */
export function planned(plan: Rollout): string[] {
  const admission = plan.admission;
  const checks = (admission?.checks ?? []).filter(({ passed }) => passed).map(({ rule }) => words(rule));
  return [
    ...(checks.length > 0 ? [`The release policy is satisfied: ${checks.join(', ')}.`] : []),
    ...(admission && admission.approvalsNeeded > 0 ? [`It waits for ${count(admission.approvalsNeeded)} approval${admission.approvalsNeeded === 1 ? '' : 's'}; until then nobody sees it.`] : []),
    ...(plan.steps.length === 0
      ? ['There is no version to compare it with, so it answers everything at once.']
      : plan.steps.map((step) => `${step.share === 1 ? 'All' : percent(step.share)} of the traffic, until ${count(step.minRequests)} requests are answered${step.hold !== 'PT0S' ? ` and ${duration(step.hold)} have passed` : ''}.`)),
    plan.from === undefined ? 'To go back, release another version.' : `If a guardrail breaks, the traffic goes back to ${plan.from}, which stays loaded; one click on Rollouts does the same.`,
  ];
}

function Retire({ version, close }: { readonly version: ModelVersion; readonly close: () => void }) {
  const queries = useQueryClient();
  const retire = useMutation({
    mutationFn: (reason: string) => post(`/deployments/${at(version.product)}/versions/${at(version.version)}/retirement`, { reason }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['deployment', version.product] });
      close();
    },
  });
  return (
    <ReasonForm name="Plan of the retirement" verb={`Retire ${version.version}`} deed={retire} leave={{ say: 'Keep it as it is', go: close }}>
      <h2>Plan: nobody can release {version.version} any more</h2>
      <p>No traffic moves: it answers nobody. The pipeline and persons alike are refused when they release it. Its bundle, records and papers stay. To go back, take it back into service: one click, here.</p>
    </ReasonForm>
  );
}

function Retired({ version, retired }: { readonly version: ModelVersion; readonly retired: DeploymentView['retired'][number] }) {
  const queries = useQueryClient();
  const restore = useMutation({
    mutationFn: async () => {
      const from = performance.now();
      await post(`/deployments/${at(version.product)}/versions/${at(version.version)}/restoration`, { reason: 'taken back on its page' });
      return performance.now() - from;
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: ['deployment', version.product] }),
  });
  return (
    <p className="cause">
      <span>
        <b>Retired</b> by {retired.by}, {dateTime(retired.at)}: {prose(retired.reason)}
      </span>
      <button type="button" className="btn small" disabled={restore.isPending} onClick={() => restore.mutate()}>
        Take it back into service
      </button>
      {restore.error && (
        <span className="wrong" role="alert">
          {restore.error.message}
        </span>
      )}
      {restore.data !== undefined && <span className="muted">{millis(restore.data)}</span>}
    </p>
  );
}

/** Who gets this version: arms of the traffic, names that callers resolve, and what would fall back on it. */
export function Consumers({ version }: { readonly version: ModelVersion }) {
  const view = useDeployment(version.product).data;
  if (!view) return null;
  const lines = consumersOf(view, version.version);
  return (
    <section className="band">
      <h2>Who uses it</h2>
      {lines.length === 0 ? (
        <p className="muted">Nobody: no traffic reaches it, and no name leads to it.</p>
      ) : (
        <ul className="lines">
          {lines.map(([what, how]) => (
            <li key={what}>
              <span>{what}</span>
              <span className="muted">{how}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

export function consumersOf(view: Pick<DeploymentView, 'product' | 'arms' | 'aliases' | 'rollouts' | 'models'>, version: string): (readonly [string, string])[] {
  const arms = view.arms.filter((arm) => arm.version === version && arm.weight > 0);
  const running = view.rollouts.find((rollout) => rollout.finishedAt === undefined);
  return [
    ...arms.map((arm) => [`${percent(arm.weight)} of who asks /api/v1/predict/${view.product}`, `as ${arm.role}`] as const),
    ...Object.entries(view.aliases).filter(([, named]) => named === version).map(([alias]) => [`Who asks for ${view.product}@${alias}`, 'by that name'] as const),
    ...(running?.from === version ? [[`The rollout of ${running.to}`, 'goes back to it where a guardrail breaks'] as const] : []),
    ...(view.aliases['previous'] === version ? [['A rollback', 'returns to it'] as const] : []),
    ...(view.models[version] !== undefined && arms.length === 0 ? [['Memory', words(view.models[version] ?? '')] as const] : []),
  ];
}
