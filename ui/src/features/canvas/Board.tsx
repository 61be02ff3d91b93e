import { lazy, Suspense, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, type ReactNode, type RefObject } from 'react';
import { useNavigate, useParams, useSearchParams } from 'react-router';
import { useComments, useConformance, useHistories, useMe } from '../../shared/api/queries';
import type { Comment } from '../../shared/api/contract';
import type { Conformance, Lane, Question, StateChange } from '../../shared/api/types';
import { moveFocus, useKeys } from '../../shared/lib/keys';
import { worst } from '../../shared/lib/state';
import { useSlots } from '../../shared/ui/slots';
import { Asked, Empty } from '../../shared/ui/Asked';
import { Head } from '../../shared/ui/Head';
import { date } from '../../shared/lib/time';
import { BoardTools } from './BoardTools';
import { columnsOf, heightOf, pieces } from './masonry';
import { smallPrint } from './evidence';
import { Avatar } from './Avatar';
import { answerable, membersOf, ownerOf, type Member } from './people';
import { Row } from './Row';
import { groups, set, toggled, viewOf, visible, type Beside } from './view';
import { prose } from '../../shared/lib/prose';

const QuestionDrawer = lazy(() => import('./QuestionDrawer').then((page) => ({ default: page.QuestionDrawer })));
const Present = lazy(() => import('./Present').then((page) => ({ default: page.Present })));

const lanes: readonly { lane: Lane; title: string }[] = [
  { lane: 'DESIGN', title: 'Design' },
  { lane: 'DEVELOP', title: 'Develop' },
  { lane: 'MAINTAIN', title: 'Maintain' },
];

/** Does reality conform to our plan? */
export function Board() {
  const { product = '' } = useParams();
  const query = useConformance(product);
  const { LoopStrip } = useSlots();
  return (
    <Asked query={query} missing={<NoCanvas />}>
      {(board) => <Loaded board={board} loop={<LoopStrip />} />}
    </Asked>
  );
}

function NoCanvas() {
  return (
    <Empty title="No canvas is applied yet" command="./espalier apply -f examples/mail-filter/canvas.yaml">
      The board shows how reality conforms to the answers of a canvas. Apply one:
    </Empty>
  );
}

function Loaded({ board, loop }: { readonly board: Conformance; readonly loop: ReactNode }) {
  const [search, setSearch] = useSearchParams();
  const navigate = useNavigate();
  const me = useMe().data;
  const members = useMemo(() => membersOf(board), [board]);
  const comments = useComments(board.product).data;
  const talk = useMemo(() => tally(comments ?? []), [comments]);
  const user = me === undefined ? '' : me.via === 'LOOPBACK' ? (ownerOf(members) ?? me.user) : me.user;
  const view = viewOf(search);
  const [frame, columns] = useColumns();
  const histories = useHistories(board.product, view.beside !== 'bound').data;
  const open = search.get('q');
  const shown = visible(board.questions, view, user);
  const chosen = board.questions.find((question) => question.question === open);
  const slide = search.get('slide');
  const go = useCallback((at: number) => setSearch((before) => set(before, 'slide', String(at)), { replace: true, preventScrollReset: true }), [setSearch]);
  const end = useCallback(() => setSearch((before) => set(before, 'slide', ''), { preventScrollReset: true }), [setSearch]);
  const close = useCallback(() => setSearch((before) => set(before, 'q', ''), { preventScrollReset: true }), [setSearch]);
  const keys = useMemo(
    () => ({
      j: () => moveFocus('a.q', 1),
      k: () => moveFocus('a.q', -1),
      e: () => void (open === null || navigate(`/p/${board.product}/canvas?q=${encodeURIComponent(open)}`)),
      '/': () => document.getElementById('board-find')?.focus(),
    }),
    [open, navigate, board.product],
  );
  useKeys(keys);
  useEffect(() => {
    // When the board first stands, for whoever measures: navigation start is 0.
    if (performance.getEntriesByName('board-ready').length === 0) performance.mark('board-ready');
  }, []);
  return (
    <>
      {loop}
      <Head title={prose(board.headline)} lead={prose(board.why)} />
      <BoardTools
        counts={board.counts}
        lacks={board.lacks}
        view={view}
        shown={shown.length}
        total={board.questions.length}
        toggle={(name, value) => setSearch((before) => toggled(before, name, value), { preventScrollReset: true })}
        set={(name, value) => setSearch((before) => set(before, name, value), { replace: true, preventScrollReset: true })}
        clear={() => setSearch((before) => ['state', 'show', 'find', 'lane'].reduce((address, name) => set(address, name, ''), before))}
      />
      {shown.length === 0 && <p className="muted">No question fits this view.</p>}
      <div ref={frame}>
      {lanes.map(({ lane, title }) => (
        <LaneView
          columns={columns}
          key={lane}
          title={title}
          all={board.questions.filter((question) => inLane(question, lane))}
          shown={shown.filter((question) => inLane(question, lane))}
          board={board}
          open={open}
          beside={view.beside}
          histories={histories}
          members={members}
          talk={talk}
        />
      ))}
      </div>
      <footer className="attribution">
        <div className="only-print">
          {board.product}, canvas {board.version}, as of {date(board.asOf)}
        </div>
        <div>{board.attribution.join(' · ')}</div>
        <div className="hint">
          <kbd>j</kbd> <kbd>k</kbd> next and previous · <kbd>enter</kbd> open · <kbd>e</kbd> edit · <kbd>esc</kbd> close · <kbd>/</kbd> find · <kbd>⌘K</kbd> jump
        </div>
      </footer>
      <Suspense>
        {chosen && <QuestionDrawer key={chosen.question} product={board.product} question={chosen} now={board.asOf} version={board.version} onClose={close} />}
        {slide !== null && <Present board={board} at={Number(slide) || 0} go={go} end={end} />}
      </Suspense>
    </>
  );
}

