import { Link, useSearchParams } from 'react-router';
import type { Conformance, Question } from '../../shared/api/types';
import { cell } from '../../shared/lib/csv';
import { count, sign } from '../../shared/lib/format';
import { prose } from '../../shared/lib/prose';
import { save } from '../../shared/lib/save';
import { stateLooks } from '../../shared/lib/state';
import { age, dateTime } from '../../shared/lib/time';
import { Glyph } from '../../shared/ui/Glyph';
import { conformityCsv, ordered, orders, type Order } from './conformity';
import { boundText, observed, spokesman } from './evidence';
import { lackWords } from './lacks';
import { marginOf, marginText } from './margin';
import { set } from './view';

const heads: Readonly<Record<Order, string>> = { state: 'Worst first', margin: 'Least room first', age: 'Oldest evidence first', board: 'As on the board' };

/** Question, answer, what was seen, how much room is left, and the state: one line each. */
export function ConformanceTable({ board, shown }: { readonly board: Conformance; readonly shown: readonly Question[] }) {
  const [search, setSearch] = useSearchParams();
  const order = orders.find((one) => one === search.get('order')) ?? 'state';
  const rows = ordered(shown, order);
  return (
    <section className="conformance" aria-label="Answers">
      <div className="actions">
        <span className="segments" role="group" aria-label="Order">
          {orders.map((one) => (
            <button key={one} type="button" aria-pressed={one === order} onClick={() => setSearch((before) => set(before, 'order', one === 'state' ? '' : one), { replace: true, preventScrollReset: true })}>
              {heads[one]}
            </button>
          ))}
        </span>
        <button type="button" className="btn small" onClick={() => save(`${board.product}-conformance.csv`, new Blob([conformityCsv(rows, cell)], { type: 'text/csv' }))}>
          CSV
        </button>
      </div>
      {rows.length === 0 ? (
        <p className="muted">No question fits this view.</p>
      ) : (
        <div className="table-wrap" tabIndex={0} role="group" aria-label="Answers and what was seen of them">
          <table>
            <thead>
              <tr>
                <th scope="col">Answer</th>
                <th scope="col" className="num">
                  Observed
                </th>
                <th scope="col" className="num">
                  Bound
                </th>
                <th scope="col" className="num">
                  Margin
                </th>
                <th scope="col" className="num">
                  n
                </th>
                <th scope="col">Seen</th>
                <th scope="col">State</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((question) => (
                <Line key={question.question} question={question} now={board.asOf} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function Line({ question, now }: { readonly question: Question; readonly now: string }) {
  const [search] = useSearchParams();
  const speaker = spokesman(question);
  const room = speaker && marginOf(speaker)?.room;
  return (
    <tr>
      <th scope="row">
        <Glyph state={question.state} size={12} />{' '}
        <Link to={{ search: `?${set(search, 'q', question.question).toString()}` }} preventScrollReset>
          {prose(question.claim)}
        </Link>{' '}
        <small className="mono muted">{question.question}</small>
        {(question.state === 'NO_EVIDENCE' || question.state === 'VIOLATED') && <small className="why">{prose(question.reason)}</small>}
      </th>
      <td className="num">{observed(question)}</td>
      <td className="num">{speaker?.target === undefined ? '' : `${sign(speaker.op)} ${boundText(speaker)}`}</td>
      <td className={room !== undefined && room < 0 ? 'num outside' : 'num'}>{speaker ? marginText(speaker) : ''}</td>
      <td className="num">{speaker?.n === undefined ? '' : count(speaker.n)}</td>
      <td>
        {speaker?.observedAt !== undefined && (
          <time dateTime={speaker.observedAt} title={dateTime(speaker.observedAt)}>
            {age(speaker.observedAt, now)}
          </time>
        )}
      </td>
      <td className="said">
        {stateLooks[question.state].word}
        {question.lack && <small title={lackWords[question.lack].title}>{lackWords[question.lack].short}</small>}
      </td>
    </tr>
  );
}
