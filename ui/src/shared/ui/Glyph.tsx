import type { ReactNode } from 'react';
import type { State } from '../api/types';
import { stateLooks } from '../lib/state';

/** Each state has its own shape, so that it reads without colour. */
const shapes: Readonly<Record<State, ReactNode>> = {
  CONFORMS: (
    <>
      <path d="M2 12C1 6 5 1.5 12.5 1.5 12.8 8.5 8.5 12.6 2 12Z" className="f-leaf" />
      <path d="M3.4 10.8 8.6 5.4" stroke="var(--surface)" strokeWidth="1.3" />
    </>
  ),
  AT_RISK: (
    <g fill="none" className="s-amber" strokeWidth="1.7" strokeLinejoin="round">
      <path d="M7 1.5 13 12.5H1Z" />
      <path d="M7 5.6v3.2" />
    </g>
  ),
  VIOLATED: <path d="M7 .8 13.2 7 7 13.2.8 7Z" className="f-clay" />,
  NO_EVIDENCE: <circle cx="7" cy="7" r="5.4" fill="none" className="s-slate" strokeWidth="1.5" strokeDasharray="2.4 2" />,
  STALE: (
    <g fill="none" className="s-plum" strokeWidth="1.6">
      <circle cx="7" cy="7" r="5.4" />
      <path d="M7 3.8V7l2.3 1.4" />
    </g>
  ),
  UNCONFIRMED: (
    <>
      <circle cx="7" cy="7" r="5.4" fill="none" className="s-sky" strokeWidth="1.6" />
      <circle cx="7" cy="7" r="2" className="f-sky" />
    </>
  ),
  WAIVED: <path d="M4.5 2.5v9M9.5 2.5v9" className="s-slate" strokeWidth="2.4" strokeLinecap="round" />,
  UNANSWERED: <path d="M2.5 7h9" className="s-slate" strokeWidth="2.2" strokeLinecap="round" />,
  N_A: <circle cx="7" cy="7" r="1.8" className="f-slate" />,
};

export function Glyph({ state, size = 13 }: { readonly state: State; readonly size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 14 14" role="img" aria-label={stateLooks[state].word} focusable="false">
      {shapes[state]}
    </svg>
  );
}

export function StatePill({ state, note = '' }: { readonly state: State; readonly note?: string }) {
  const look = stateLooks[state];
  return (
    <span className={`state tone-${look.tone}`}>
      <svg width="11" height="11" viewBox="0 0 14 14" aria-hidden="true">
        {shapes[state]}
      </svg>
      {look.word} {note}
    </span>
  );
}
