import { Link, useSearchParams } from 'react-router';
import type { VersionRow } from '../../shared/api/contract';
import { useConformance, useDeployment, useHistories } from '../../shared/api/queries';
import type { State } from '../../shared/api/types';
import { stateLooks } from '../../shared/lib/state';
import { prose } from '../../shared/lib/prose';
import { dateTime } from '../../shared/lib/time';
import { Glyph } from '../../shared/ui/Glyph';
import { between } from './between';
import { set } from './view';

interface Moment {
  readonly name: string;
  readonly at: string;
}

/** The board at two moments of the product's life: versions of the canvas, releases, now. */
export function ComparedBoards({ product, versions }: { readonly product: string; readonly versions: readonly VersionRow[] }) {
  const [search, setSearch] = useSearchParams();
  const board = useConformance(product).data;
  const changes = useHistories(product, true).data;
  const rollouts = useDeployment(product).data?.rollouts ?? [];
  if (!board || !changes) return null;
  const moments: Moment[] = [
    ...versions.map(({ version, appliedAt }) => ({ name: `canvas ${version}`, at: appliedAt })),
    ...rollouts.flatMap(({ to, finishedAt }) => (finishedAt === undefined ? [] : [{ name: `release ${to}`, at: finishedAt }])),
    { name: 'now', at: board.asOf },
  ].toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
  const pick = (name: string, otherwise: number) => {
    const found = moments.findIndex(({ at }) => at === search.get(name));
    return found === -1 ? otherwise : found;
  };
  const [first, last] = [pick('from', Math.max(0, moments.length - 2)), pick('to', moments.length - 1)];
  const [from, to] = [moments[first], moments[last]];
  if (!from || !to) return null;
  const moved = between(changes, board.questions.map(({ question }) => question), from.at, to.at);
  return (
    <section className="band" aria-label="The board at two moments">
      <h2>{moved.length === 0 ? 'Every answer stood the same' : `${moved.length} answer${moved.length === 1 ? '' : 's'} stood otherwise`}</h2>
      <div className="actions">
        {(
          [
            ['from', first, 'Between'],
            ['to', last, 'and'],
          ] as const
        ).map(([name, chosen, label]) => (
          <label key={name}>
            {label}{' '}
            <select className="text" value={chosen} onChange={({ target }) => setSearch((before) => set(before, name, moments[Number(target.value)]?.at ?? ''), { replace: true, preventScrollReset: true })}>
              {moments.map((moment, index) => (
                <option key={moment.name + moment.at} value={index}>
                  {moment.name}, {dateTime(moment.at)}
                </option>
              ))}
            </select>
          </label>
        ))}
      </div>
      {moved.length > 0 && (
        <div className="table-wrap" tabIndex={0} role="group" aria-label="Answers that stood otherwise">
          <table>
            <thead>
              <tr>
                <th>Answer</th>
                <th>{from.name}</th>
                <th>{to.name}</th>
                <th>Why</th>
              </tr>
            </thead>
            <tbody>
              {moved.map((one) => (
                <tr key={one.question}>
                  <td>
                    <Link to={`/p/${product}?q=${encodeURIComponent(one.question)}`}>{prose(board.questions.find(({ question }) => question === one.question)?.claim ?? one.question)}</Link>
                  </td>
                  <td>
                    <Said state={one.from} />
                  </td>
                  <td>
                    <Said state={one.to} />
                  </td>
                  <td className="muted">{prose(one.reason)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function Said({ state }: { readonly state: State | undefined }) {
  if (state === undefined) return <span className="muted">not judged yet</span>;
  return (
    <>
      <Glyph state={state} size={11} /> {stateLooks[state].word}
    </>
  );
}
