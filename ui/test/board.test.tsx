import { renderToStaticMarkup } from 'react-dom/server';
import { MemoryRouter } from 'react-router';
import { describe, expect, it } from 'vitest';
import { boundNumber, boundText, observed, smallPrint, spokesman } from '../src/features/canvas/evidence';
import { Row } from '../src/features/canvas/Row';
import { csvOf, shareLike } from '../src/features/monitoring/series';
import { curl } from '../src/features/serving/curl';
import type { Evidence, MonitorSeries, Question, State } from '../src/shared/api/types';
import { match } from '../src/shared/lib/match';
import { stations } from '../src/shared/lib/loop';
import { stateLooks, statesBySeverity, toneOf, worst } from '../src/shared/lib/state';
import { age, between, clockLabel, dateTime } from '../src/shared/lib/time';
import { Glyph } from '../src/shared/ui/Glyph';

const now = '2002-08-12T12:00:00Z';
const clause = (state: State, extra: Partial<Evidence> = {}): Evidence => ({ clause: 'c', text: 'holds', kind: 'LIVE', state, reason: '', minN: 1, ttl: 'P1D', ...extra });
const question = (state: State, evidence: Evidence[]): Question => ({
  question: 'objectives', id: 'B3', block: 'objectives', cell: 'objectives', lane: 'DESIGN', text: 'What counts?', claim: 'False spam ≤ 3 %', state, reason: '',
  defaults: { confirmed: 1, total: 1 }, evidence, resources: [],
});
const measured = clause('VIOLATED', { value: 0.041, target: '0.03', unit: 'share', n: 487, observedAt: '2002-08-12T10:00:00Z' });

describe('states', () => {
  it('gives every state its own word and its own shape', () => {
    const looks = statesBySeverity.map((state) => renderToStaticMarkup(<Glyph state={state} />));
    const shapes = looks.map((look) => look.replaceAll(/aria-label="[^"]*"|class="[^"]*"/g, ''));
    expect(new Set(shapes).size).toBe(9);
    statesBySeverity.forEach((state, index) => expect(looks[index]).toContain(`aria-label="${stateLooks[state].word}"`));
  });
  it('orders them as the canvas does', () => {
    expect(statesBySeverity).toEqual(['VIOLATED', 'NO_EVIDENCE', 'STALE', 'UNANSWERED', 'AT_RISK', 'UNCONFIRMED', 'WAIVED', 'CONFORMS', 'N_A']);
    expect(worst(['CONFORMS', 'STALE', 'N_A'])).toBe('STALE');
    expect(worst(['N_A', 'CONFORMS'])).toBe('CONFORMS');
    expect(worst([])).toBe('N_A');
  });
  it.each([['PASS', 'leaf'], ['promoted', 'leaf'], ['FAIL', 'clay'], ['ROLLED_BACK', 'clay'], ['LEASED', 'amber'], ['INCONCLUSIVE', 'amber'], ['CACHED', 'sky'], ['whatever', 'slate']])('%s is %s', (word, tone) => {
    expect(toneOf(word)).toBe(tone);
  });
});

describe('a row of the board', () => {
  it('lets the clause speak that decides the state', () => {
    const row = question('VIOLATED', [clause('CONFORMS', { value: 1 }), measured]);
    expect(spokesman(row)).toBe(measured);
    expect(observed(row)).toBe('4.1 %');
    expect(smallPrint(row, now)).toBe('n 487 · 2 h ago');
  });
  it('counts the clauses that hold where there is no number', () => {
    const seen = { observedAt: now };
    expect(observed(question('VIOLATED', [clause('VIOLATED', seen), clause('CONFORMS', seen), clause('N_A')]))).toBe('1/2');
    expect(observed(question('UNANSWERED', []))).toBe('–');
  });
  it('says what is missing', () => {
    expect(smallPrint(question('NO_EVIDENCE', [clause('NO_EVIDENCE', { reason: '37 of 200' })]), now)).toBe('37 of 200');
    expect(smallPrint(question('UNANSWERED', []), now)).toBe('no evidence yet');
  });
  it('reads a bound that is a number and quotes one that is not', () => {
    expect(boundNumber(measured)).toBe(0.03);
    expect(boundText(measured)).toBe('3 %');
    expect(boundNumber(clause('CONFORMS', { target: 'all of them' }))).toBeUndefined();
    expect(boundText(clause('CONFORMS', { target: 'all of them' }))).toBe('all of them');
    expect(boundNumber(clause('CONFORMS'))).toBeUndefined();
  });
  it('is a link with state, claim, value and bar', () => {
    const html = renderToStaticMarkup(<MemoryRouter><Row question={question('VIOLATED', [measured])} now={now} open /></MemoryRouter>);
    expect(html).toContain('q=objectives');
    expect(html).toContain('aria-current="true"');
    expect(html).toContain('aria-label="Violated"');
    expect(html).toContain('False spam ≤ 3 %');
    expect(html).toContain('class="bullet"');
  });
});

describe('time', () => {
  it.each([['2002-08-12T11:59:30Z', 'just now'], ['2002-08-12T11:55:00Z', '5 min ago'], ['2002-08-12T09:00:00Z', '3 h ago'], ['2002-08-09T12:00:00Z', '3 d ago'], ['bad', '']])('%s was %s', (at, text) => {
    expect(age(at, now)).toBe(text);
  });
  it('tells a replay from the wall clock', () => {
    expect(clockLabel(now, Date.parse('2026-11-24T00:00:00Z'))).toBe('event clock · 12 Aug 2002');
    expect(clockLabel(now, Date.parse(now) + 60_000)).toBe('wall clock');
    expect(clockLabel(undefined, 0)).toBe('clock');
  });
  it('measures between and writes in UTC', () => {
    expect(between('2002-08-09T12:00:00Z', now)).toBe('3 d');
    expect(between(now, '2002-08-09T12:00:00Z')).toBe('0 ms');
    expect(dateTime(now)).toBe('12 Aug 2002, 12:00');
  });
});

describe('the rest', () => {
  it('shows nothing as done before it happened', () => {
    expect(stations({}).map(({ look }) => look)).toEqual(Array.from({ length: 9 }, () => 'next'));
    expect(stations({})).toHaveLength(9);
  });
  it('cannot be broken out of by a quote in the text', () => {
    expect(curl('http://h', 'p', "it's")).toContain(`{"text":"it'\\''s"}`);
  });
  it('finds by every word, best start first', () => {
    const targets = [{ name: 'The rollouts', kind: 'page', to: 'a' }, { name: 'Rollouts', kind: 'page', to: 'b' }];
    expect(match(targets, 'roll').map(({ to }) => to)).toEqual(['b', 'a']);
    expect(match(targets, 'rollouts nowhere')).toEqual([]);
    expect(match(targets, '')).toHaveLength(2);
  });
  it('writes windows as CSV and quotes what needs it', () => {
    const series: MonitorSeries = {
      id: 'm', claim: 'False spam ≤ 3 %', type: 'performance_drop', metric: 'false_spam', window: 'P7D', minN: 1, bound: 0.03, op: 'AT_MOST',
      windows: [{ from: 'a', to: 'b', state: 'FINAL', version: '1.0.0', n: 19, verdict: 'INSUFFICIENT', insufficient: '19 spam, too few' }],
    };
    expect(csvOf(series)).toBe('from,to,value,low,high,n,version,verdict,note\na,b,,,,19,1.0.0,INSUFFICIENT,"19 spam, too few"');
    expect(shareLike(series)).toBe(true);
    expect(shareLike({ type: 'prediction_drift' })).toBe(false);
  });
});
