import { useParams, useSearchParams } from 'react-router';
import { useConformance, useHistories, useMe } from '../../shared/api/queries';
import type { Conformance } from '../../shared/api/types';
import { prose } from '../../shared/lib/prose';
import { Asked, Empty } from '../../shared/ui/Asked';
import { Head } from '../../shared/ui/Head';
import { BoardTools } from './BoardTools';
import { ConformanceTable } from './ConformanceTable';
import { Drift } from './Drift';
import { lackSentence } from './lacks';
import { membersOf, ownerOf } from './people';
import { QuestionDrawer } from './QuestionDrawer';
import { Sample } from './Sample';
import { TakeAway } from './TakeAway';
import { Told } from './Told';
import { Trend } from './Trend';
import { Verify } from './Verify';
import { set, toggled, viewOf, visible } from './view';
import { Waived } from './Waived';

/** What was promised, what was seen, and how much room is left? For whoever has to vouch for it. */
export function ConformancePage() {
  const { product = '' } = useParams();
  const missing = (
    <Empty title="No canvas is applied yet" command="./espalier apply -f canvas.yaml">
      There is nothing to conform to before a canvas says what is promised. Apply one:
    </Empty>
  );
  return (
    <Asked query={useConformance(product)} missing={missing}>
      {(board) => <Loaded board={board} />}
    </Asked>
  );
}

function Loaded({ board }: { readonly board: Conformance }) {
  const [search, setSearch] = useSearchParams();
  const me = useMe().data;
  const changes = useHistories(board.product, true).data;
  const members = membersOf(board);
  const user = me === undefined ? '' : me.via === 'LOOPBACK' ? (ownerOf(members) ?? me.user) : me.user;
  const view = viewOf(search);
  const shown = visible(board.questions, view, user);
  const chosen = board.questions.find(({ question }) => question === search.get('q'));
  return (
    <>
      <Head title={prose(board.headline)} lead={lackSentence(board.lacks)} />
      {changes && <Trend changes={changes} now={board.asOf} />}
      <BoardTools
        plain
        counts={board.counts}
        lacks={board.lacks}
        view={view}
        shown={shown.length}
        total={board.questions.length}
        toggle={(name, value) => setSearch((before) => toggled(before, name, value), { preventScrollReset: true })}
        set={(name, value) => setSearch((before) => set(before, name, value), { replace: true, preventScrollReset: true })}
        clear={() => setSearch((before) => ['state', 'show', 'find', 'lane'].reduce((address, name) => set(address, name, ''), before))}
      />
      <ConformanceTable board={board} shown={shown} />
      <Waived board={board} />
      <Drift product={board.product} />
      <Sample board={board} />
      <section className="band" aria-label="The chain of versions">
        <h2>Who can check it</h2>
        <Verify product={board.product} />
      </section>
      <Told product={board.product} />
      <TakeAway product={board.product} />
      {chosen && <QuestionDrawer key={chosen.question} product={board.product} question={chosen} now={board.asOf} version={board.version} onClose={() => setSearch((before) => set(before, 'q', ''), { preventScrollReset: true })} />}
    </>
  );
}
