import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { isMissing, post } from '../../shared/api/client';
import type { DriftRow, OpenPlan, PlanView, QuestionInfo } from '../../shared/api/contract';
import { useCanvasDrift, useCanvasVersions, useMe, useOpenPlans } from '../../shared/api/queries';
import { shortDigest, words } from '../../shared/lib/format';
import { dateTime } from '../../shared/lib/time';
import { Asked } from '../../shared/ui/Asked';
import { Pill } from '../../shared/ui/Pill';
import { ComparedBoards } from './ComparedBoards';
import { Diff, plain } from './Diff';
import { Warnings } from './PlanTab';
import { Verify } from './Verify';
import { TakeAway } from './TakeAway';
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
      <TakeAway product={product} />
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

/** Resources that somebody changed by hand: keep the change as an answer, or set it back. */
function Drift({ product }: { readonly product: string }) {
  const drift = useCanvasDrift(product);
  const queries = useQueryClient();
  const settle = useMutation({
    mutationFn: ({ id, how }: { readonly id: string; readonly how: 'adopt' | 'revert' }) => post(`/canvases/${encodeURIComponent(product)}/drift/${encodeURIComponent(id)}/${how}`, {}),
    onSuccess: () => queries.invalidateQueries({ predicate: ({ queryKey }) => ['conformance', 'draft'].includes(String(queryKey[0])) }),
  });
  if (drift.error) return <p className="muted">{isMissing(drift.error) ? 'This server does not look for changes by hand yet.' : drift.error.message}</p>;
  const open = (drift.data ?? []).filter((row) => row.state === 'OPEN');
  const adopted = (drift.data ?? []).filter((row) => row.state === 'ADOPTED').length;
  return (
    <section className="band">
      <h2>Changed by hand</h2>
      {adopted > 0 && <p>{adopted === 1 ? 'One change is kept as an answer: it stands in the draft and waits' : `${adopted} changes are kept as answers: they stand in the draft and wait`} to be applied.</p>}
      {open.length === 0 && adopted === 0 && <p className="muted">Every generated resource is as the canvas says.</p>}
      {settle.error && (
        <p className="wrong" role="alert">
          {settle.error.message}
        </p>
      )}
      {open.map((row: DriftRow) => (
        <div key={row.id} className="sheet">
          <b>{row.resource}</b> <span className="mono">{row.field}</span> was {plain(JSON.stringify(row.expected))}, is {plain(JSON.stringify(row.actual))}
          <span className="muted">
            {row.by && ` by ${row.by}`}, {dateTime(row.at)}
          </span>
          <div className="actions">
            <button type="button" className="btn small" onClick={() => settle.mutate({ id: row.id, how: 'adopt' })}>
              Adopt it as an answer
            </button>
            <button type="button" className="btn small" onClick={() => settle.mutate({ id: row.id, how: 'revert' })}>
              Set it back
            </button>
          </div>
        </div>
      ))}
    </section>
  );
}
