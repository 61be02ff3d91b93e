import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { post } from '../../shared/api/client';
import type { OpenPlan, PlanView, QuestionInfo } from '../../shared/api/contract';
import { useCanvasVersions, useMe, useOpenPlans } from '../../shared/api/queries';
import { shortDigest, words } from '../../shared/lib/format';
import { dateTime } from '../../shared/lib/time';
import { Asked } from '../../shared/ui/Asked';
import { Pill } from '../../shared/ui/Pill';
import { ComparedBoards } from './ComparedBoards';
import { Diff } from './Diff';
import { Drift } from './Drift';
import { Warnings } from './PlanTab';
import { Verify } from './Verify';
import { TimeSlider } from './TimeSlider';

interface Props {
  readonly product: string;
  readonly questions: readonly QuestionInfo[];
  readonly go: (key: string) => void;
  /** Opens the text of a version as the draft. */
  readonly open: (version: string) => void;
}

/** The chain of versions, the plans that wait for somebody, and what was changed behind the canvas. */
export function VersionsTab({ product, questions, go, open }: Props) {
  const versions = useCanvasVersions(product);
  const plans = useOpenPlans(product);
  return (
    <>
      <h2>Versions</h2>
      <Verify product={product} />
      <Asked query={versions} missing={<p className="muted">This server keeps no list of versions.</p>}>
        {(rows) => (
          <div className="table-wrap" tabIndex={0} role="group" aria-label="Versions">
            <table>
              <thead>
                <tr>
                  <th>Version</th>
                  <th>Applied (product time)</th>
                  <th>By</th>
                  <th>Why</th>
                  <th className="num">Digest</th>
                  <th>
                    <span className="visually-hidden">Actions</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {rows
                  .toSorted((a, b) => Date.parse(b.appliedAt) - Date.parse(a.appliedAt))
                  .map((row) => (
                    <tr key={row.version}>
                      <td className="mono">
                        {row.version} {row.active === true && <Pill outcome="CHAMPION" text="active" />}
                      </td>
                      <td>{dateTime(row.appliedAt)}</td>
                      <td>{row.appliedBy}</td>
                      <td>{row.reason ?? ''}</td>
                      <td className="num">{shortDigest(row.digest)}</td>
                      <td>
                        {row.active !== true && (
                          <button type="button" className="btn small" onClick={() => open(row.version)}>
                            Take {row.version} as the draft
                          </button>
                        )}
                      </td>
                    </tr>
                  ))}
              </tbody>
            </table>
          </div>
        )}
      </Asked>
      {versions.data && <TimeSlider product={product} versions={versions.data} />}
      {versions.data && <ComparedBoards product={product} versions={versions.data} />}
      {(plans.data ?? []).length > 0 && (
        <section className="band">
          <h2>Plans that wait</h2>
          {plans.data?.map((one) => (
            <Waiting key={one.plan.planDigest} product={product} open={one} questions={questions} go={go} />
          ))}
        </section>
      )}
      <Drift product={product} />
    </>
  );
}

function Waiting({ product, open, questions, go }: { readonly product: string; readonly open: OpenPlan; readonly questions: readonly QuestionInfo[]; readonly go: (key: string) => void }) {
  const { plan } = open;
  const me = useMe().data;
  const queries = useQueryClient();
  const [reason, setReason] = useState('');
  const [accepted, setAccepted] = useState(false);
  const warned = plan.confirms.length > 0;
  const refresh = () => queries.invalidateQueries({ predicate: ({ queryKey }) => ['plan', 'canvases', 'conformance', 'draft'].includes(String(queryKey[0])) });
  const base = `/canvases/${encodeURIComponent(product)}`;
  const why = reason.trim() === '' ? {} : { reason: reason.trim() };
  const approve = useMutation({ mutationFn: () => post<OpenPlan>(`${base}/plans/${encodeURIComponent(plan.planDigest)}/approvals`, why), onSuccess: refresh });
  const apply = useMutation({ mutationFn: () => post<PlanView>(`${base}/apply`, { planDigest: plan.planDigest, ...why, ...(warned ? { confirms: plan.confirms } : {}) }), onSuccess: refresh });
  const mine = me?.user === open.by;
  const error = approve.error ?? apply.error;
  return (
    <div className="sheet">
      <h3>
        {plan.base ?? 'none'} → {plan.version}, planned by {open.by}, {dateTime(open.at)}
      </h3>
      <Diff changes={plan.diff} questions={questions} go={go} />
      <p>{open.missing.length === 0 ? 'Nothing is missing.' : `Still needs: ${open.missing.map(words).join(', ')}.`}</p>
      {open.approvals.map((approval) => (
        <p key={approval.by + approval.at} className="muted">
          Approved by {approval.by}, {dateTime(approval.at)}
          {approval.reason && `: ${approval.reason}`}
        </p>
      ))}
      <label className="field" htmlFor={`why-${plan.planDigest}`}>
        Why
      </label>
      <input id={`why-${plan.planDigest}`} className="text" maxLength={300} value={reason} onChange={(event) => setReason(event.target.value)} />
      {warned && <Warnings rules={plan.confirms} accepted={accepted} accept={setAccepted} />}
      {error && (
        <p className="wrong" role="alert">
          {error.message}
        </p>
      )}
      <div className="actions">
        {!mine && !open.approvals.some((approval) => approval.by === me?.user) && (
          <button type="button" className="btn primary" disabled={approve.isPending} onClick={() => approve.mutate()}>
            Approve {plan.version}
          </button>
        )}
        <button type="button" className={mine ? 'btn primary' : 'btn'} disabled={apply.isPending || (warned && !accepted) || open.missing.some((need) => need.includes('approval'))} onClick={() => apply.mutate()}>
          Apply {plan.version}
        </button>
      </div>
    </div>
  );
}
