import type { GuardrailResult, Reading, Rollout, RolloutStepRun } from '../../shared/api/types';
import { count, duration, interval, millis, number, percent, sign, words } from '../../shared/lib/format';
import { toneOf } from '../../shared/lib/state';
import { Pill } from '../../shared/ui/Pill';
import { prose } from '../../shared/lib/prose';
import { between } from '../../shared/lib/time';
import { Duel } from './Duel';
import { left, leftText } from './wait';

/** The shares in order; under the current or last one, each guardrail for both arms. */
export function Steps({ rollout, now }: { readonly rollout: Rollout; readonly now: string }) {
  const judged = rollout.steps.findLast((step) => step.guardrails.length > 0);
  return (
    <>
      <div className="steps">
        {rollout.steps.map((step) => (
          <Step key={step.share} step={step} now={now} />
        ))}
      </div>
      {judged && <Guardrails step={judged} />}
    </>
  );
}

function Step({ step, now }: { readonly step: RolloutStepRun; readonly now: string }) {
  const rest = left(step, now);
  const running = step.startedAt !== undefined && step.endedAt === undefined;
  const seen = step.candidateRequests;
  return (
    <div className={running ? 'step now' : 'step'}>
      <header>
        <h3>{percent(step.share)} of the traffic</h3>
        <Pill outcome={step.state} />
      </header>
      <p className="muted">
        {count(seen)} of {count(step.minRequests)} requests{step.hold && step.hold !== 'PT0S' ? ` · at least ${duration(step.hold)}` : ''}
        {step.championRequests > 0 && ` · champion ${count(step.championRequests)}`}
        {step.startedAt && step.endedAt && step.startedAt !== step.endedAt && ` · took ${between(step.startedAt, step.endedAt)}`}
      </p>
      {rest && <p className="countdown">{leftText(rest)}</p>}
      <svg width="100%" height="4" aria-hidden="true" preserveAspectRatio="none" viewBox="0 0 100 4">
        <rect width="100" height="4" className="f-line" />
        <rect width={(rest?.done ?? (step.minRequests > 0 ? Math.min(1, seen / step.minRequests) : 0)) * 100} height="4" className={`f-${toneOf(step.state)}`} />
      </svg>
    </div>
  );
}

/** The unit of a signal: p95 is in milliseconds, rates are shares, the rest is a plain number. */
function show(signal: string, value: number): string {
  if (/^p\d+/.test(signal)) return millis(value);
  return signal === 'psi' || signal.includes('f1') ? number(value) : percent(value);
}

function Guardrails({ step }: { readonly step: RolloutStepRun }) {
  return (
    <div className="table-wrap" tabIndex={0} role="group" aria-label="Table">
      <table>
        <thead>
          <tr>
            <th>Guardrail at {percent(step.share)}</th>
            <th>Verdict</th>
            <th className="num">Champion</th>
            <th className="num">Candidate</th>
            <th>Both against the bound</th>
          </tr>
        </thead>
        <tbody>
          {step.guardrails.map((guard) => (
            <Guard key={guard.signal} guard={guard} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Guard({ guard }: { readonly guard: GuardrailResult }) {
  return (
    <tr>
      <td>
        <b>{words(guard.signal)}</b> {sign(guard.op)} {show(guard.signal, guard.bound)}
      </td>
      <td>
        <Pill outcome={guard.verdict} />
        {guard.verdict.toUpperCase() !== 'PASS' && <div className="muted">{prose(guard.detail)}</div>}
      </td>
      <ReadingCell signal={guard.signal} reading={guard.champion} />
      <ReadingCell signal={guard.signal} reading={guard.candidate} />
      <td>
        <Duel guard={guard} show={(value) => show(guard.signal, value)} />
      </td>
    </tr>
  );
}

function ReadingCell({ signal, reading }: { readonly signal: string; readonly reading: Reading | undefined }) {
  if (!reading) return <td className="num muted">–</td>;
  const ci = /^p\d+/.test(signal) ? interval(reading.low, reading.high, 'ms') : signal === 'psi' ? interval(reading.low, reading.high) : interval(reading.low, reading.high, 'share');
  return (
    <td className="num">
      <b>{show(signal, reading.value)}</b> <span className="muted">({ci}), n {count(reading.n)}</span>
    </td>
  );
}
