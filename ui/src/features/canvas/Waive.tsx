import { useState } from 'react';
import type { QuestionInfo } from '../../shared/api/contract';
import { unwaive, waive, waiversOf } from './waivers';

/** Lets a promise be broken until a day, with the reason: written into the draft like any answer. */
export function Waive({ question, text, set }: { readonly question: QuestionInfo; readonly text: string; readonly set: (text: string) => void }) {
  const waived = waiversOf(text).filter((one) => one.question === question.key);
  const [open, setOpen] = useState(false);
  const [clause, setClause] = useState('');
  const [until, setUntil] = useState('');
  const [why, setWhy] = useState('');
  const ready = /^\d{4}-\d\d-\d\d$/.test(until) && why.trim() !== '';
  return (
    <section className="waive" aria-label="Waivers">
      <h3 className="eyebrow">Waivers</h3>
      {waived.map((one) => (
        <p key={one.clause ?? ''}>
          {one.clause === undefined ? 'Waived' : <span className="mono">{one.clause}</span>} until {one.until}: {one.why}{' '}
          <button type="button" className="link" onClick={() => set(unwaive(text, one))}>
            Take the waiver back
          </button>
        </p>
      ))}
      {!open && (
        <button type="button" className="link" onClick={() => setOpen(true)}>
          Waive it for a while…
        </button>
      )}
      {open && (
        <form
          className="plan"
          aria-label="Waive this promise"
          onSubmit={(event) => {
            event.preventDefault();
            if (!ready) return;
            set(waive(text, { question: question.key, ...(clause === '' ? {} : { clause }), until, why: why.trim() }));
            setOpen(false);
          }}
        >
          <p className="muted">A waiver takes a promise back for a while: the plan asks for a reason, and from two members on for the approval of another.</p>
          {question.evidence.length > 1 && (
            <>
              <label className="field" htmlFor="waive-clause">
                What is waived
              </label>
              <select id="waive-clause" className="text select" value={clause} onChange={(event) => setClause(event.target.value)}>
                <option value="">the whole answer</option>
                {question.evidence.map((one) => (
                  <option key={one.clause} value={one.clause}>
                    {one.text}
                  </option>
                ))}
              </select>
            </>
          )}
          <label className="field" htmlFor="waive-until">
            Until (a day, UTC)
          </label>
          <input id="waive-until" className="text" placeholder="2027-01-31" required pattern="\d{4}-\d\d-\d\d" value={until} onChange={(event) => setUntil(event.target.value)} />
          <label className="field" htmlFor="waive-why">
            Why it may be broken
          </label>
          <input id="waive-why" className="text" required maxLength={500} value={why} onChange={(event) => setWhy(event.target.value)} />
          <div className="row">
            <button type="submit" className="btn primary" disabled={!ready}>
              Write the waiver
            </button>
            <button type="button" className="btn" onClick={() => setOpen(false)}>
              Leave it
            </button>
          </div>
        </form>
      )}
    </section>
  );
}