function tally(comments: readonly Comment[]): ReadonlyMap<string, number> {
  const open = new Map<string, number>();
  for (const { question, settledBy } of comments) if (settledBy === undefined) open.set(question, (open.get(question) ?? 0) + 1);
  return open;
}

const inLane = (question: Question, lane: Lane) => String(question.lane).toUpperCase() === lane;

interface Columns {
  readonly count: number;
  /** Of a claim, in one line. */
  readonly characters: number;
}

/** The room that the page will have, read once before anything is drawn, so that the first layout is the last one. */
function roomAtFirst(): number {
  const main = typeof document === 'undefined' ? null : document.querySelector('main');
  if (!main) return 1300;
  const style = getComputedStyle(main);
  return main.clientWidth - Number.parseFloat(style.paddingLeft) - Number.parseFloat(style.paddingRight);
}

/** As many columns as there is room for; on paper always four. */
function useColumns(): [RefObject<HTMLDivElement | null>, Columns] {
  const frame = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(roomAtFirst);
  const [paper, setPaper] = useState(false);
  useLayoutEffect(() => {
    const element = frame.current;
    if (!element) return undefined;
    const read = () => setWidth(element.clientWidth);
    read();
    const observer = new ResizeObserver(read);
    observer.observe(element);
    const print = matchMedia('print');
    const onPrint = () => setPaper(print.matches);
    print.addEventListener('change', onPrint);
    return () => {
      observer.disconnect();
      print.removeEventListener('change', onPrint);
    };
  }, []);
  const count = paper ? 4 : Math.max(1, Math.floor((width + 10) / 280));
  return [frame, { count, characters: (paper ? 260 : width / count - 130) / 6.6 }];
}

interface Side {
  readonly beside: Beside;
  readonly histories: readonly StateChange[] | undefined;
  readonly members: readonly Member[];
  /** Open comments by question. */
  readonly talk: ReadonlyMap<string, number>;
}

function LaneView(props: Side & { readonly title: string; readonly all: readonly Question[]; readonly shown: readonly Question[]; readonly board: Conformance; readonly open: string | null; readonly columns: Columns }) {
  const { all, board } = props;
  const conforming = all.filter((question) => question.state === 'CONFORMS').length;
  const counted = all.filter((question) => question.state !== 'N_A').length;
  if (props.shown.length === 0) return null;
  return (
    <section className="lane" aria-label={props.title}>
      <div className="lane-head">
        <h2>{props.title}</h2>
        <span className="share">
          {conforming} of {counted} conform
        </span>
      </div>
      <div className="cells">
        {columnsOf(pieces(groups(props.shown)), ({ rows }) => heightOf(rows.map((row) => ({ claim: prose(row.claim), small: smallPrint(row, board.asOf) })), props.columns.characters), props.columns.count).map((column, place) => (
          <div className="column" key={column[0] ? column[0].block + column[0].rows[0]?.question : `empty ${place}`}>
            {column.map((piece) => (
              <Cell
                key={piece.block + piece.rows[0]?.question}
                title={titleOf(board, piece.block)}
                first={piece.first}
                whole={all.filter((question) => question.block === piece.block)}
                questions={piece.rows}
                now={board.asOf}
                open={props.open}
                beside={props.beside}
                histories={props.histories}
                members={props.members}
                talk={props.talk}
              />
            ))}
          </div>
        ))}
      </div>
    </section>
  );
}

function titleOf(board: Conformance, block: string): string {
  return board.blocks.find((candidate) => candidate.block === block)?.title ?? block;
}

function Cell(props: Side & { readonly title: string; readonly first: boolean; readonly whole: readonly Question[]; readonly questions: readonly Question[]; readonly now: string; readonly open: string | null }) {
  const state = worst(props.whole.map((question) => question.state));
  const good = props.whole.filter((question) => question.state === 'CONFORMS').length;
  const counted = props.whole.filter((question) => question.state !== 'N_A').length;
  return (
    <section className={state === 'VIOLATED' ? 'cell bad' : 'cell'} aria-label={props.first ? props.title : `${props.title}, continued`}>
      <header>
        {props.first ? <h3>{props.title}</h3> : <span>{props.title}, continued</span>}
        {props.first && (
          <span title={`${good} of ${counted} conform`}>
            {props.members.length > 1 && answerable(props.whole, props.members).map((user) => (
              <Avatar key={user} user={user} role={props.members.find((member) => member.user === user)?.role ?? ''} />
            ))}
            {good}/{counted}
          </span>
        )}
      </header>
      {props.questions.map((question) => (
        <Row
          key={question.question}
          question={question}
          now={props.now}
          open={props.open === question.question}
          beside={props.beside}
          talk={props.talk.get(question.question) ?? 0}
          changes={props.histories?.filter((change) => change.question === question.question)}
        />
      ))}
    </section>
  );
}
