import { useCallback, type ReactNode } from 'react';
import { useParams, useSearchParams } from 'react-router';
import { useConformance } from '../../shared/api/queries';
import type { Conformance, Lane, Question, State } from '../../shared/api/types';
import { stateLooks, statesBySeverity, worst } from '../../shared/lib/state';
import { useSlots } from '../../shared/ui/slots';
import { Asked, Empty } from '../../shared/ui/Asked';
import { Glyph } from '../../shared/ui/Glyph';
import { Head } from '../../shared/ui/Head';
import { QuestionDrawer } from './QuestionDrawer';
import { Row } from './Row';

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
  const only = search.get('state');
  const open = search.get('q');
  const shown = only ? board.questions.filter((question) => question.state === only) : board.questions;
  const chosen = board.questions.find((question) => question.question === open);
  const close = useCallback(
    () => setSearch((before) => (before.delete('q'), before), { preventScrollReset: true }),
    [setSearch],
  );
  const pick = (state: State) =>
    setSearch((before) => (only === state ? before.delete('state') : before.set('state', state), before));
  return (
    <>
      {loop}
      <Head title={board.headline} lead={board.why} />
      <Summary counts={board.counts} only={only} pick={pick} />
      {lanes.map(({ lane, title }) => (
        <LaneView
          key={lane}
          title={title}
          all={board.questions.filter((question) => inLane(question, lane))}
          shown={shown.filter((question) => inLane(question, lane))}
          board={board}
          open={open}
        />
      ))}
      <footer className="attribution">
        {board.attribution.map((line) => (
          <div key={line}>{line}</div>
        ))}
      </footer>
      {chosen && <QuestionDrawer key={chosen.question} product={board.product} question={chosen} now={board.asOf} version={board.version} onClose={close} />}
    </>
  );
}

const inLane = (question: Question, lane: Lane) => String(question.lane).toUpperCase() === lane;

function Summary(props: { readonly counts: Readonly<Record<string, number>>; readonly only: string | null; readonly pick: (state: State) => void }) {
  const present = statesBySeverity.filter((state) => (props.counts[state] ?? 0) > 0);
  return (
    <div className="summary">
      <div className="stack" aria-hidden="true">
        {present.filter((state) => state !== 'N_A').toReversed().map((state) => (
          <i key={state} className={`bg-${stateLooks[state].tone}`} style={{ flexGrow: props.counts[state] ?? 0 }} />
        ))}
      </div>
      <div className="legend">
        {present.map((state) => (
          <button
            key={state}
            type="button"
            className={`tone-${stateLooks[state].tone}`}
            aria-pressed={props.only === state}
            onClick={() => props.pick(state)}
          >
            <Glyph state={state} size={11} /> {stateLooks[state].word} <b>{props.counts[state]}</b>
          </button>
        ))}
      </div>
    </div>
  );
}

function LaneView(props: {
  readonly title: string;
  readonly all: readonly Question[];
  readonly shown: readonly Question[];
  readonly board: Conformance;
  readonly open: string | null;
}) {
  const conforming = props.all.filter((question) => question.state === 'CONFORMS').length;
  const counted = props.all.filter((question) => question.state !== 'N_A').length;
  const cells = groups(props.shown);
  if (props.shown.length === 0) return null;
  return (
    <section className="lane" aria-label={props.title}>
      <div>
        <h2>{props.title}</h2>
        <div className="share">
          {conforming} of {counted} conform
        </div>
      </div>
      <div className="cells">
        {[...cells].map(([block, questions]) => (
          <Cell key={block} title={titleOf(props.board, block)} questions={questions} now={props.board.asOf} open={props.open} />
        ))}
      </div>
    </section>
  );
}

function groups(questions: readonly Question[]): Map<string, Question[]> {
  const result = new Map<string, Question[]>();
  for (const question of questions) {
    result.set(question.block, [...(result.get(question.block) ?? []), question]);
  }
  return result;
}

function titleOf(board: Conformance, block: string): string {
  return board.blocks.find((candidate) => candidate.block === block)?.title ?? block;
}

function Cell(props: { readonly title: string; readonly questions: readonly Question[]; readonly now: string; readonly open: string | null }) {
  const state = worst(props.questions.map((question) => question.state));
  return (
    <section className={state === 'VIOLATED' ? 'cell bad' : 'cell'} aria-label={props.title}>
      <header>
        <h3>{props.title}</h3>
        <span>{props.questions.map((question) => question.id).join(' ')}</span>
      </header>
      {props.questions.map((question) => (
        <Row key={question.question} question={question} now={props.now} open={props.open === question.question} />
      ))}
    </section>
  );
}
