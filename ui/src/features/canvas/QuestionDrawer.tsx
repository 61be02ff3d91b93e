import { useState, type ReactNode } from 'react';
import { Link } from 'react-router';
import type { Waiver } from '../../shared/api/contract';
import { useConformance, useDrillRecords, useHistory, useMonitor, useObserved } from '../../shared/api/queries';
import type { Evidence, Question, StateChange } from '../../shared/api/types';
import { SeriesChart } from '../../shared/chart/SeriesChart';
import { since } from '../../shared/lib/days';
import { count, interval, sign, value, words } from '../../shared/lib/format';
import { stateLooks } from '../../shared/lib/state';
import { age, between, dateTime, day } from '../../shared/lib/time';
import { Drawer } from '../../shared/ui/Drawer';
import { Glyph, StatePill } from '../../shared/ui/Glyph';
import { StateStrip } from '../../shared/ui/StateStrip';
import { Whisker } from '../../shared/ui/Whisker';
import { Comments } from './Comments';
import { Observed } from './Observed';
import { answerable, membersOf } from './people';
import { Compiled, Now, Radius } from './Consequences';
import { boundNumber, boundText, pointsOf, spokesman, subjectText, validity } from './evidence';
import { lackWords } from './lacks';
import { ProveIt } from './ProveIt';
import { Sign } from './Sign';
import { prose } from '../../shared/lib/prose';

interface Props {
  readonly product: string;
  readonly question: Question;
  readonly now: string;
  readonly version: string;
  readonly onClose: () => void;
}

/** A claim, what proves or disproves it, what exists because of it, and what can be done now. */
export function QuestionDrawer({ product, question, now, version, onClose }: Props) {
  const board = useConformance(product).data;
  const changes = useHistory(product, question.question).data ?? [];
  const start = since(changes, question.state);
  const waiver = (question as { readonly waiver?: Waiver }).waiver;
  const drilled = question.evidence.some((evidence) => evidence.kind === 'DRILL');
  const [proving, setProving] = useState(false);
  return (
    <Drawer label={prose(question.claim)} onClose={onClose}>
      <StatePill state={question.state} note={start && Date.parse(start) < Date.parse(now) ? `for ${between(start, now)}` : ''} />
      <h2>{prose(question.claim)}</h2>
      <p className="muted">
        {question.text} <span className="mono">{question.id} · {question.question}</span>
      </p>
      {question.reason && <p className="reason">{prose(question.reason)}</p>}
      {question.lack && <p className="muted">{lackWords[question.lack].title}</p>}
      {waiver && (
        <p className="reason">
          Waived until {day(waiver.until)} by {waiver.by}: {waiver.why}
        </p>
      )}
      <div className="actions">
        <Link className="btn primary" to={`/p/${product}/canvas?q=${encodeURIComponent(question.question)}`}>
          Edit the answer
        </Link>
        {drilled && (
          <button type="button" className="btn" aria-expanded={proving} onClick={() => setProving(!proving)}>
            Prove it now
          </button>
        )}
      </div>
      {proving && <ProveIt product={product} question={question} />}

      <h3 className="eyebrow">Evidence</h3>
      <Seen product={product} question={question} now={now} />
      {question.evidence.map((evidence) => (
        <Clause key={evidence.clause} evidence={evidence} now={now}>
          {evidence.id !== undefined && <Observed product={product} question={question.question} clause={evidence} now={now} />}
          {evidence.kind === 'ATTEST' && evidence.state !== 'CONFORMS' && evidence.state !== 'N_A' && <Sign product={product} question={question.question} clause={evidence} />}
        </Clause>
      ))}
      {question.evidence.length === 0 && <p className="muted">No clause of evidence belongs to this answer.</p>}
      <LastDrill product={product} question={question} />

      <h3 className="eyebrow">Compiled to</h3>
      <Compiled product={product} question={question} />
      <Now product={product} question={question} />
      {board && <Radius product={product} question={question} all={board.questions} />}

      <h3 className="eyebrow">What people say</h3>
      <Comments product={product} question={question.question} now={now} />

      <h3 className="eyebrow">Ninety days</h3>
      <StateStrip changes={changes} now={now} days={90} width={348} height={20} />
      <Changes changes={changes} />

      <h3 className="eyebrow">Answer</h3>
      <p className="muted">
        Answered for by {answerable([question], membersOf(board ?? { questions: [] })).join(', ') || 'nobody that the canvas names'}. Canvas {version}; {question.defaults.total === 0 ? 'all fields given' : `${question.defaults.confirmed} of ${question.defaults.total} fields given or confirmed`}.
      </p>
    </Drawer>
  );
}

