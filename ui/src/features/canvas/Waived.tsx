import { Link } from 'react-router';
import type { Conformance } from '../../shared/api/types';
import { prose } from '../../shared/lib/prose';
import { day } from '../../shared/lib/time';
import { Glyph } from '../../shared/ui/Glyph';
import { daysLeft } from './conformity';

/** The promises that may be broken for a while, the next to end first. */
export function Waived({ board }: { readonly board: Conformance }) {
  const rows = board.questions
    .flatMap((question) => question.evidence.flatMap((evidence) => (evidence.waiver ? [{ question, evidence, waiver: evidence.waiver, left: daysLeft(evidence.waiver.until, board.asOf) }] : [])))
    .toSorted((a, b) => a.left - b.left);
  return (
    <section className="band" aria-label="Waivers">
      <h2>{rows.length === 0 ? 'No promise is waived' : rows.length === 1 ? 'One promise is waived' : `${rows.length} promises are waived`}</h2>
      {rows.length === 0 && <p className="muted">A promise can be taken back until a day, with the reason: open its answer in the canvas and choose “Waive it for a while”.</p>}
      <ul className="lines">
        {rows.map(({ question, evidence, waiver, left }) => (
          <li key={question.question + evidence.clause}>
            <span>
              <Glyph state="WAIVED" size={12} /> <Link to={`/p/${board.product}/canvas?q=${encodeURIComponent(question.question)}`}>{prose(question.claim)}</Link>: {evidence.text}. <span className="muted">{waiver.by}: {prose(waiver.why)}</span>
            </span>
            <time dateTime={waiver.until} title={`through ${day(waiver.until)}, UTC`}>
              {left === 0 ? 'ends today' : `${left} day${left === 1 ? '' : 's'} left`}
            </time>
          </li>
        ))}
      </ul>
    </section>
  );
}
