import type { Evidence, Question } from '../../shared/api/types';
import { count, duration, interval, shortDigest, sign, value, words } from '../../shared/lib/format';
import { stateLooks } from '../../shared/lib/state';
import { age, dateTime } from '../../shared/lib/time';
import { Drawer } from '../../shared/ui/Drawer';
import { Glyph, StatePill } from '../../shared/ui/Glyph';
import { Whisker } from '../../shared/ui/Whisker';
import { boundNumber, boundText, spokesman } from './evidence';
import { useHistory } from '../../shared/api/queries';

/** A claim, what proves or disproves it, and what exists because of it. */
export function QuestionDrawer(props: {
  readonly product: string;
  readonly question: Question;
  readonly now: string;
  readonly version: string;
  readonly onClose: () => void;
}) {
  const { question, now } = props;
  const speaker = spokesman(question);
  return (
    <Drawer label={question.claim} onClose={props.onClose}>
      <StatePill state={question.state} />
      <h2>{question.claim}</h2>
      <p className="muted">
        {question.text} <span className="mono">{question.id} · {question.question}</span>
      </p>
      {question.reason && <p>{question.reason}</p>}

      <h3 className="eyebrow">Evidence</h3>
      {speaker?.value !== undefined && <Figure evidence={speaker} now={now} />}
      {question.evidence.map((evidence) => (
        <Clause key={evidence.clause} evidence={evidence} now={now} />
      ))}
      {question.evidence.length === 0 && <p className="muted">No clause of evidence belongs to this question.</p>}

      <h3 className="eyebrow">Compiled to</h3>
      {question.resources.length === 0 && <p className="muted">Nothing yet: this answer configures no resource.</p>}
      {question.resources.length > 0 && (
        <table>
          <tbody>
            {question.resources.map((resource) => (
              <tr key={resource.id}>
                <td>{words(resource.kind)} <b>{resource.name}</b></td>
                <td className="num">{shortDigest(String(resource.digest))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}

      <h3 className="eyebrow">Answer</h3>
      <dl className="pairs">
        <dt>Canvas</dt>
        <dd className="mono">{props.version}</dd>
        <dt>Fields</dt>
        <dd>{question.defaults.total === 0 ? 'all given' : `${question.defaults.confirmed} of ${question.defaults.total} defaults confirmed`}</dd>
      </dl>
      <History product={props.product} question={question.question} />
    </Drawer>
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
          {[ci && `95 % CI ${ci}`, evidence.n !== undefined && `n ${count(evidence.n)}`, evidence.observedAt && age(evidence.observedAt, now)]
            .filter(Boolean)
            .join(' · ')}
        </span>
      </div>
      {evidence.target !== undefined && (
        <p className="muted">
          bound {sign(evidence.op)} {boundText(evidence)}{' '}
          <Whisker
            value={evidence.value}
            low={evidence.ci?.low}
            high={evidence.ci?.high}
            {...boundOf(evidence)}
            tone={tone}
            label="Observed value and interval against the bound"
          />
        </p>
      )}
    </>
  );
}

function Clause({ evidence, now }: { readonly evidence: Evidence; readonly now: string }) {
  const facts = [
    words(String(evidence.kind)),
    evidence.value !== undefined && `${value(evidence.value, evidence.unit)}${evidence.target === undefined ? '' : ` ${sign(evidence.op)} ${boundText(evidence)}`}`,
    evidence.n !== undefined && (evidence.n < evidence.minN ? `n ${count(evidence.n)} of ${count(evidence.minN)}` : `n ${count(evidence.n)}`),
    evidence.ttl && `valid ${duration(evidence.ttl)}`,
    evidence.subject,
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
      {(evidence.detail ?? evidence.reason) && <p>{evidence.detail ?? evidence.reason}</p>}
      <p className="muted">
        {facts.join(' · ')}
        {evidence.source?.startsWith('/') && (
          <>
            {' '}
            <a href={evidence.source}>record</a>
          </>
        )}
      </p>
    </div>
  );
}

function History({ product, question }: { readonly product: string; readonly question: string }) {
  const { data } = useHistory(product, question);
  if (!data || data.length === 0) return null;
  return (
    <>
      <h3 className="eyebrow">History</h3>
      <ul>
        {data.toReversed().map((change) => (
          <li key={change.recordedAt + change.to}>
            <Glyph state={change.to} size={11} /> {stateLooks[change.to].word}{' '}
            <time className="muted" dateTime={change.at}>
              {dateTime(change.at)}
            </time>
          </li>
        ))}
      </ul>
    </>
  );
}
