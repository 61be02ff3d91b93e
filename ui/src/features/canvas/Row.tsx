import { Link, useSearchParams } from 'react-router';
import type { Question, StateChange } from '../../shared/api/types';
import { stateLooks } from '../../shared/lib/state';
import { Bullet } from '../../shared/ui/Bullet';
import { Icon } from '../../shared/ui/Icon';
import { Glyph } from '../../shared/ui/Glyph';
import { StateStrip } from '../../shared/ui/StateStrip';
import { boundNumber, observed, smallPrint, spokesman } from './evidence';
import { set, type Beside } from './view';
import { prose } from '../../shared/lib/prose';

interface Props {
  readonly question: Question;
  readonly now: string;
  readonly open: boolean;
  readonly beside?: Beside;
  readonly changes?: readonly StateChange[] | undefined;
  /** Comments on it that nobody has settled. */
  readonly talk?: number;
}

/** One question: glyph, claim, observed value; below it n, age and source; beside it the bound, or the last days. */
export function Row({ question, now, open, beside = 'bound', changes, talk = 0 }: Props) {
  const [search] = useSearchParams();
  const speaker = spokesman(question);
  const target = speaker && boundNumber(speaker);
  const side = beside === 'bound' ? speaker?.value !== undefined && target !== undefined : changes !== undefined;
  return (
    <Link className="q" to={{ search: `?${set(search, 'q', question.question).toString()}` }} aria-current={open ? 'true' : undefined} preventScrollReset>
      <Glyph state={question.state} />
      <span className="claim">
        {prose(question.claim)}
        {talk > 0 && (
          <span className="talk" title={`${talk} open comment${talk === 1 ? '' : 's'}`}>
            <Icon name="try" size={11} />
            {talk}
            <span className="visually-hidden"> open comment{talk === 1 ? '' : 's'}</span>
          </span>
        )}
      </span>
      <span className="value">{observed(question)}</span>
      <small className={side ? '' : 'wide'}>{smallPrint(question, now)}</small>
      {beside !== 'bound' && changes && <StateStrip changes={changes} now={now} days={Number(beside)} width={90} height={9} />}
      {beside === 'bound' && speaker?.value !== undefined && target !== undefined && <Bullet value={speaker.value} target={target} tone={stateLooks[question.state].tone} />}
    </Link>
  );
}
