import { Link, useSearchParams } from 'react-router';
import type { Conformance } from '../../shared/api/types';
import { value } from '../../shared/lib/format';
import { prose } from '../../shared/lib/prose';
import { age, dateTime } from '../../shared/lib/time';
import { Glyph } from '../../shared/ui/Glyph';
import { sampled } from './conformity';
import { set } from './view';

const SIZE = 8;

/** A few rows of evidence, drawn by a number that stands in the address: for whoever does not take green on trust. */
export function Sample({ board }: { readonly board: Conformance }) {
  const [search, setSearch] = useSearchParams();
  const asked = Number(search.get('sample') ?? '1');
  const seed = Number.isInteger(asked) && asked > 0 ? asked : 1;
  const known = board.questions.flatMap((question) => question.evidence.filter(({ id }) => id !== undefined).map((evidence) => ({ question, evidence })));
  if (known.length === 0) return null;
  return (
    <section className="band" aria-label="Sampled evidence">
      <h2>Do not take it on trust</h2>
      <div className="actions">
        <span className="muted">
          Sample {seed}: {Math.min(SIZE, known.length)} of {known.length} rows of evidence, each with its record.
        </span>
        <button type="button" className="btn small" onClick={() => setSearch((before) => set(before, 'sample', String(seed + 1)), { preventScrollReset: true })}>
          Draw another sample
        </button>
      </div>
      <ul className="lines">
        {sampled(known, SIZE, seed).map(({ question, evidence }) => (
          <li key={question.question + evidence.clause}>
            <span>
              <Glyph state={evidence.state} size={12} /> <Link to={{ search: `?${set(search, 'q', question.question).toString()}` }} preventScrollReset>{evidence.text}</Link>
              {evidence.value !== undefined && <b className="mono"> {value(evidence.value, evidence.unit)}</b>} <span className="muted">{prose(evidence.detail ?? '')}</span>
            </span>
            <span>
              {evidence.observedAt && (
                <time className="muted" dateTime={evidence.observedAt} title={dateTime(evidence.observedAt)}>
                  {age(evidence.observedAt, board.asOf)}
                </time>
              )}{' '}
              {evidence.source?.startsWith('/') && <a href={evidence.source}>record</a>}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
