import { Link } from 'react-router';
import type { Question } from '../../shared/api/types';
import { stateLooks } from '../../shared/lib/state';
import { Bullet } from '../../shared/ui/Bullet';
import { Glyph } from '../../shared/ui/Glyph';
import { boundNumber, observed, smallPrint, spokesman } from './evidence';

/** One question: glyph, claim, observed value; below it n, age and source; a bullet bar where there is a bound. */
export function Row({ question, now, open }: { readonly question: Question; readonly now: string; readonly open: boolean }) {
  const speaker = spokesman(question);
  const target = speaker && boundNumber(speaker);
  return (
    <Link
      className="q"
      to={{ search: `?q=${encodeURIComponent(question.question)}` }}
      aria-current={open ? 'true' : undefined}
      preventScrollReset
    >
      <Glyph state={question.state} />
      <span className="claim">{question.claim}</span>
      <span className="value">{observed(question)}</span>
      <small>{smallPrint(question, now)}</small>
      {speaker?.value !== undefined && target !== undefined && (
        <Bullet value={speaker.value} target={target} tone={stateLooks[question.state].tone} />
      )}
    </Link>
  );
}
