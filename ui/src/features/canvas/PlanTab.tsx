import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { post, postYaml } from '../../shared/api/client';
import type { Finding, PlanView, QuestionInfo } from '../../shared/api/contract';
import { useMe, useOpenPlans } from '../../shared/api/queries';
import { words } from '../../shared/lib/format';
import { Asked } from '../../shared/ui/Asked';
import { Diff } from './Diff';
import { Findings } from './Findings';

interface Props {
  readonly product: string;
  readonly text: string;
  readonly questions: readonly QuestionInfo[];
  readonly go: (key: string) => void;
  readonly repair: (finding: Finding) => void;
  readonly applied: () => void;
}

/** What applying the draft would do, before it does it. */
export function PlanTab({ product, text, questions, go, repair, applied }: Props) {
  const plan = useQuery({
    queryKey: ['plan', product, 'of', text],
    queryFn: () => postYaml<PlanView>(`/canvases/${encodeURIComponent(product)}/plan`, text),
    retry: false,
  });
  return (
    <Asked query={plan}>
      {(found) => (
        <>
          <h2>
            {found.diff.length === 0
              ? 'The draft says what is applied already.'
              : `${found.diff.length} field${found.diff.length === 1 ? ' changes' : 's change'}; version ${found.base ?? 'none'} becomes ${found.version}.`}
          </h2>
          <Diff changes={found.diff} questions={questions} go={go} />
          {found.contradictions.length > 0 && (
            <section className="band">
              <h2>What does not fit together</h2>
              <Findings contradictions={found.contradictions} problems={[]} text={text} questions={questions} go={go} repair={repair} />
            </section>
          )}
          <Actions plan={found} />
          {found.diff.length > 0 && <Apply key={found.planDigest} plan={found} product={product} applied={applied} />}
        </>
      )}
    </Asked>
  );
}

function Actions({ plan }: { readonly plan: PlanView }) {
  if (plan.actions.length === 0) return null;
  return (
    <section className="band">
      <h2>
        {plan.actions.length} resource{plan.actions.length === 1 ? ' changes' : 's change'}
      </h2>
      <div className="table-wrap" tabIndex={0} role="group" aria-label="Actions">
        <table>
          <thead>
            <tr>
              <th>Action</th>
              <th>Resource</th>
              <th>Because you answered</th>
            </tr>
          </thead>
          <tbody>
            {plan.actions.map((action) => (
              <tr key={action.action + action.resource}>
                <td>
                  <b>{action.action}</b>
                </td>
                <td className="mono">{action.resource}</td>
                <td className="mono muted">{action.because}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** Approvals where the plan needs them, the reason, and the one button that changes what runs. */
function Apply({ plan, product, applied }: { readonly plan: PlanView; readonly product: string; readonly applied: () => void }) {
  const [reason, setReason] = useState('');
  const [accepted, setAccepted] = useState(false);
  const queries = useQueryClient();
  const me = useMe().data;
  const open = useOpenPlans(product).data?.find((one) => one.plan.planDigest === plan.planDigest);
  const missing = open?.missing ?? plan.needs;
  const needsReason = plan.needs.some((need) => need.toLowerCase().includes('reason'));
  const waits = missing.some((need) => need.toLowerCase().includes('approval'));
  const warned = plan.confirms.length > 0;
  const blocked = plan.contradictions.filter((finding) => finding.level === 'ERROR').length;
  const apply = useMutation({
    mutationFn: () => post(`/canvases/${encodeURIComponent(product)}/apply`, { planDigest: plan.planDigest, ...(reason.trim() === '' ? {} : { reason: reason.trim() }), ...(warned ? { confirms: plan.confirms } : {}) }),
    onSuccess: async () => {
      await queries.invalidateQueries({ predicate: ({ queryKey }) => ['canvases', 'conformance', 'draft', 'source', 'plan'].includes(String(queryKey[0])) });
      applied();
    },
  });
  return (
    <form
      className="plan"
      aria-label="Apply the plan"
      onSubmit={(event) => {
        event.preventDefault();
        apply.mutate();
      }}
    >
      <h2>
        Apply as {plan.version}
        {plan.loosens === true && ': this takes a promise back'}
      </h2>
      {missing.length > 0 && <p>Needs: {missing.map(words).join(', ')}.</p>}
      {waits && (
        <p className="muted">
          {plan.approvers && plan.approvers.length > 0 ? `${plan.approvers.join(' or ')} can approve it on this page, signed in with a token of their own.` : 'Another member has to approve it.'}
        </p>
      )}
      {open?.approvals.map((approval) => (
        <p key={approval.by + approval.at}>
          Approved by <b>{approval.by}</b>
          {approval.reason && `: ${approval.reason}`}
        </p>
      ))}
      <label className="field" htmlFor="apply-reason">
        Why {needsReason ? '' : '(optional)'}
      </label>
      <input id="apply-reason" className="text" required={needsReason} maxLength={300} value={reason} onChange={(event) => setReason(event.target.value)} />
      {warned && <Warnings rules={plan.confirms} accepted={accepted} accept={setAccepted} />}
      {blocked > 0 && <p className="wrong">{blocked === 1 ? 'One contradiction forbids' : `${blocked} contradictions forbid`} applying. Repair {blocked === 1 ? 'it' : 'them'} first.</p>}
      {apply.error && (
        <p className="wrong" role="alert">
          {apply.error.message}
        </p>
      )}
      <div className="row">
        <button type="submit" className="btn primary" disabled={apply.isPending || blocked > 0 || waits || (warned && !accepted)}>
          Apply {plan.version}
        </button>
        {me && <span className="muted">as {me.user}</span>}
      </div>
    </form>
  );
}

/** The box that says: I have read what these rules warn of. */
export function Warnings({ rules, accepted, accept }: { readonly rules: readonly number[]; readonly accepted: boolean; readonly accept: (value: boolean) => void }) {
  return (
    <label className="check">
      <input type="checkbox" checked={accepted} onChange={(event) => accept(event.target.checked)} /> I have read the warning{rules.length === 1 ? '' : 's'} of rule {rules.join(', ')} and accept {rules.length === 1 ? 'it' : 'them'}.
    </label>
  );
}
