import { useEffect, useRef } from 'react';
import type { Conformance, Question } from '../../shared/api/types';
import { prose } from '../../shared/lib/prose';
import { stateLooks, statesBySeverity, worst } from '../../shared/lib/state';
import { Glyph } from '../../shared/ui/Glyph';
import { observed, smallPrint } from './evidence';

const SEEN_AT_ONCE = 9;

export interface Slide {
  readonly title: string;
  readonly rows: readonly Question[];
  /** Which part of the block, where it has more than fits. */
  readonly part: string;
}

/**
 * The blocks in the order of the board. Small neighbours of one lane share a slide; what fits no slide goes on to the
 * next one, in even parts.
 */
export function slidesOf(board: Pick<Conformance, 'questions' | 'blocks'>): Slide[] {
  const slides: (Slide & { readonly lane: string })[] = [];
  for (const block of new Set(board.questions.map((question) => question.block))) {
    const rows = board.questions.filter((question) => question.block === block && question.state !== 'N_A');
    const lane = String(rows[0]?.lane);
    const title = board.blocks.find((one) => one.block === block)?.title ?? block;
    const before = slides.at(-1);
    if (before && rows.length > 0 && before.part === '' && before.lane === lane && before.rows.length + rows.length <= SEEN_AT_ONCE) {
      slides[slides.length - 1] = { ...before, title: `${before.title} · ${title}`, rows: [...before.rows, ...rows] };
      continue;
    }
    const parts = Math.ceil(rows.length / SEEN_AT_ONCE);
    const size = Math.ceil(rows.length / Math.max(1, parts));
    for (let at = 0; at < parts; at += 1) slides.push({ lane, title, rows: rows.slice(at * size, (at + 1) * size), part: parts > 1 ? `${at + 1} of ${parts}` : '' });
  }
  return slides;
}

interface Props {
  readonly board: Conformance;
  /** Which slide, from the address; 0 is the headline. */
  readonly at: number;
  readonly go: (at: number) => void;
  readonly end: () => void;
}

/** The board for a wall: one thing at a time, large, live; arrows turn the page and esc ends it. */
export function Present({ board, at, go, end }: Props) {
  const slides = slidesOf(board);
  const index = Math.min(slides.length, Math.max(0, at));
  const slide = slides[index - 1];
  const panel = useRef<HTMLDivElement>(null);
  // Where the last key led: a second one may come before the address has changed.
  const here = useRef(index);
  useEffect(() => {
    here.current = index;
  }, [index]);
  useEffect(() => panel.current?.focus(), []);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const by = ['ArrowRight', 'PageDown', ' '].includes(event.key) ? 1 : ['ArrowLeft', 'PageUp'].includes(event.key) ? -1 : 0;
      if (event.key === 'Escape') end();
      else if (by !== 0) {
        event.preventDefault();
        here.current = Math.min(slides.length, Math.max(0, here.current + by));
        go(here.current);
      }
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [end, go, slides.length]);
  return (
    <div className="present" role="dialog" aria-modal="true" aria-label="Presentation of the board" tabIndex={-1} ref={panel}>
      {slide ? (
        <>
          <h2>
            <Glyph state={worst(slide.rows.map(({ state }) => state))} size={26} /> {slide.title} {slide.part !== '' && <small>{slide.part}</small>}
          </h2>
          <ul>
            {slide.rows.map((question) => (
              <li key={question.question}>
                <Glyph state={question.state} size={22} />
                <span>
                  {prose(question.claim)}
                  <small>
                    {stateLooks[question.state].word} · {smallPrint(question, board.asOf)}
                  </small>
                </span>
                <b className="mono">{observed(question)}</b>
              </li>
            ))}
          </ul>
        </>
      ) : (
        <div className="first">
          <p className="muted">
            {board.product} · canvas {board.version}
          </p>
          <h2>{prose(board.headline)}</h2>
          <p>{prose(board.why)}</p>
          <ul className="tally">
            {statesBySeverity
              .filter((state) => (board.counts[state] ?? 0) > 0 && state !== 'N_A')
              .map((state) => (
                <li key={state}>
                  <Glyph state={state} size={22} /> <b>{board.counts[state]}</b> {stateLooks[state].word.toLowerCase()}
                </li>
              ))}
          </ul>
        </div>
      )}
      <footer>
        <button type="button" className="btn" disabled={index === 0} onClick={() => go(index - 1)}>
          Back
        </button>
        <span className="mono" aria-live="polite">
          {index + 1}/{slides.length + 1}
        </span>
        <button type="button" className="btn" disabled={index === slides.length} onClick={() => go(index + 1)}>
          Next
        </button>
        <button type="button" className="btn" onClick={end}>
          End <kbd>esc</kbd>
        </button>
      </footer>
    </div>
  );
}
