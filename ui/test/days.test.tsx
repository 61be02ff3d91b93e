import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import type { State, StateChange } from '../src/shared/api/types';
import { dayStates, since, stretches } from '../src/shared/lib/days';
import { StateStrip } from '../src/shared/ui/StateStrip';

const change = (at: string, from: State, to: State): StateChange => ({ at, recordedAt: at, question: 'objectives', from, to, reason: '' });
const now = '2002-10-10T15:00:00Z';
const changes = [
  change('2002-10-08T09:00:00Z', 'CONFORMS', 'VIOLATED'),
  change('2002-10-05T09:00:00Z', 'NO_EVIDENCE', 'CONFORMS'),
  change('2002-10-08T18:00:00Z', 'VIOLATED', 'CONFORMS'),
];

describe('the last days of a question', () => {
  it('shows the worst that held on each day, and nothing before it was judged', () => {
    expect(dayStates(changes, now, 7).map(({ state }) => state)).toEqual([undefined, 'CONFORMS', 'CONFORMS', 'CONFORMS', 'VIOLATED', 'CONFORMS', 'CONFORMS']);
  });
  it('starts each day at midnight UTC, oldest first, and ends today', () => {
    const days = dayStates(changes, now, 30);
    expect(days).toHaveLength(30);
    expect(days.at(-1)?.day).toBe('2002-10-10T00:00:00.000Z');
    expect(days[0]?.day).toBe('2002-09-11T00:00:00.000Z');
  });
  it('a state that is older than the window still holds', () => {
    expect(dayStates([change('2002-01-01T00:00:00Z', 'NO_EVIDENCE', 'STALE')], now, 3).map(({ state }) => state)).toEqual(['STALE', 'STALE', 'STALE']);
  });
  it('joins equal neighbours', () => {
    expect(stretches(dayStates(changes, now, 7))).toEqual([
      { state: undefined, from: 0, length: 1 },
      { state: 'CONFORMS', from: 1, length: 3 },
      { state: 'VIOLATED', from: 4, length: 1 },
      { state: 'CONFORMS', from: 5, length: 2 },
    ]);
  });
  it('says since when, only where the newest change led to that state', () => {
    expect(since(changes, 'CONFORMS')).toBe('2002-10-08T18:00:00Z');
    expect(since(changes, 'VIOLATED')).toBeUndefined();
    expect(since([], 'CONFORMS')).toBeUndefined();
  });
  it('tells the strip in words to who cannot see it', () => {
    const html = renderToStaticMarkup(<StateStrip changes={changes} now={now} days={7} width={70} height={10} />);
    expect(html).toContain('aria-label="Last 7 days: conforms 3 d, violated 1 d, conforms 2 d"');
    expect(html.match(/<rect/g)).toHaveLength(7);
    expect(renderToStaticMarkup(<StateStrip changes={[]} now={now} days={30} width={70} height={10} />)).toContain('nothing judged yet');
  });
});