/** The figure that decides, with its chart where a monitor watches it. */
function Seen({ product, question, now }: { readonly product: string; readonly question: Question; readonly now: string }) {
  const speaker = spokesman(question);
  const watched = new Set(question.resources.filter((resource) => resource.kind === 'monitor').map((resource) => resource.name));
  const view = useMonitor(product).data;
  const series = view?.monitors.find((monitor) => watched.has(monitor.id) && monitor.windows.length > 1);
  return (
    <>
      {speaker?.value !== undefined && <Figure evidence={speaker} now={now} />}
      {series && (
        <Link className="small-chart" to={`/p/${product}/monitor`}>
          <SeriesChart
            small
            points={series.windows}
            bound={series.bound}
            annotations={(view?.releases ?? []).map((release) => ({ at: release.at, kind: 'release', text: release.version }))}
            show={(shown) => value(shown, speaker?.unit)}
            label={`${series.claim} over its windows`}
          />
        </Link>
      )}
      {!series && speaker?.id !== undefined && <SeenBefore product={product} question={question.question} evidence={speaker} releases={view?.releases ?? []} />}
    </>
  );
}

/** The values that were seen before, where no monitor draws them: as many as are stored and were about this answer. */
function SeenBefore({ product, question, evidence, releases }: { readonly product: string; readonly question: string; readonly evidence: Evidence; readonly releases: readonly { readonly at: string; readonly version: string }[] }) {
  const points = pointsOf(useObserved(product, question, evidence.clause).data ?? []);
  const bound = boundNumber(evidence);
  if (points.length < 2 || bound === undefined) return null;
  return (
    <div className="small-chart">
      <SeriesChart small points={points} bound={bound} annotations={releases.map((release) => ({ at: release.at, kind: 'release', text: release.version }))} show={(shown) => value(shown, evidence.unit)} label={`${evidence.text}, as it was seen`} />
    </div>
  );
}

/** The bound as a property only where it is a number: optional properties are exact. */
function boundOf(evidence: Evidence): { bound?: number } {
  const bound = boundNumber(evidence);
  return bound === undefined ? {} : { bound };
}

function Figure({ evidence, now }: { readonly evidence: Evidence; readonly now: string }) {
  const tone = stateLooks[evidence.state].tone;
  const ci = interval(evidence.ci?.low, evidence.ci?.high, evidence.unit);
  return (
    <>
      <div className="figure">
        <b>{value(evidence.value, evidence.unit)}</b>
        <span className="muted">
          {[ci && `95 % CI ${ci}`, evidence.n !== undefined && `n ${count(evidence.n)}`, evidence.observedAt && age(evidence.observedAt, now)].filter(Boolean).join(' · ')}
        </span>
      </div>
      {evidence.target !== undefined && (
        <p className="muted">
          bound {sign(evidence.op)} {boundText(evidence)}{' '}
          <Whisker value={evidence.value} low={evidence.ci?.low} high={evidence.ci?.high} {...boundOf(evidence)} tone={tone} label="Observed value and interval against the bound" />
        </p>
      )}
    </>
  );
}

function Clause({ evidence, now, children }: { readonly evidence: Evidence; readonly now: string; readonly children?: ReactNode }) {
  const facts = [
    words(String(evidence.kind)),
    evidence.value !== undefined && `${value(evidence.value, evidence.unit)}${evidence.target === undefined ? '' : ` ${sign(evidence.op)} ${boundText(evidence)}`}`,
    evidence.n !== undefined && (evidence.n < evidence.minN ? `n ${count(evidence.n)} of ${count(evidence.minN)}` : `n ${count(evidence.n)}`),
    evidence.ttl && validity(evidence.ttl),
    evidence.subject && subjectText(evidence.subject),
  ].filter(Boolean);
  return (
    <div className="clause">
      <header>
        <Glyph state={evidence.state} /> <b>{evidence.text || words(evidence.clause)}</b>
        {evidence.observedAt && (
          <time className="muted" dateTime={evidence.observedAt} title={dateTime(evidence.observedAt)}>
            {age(evidence.observedAt, now)}
          </time>
        )}
      </header>
      {(evidence.detail ?? evidence.reason) && <p>{prose(evidence.detail ?? evidence.reason)}</p>}
      <p className="muted">
        {facts.join(' · ')}
        {evidence.source?.startsWith('/') && (
          <>
            {' '}
            · <a href={evidence.source}>record</a>
          </>
        )}
      </p>
      {children}
    </div>
  );
}

/** The newest drill that looked at this question. */
function LastDrill({ product, question }: { readonly product: string; readonly question: Question }) {
  const records = useDrillRecords(product).data ?? [];
  const record = records.find((one) => one.observations.some((seen) => seen.question === question.question));
  if (!record) return null;
  return (
    <p className="muted">
      Last drill: <Link to={`/p/${product}/drills`}>{record.drill}</Link> {record.passed ? 'passed' : 'did not pass'}
      {`, ${dateTime(record.at)}`}
    </p>
  );
}

function Changes({ changes }: { readonly changes: readonly StateChange[] }) {
  if (changes.length === 0) return <p className="muted">Its state has not changed yet.</p>;
  return (
    <ul className="lines">
      {changes.toReversed().slice(0, 6).map((change) => (
        <li key={change.recordedAt + change.to}>
          <span>
            <Glyph state={change.to} size={11} /> {stateLooks[change.to].word}
          </span>
          <time className="muted" dateTime={change.at}>
            {dateTime(change.at)}
          </time>
        </li>
      ))}
    </ul>
  );
}
