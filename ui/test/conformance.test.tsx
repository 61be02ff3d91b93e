import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { renderToStaticMarkup } from 'react-dom/server';
import { MemoryRouter, Route, Routes } from 'react-router';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import * as canvas from '../e2e/canvas.js';
import * as data from '../e2e/data.js';
import { BoardTools } from '../src/features/canvas/BoardTools';
import { ConformanceTable } from '../src/features/canvas/ConformanceTable';
import { Radius } from '../src/features/canvas/Consequences';
import { blastRadius, conformityCsv, countsByDay, daysLeft, ordered, sampled } from '../src/features/canvas/conformity';
import { pointsOf } from '../src/features/canvas/evidence';
import { lackSentence } from '../src/features/canvas/lacks';
import { marginOf, marginText } from '../src/features/canvas/margin';
import { Told } from '../src/features/canvas/Told';
import { Trend } from '../src/features/canvas/Trend';
import { viewOf, visible } from '../src/features/canvas/view';
import { Waived } from '../src/features/canvas/Waived';
import type { Conformance, Evidence, Observed, Question, State, StateChange } from '../src/shared/api/types';
import { cell } from '../src/shared/lib/csv';
import { ReasonForm } from '../src/shared/ui/ReasonForm';

beforeAll(() => vi.stubGlobal('sessionStorage', { getItem: () => null, setItem: () => undefined, removeItem: () => undefined }));

const board = data.conformance as unknown as Conformance;
const find = (key: string): Question => board.questions.find(({ question }) => question === key) as Question;
const evidence = (extra: Partial<Evidence>): Evidence => ({ clause: 'c', text: 't', kind: 'LIVE', state: 'CONFORMS', minN: 1, ttl: 'P1D', reason: '', ...extra });

function shown(element: React.ReactNode, address = '/p/mail-filter/conformance', seeds: readonly (readonly [readonly string[], unknown])[] = []): string {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity, retry: false } } });
  for (const [key, value] of seeds) client.setQueryData(key, value);
  return renderToStaticMarkup(
    <QueryClientProvider client={client}>
      <MemoryRouter initialEntries={[address]}>
        <Routes>
          <Route path="/p/:product/conformance" element={element} />
        </Routes>
      </MemoryRouter>
    </QueryClientProvider>,
  ).replaceAll('<!-- -->', '');
}
const text = (html: string) => html.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ').trim();

describe('the margin', () => {
  it('is room inside the bound, whichever side it is on', () => {
    expect(marginOf(evidence({ value: 30, target: '40', op: '<=' }))).toEqual({ room: 10, share: 0.25 });
    expect(marginOf(evidence({ value: 0.95, target: '0.9', op: '>=' }))?.room).toBeCloseTo(0.05);
    expect(marginOf(evidence({ value: 50, target: '40', op: '<=' }))?.room).toBe(-10);
  });
  it('of a range is the room to the nearer end', () => {
    expect(marginOf(evidence({ value: 0.85, target: '[0.8, 1.25]', op: 'in' }))?.room).toBeCloseTo(0.05);
    expect(marginOf(evidence({ value: 1.3, target: '[0.8, 1.25]', op: 'in' }))?.room).toBeCloseTo(-0.05);
  });
  it('has no share of a bound of nothing, and none where no number is compared', () => {
    expect(marginOf(evidence({ value: 0, target: '0', op: '<=' }))).toEqual({ room: 0, share: undefined });
    expect(marginOf(evidence({}))).toBeUndefined();
    expect(marginOf(evidence({ value: 1 }))).toBeUndefined();
    expect(marginOf(evidence({ value: Number.NaN, target: '1', op: '<=' }))).toBeUndefined();
  });
  it('reads in the unit of its clause, shares in percentage points', () => {
    expect(marginText(evidence({ value: 0.041, target: '0.03', op: '<=', unit: 'share' }))).toBe('1.1 pp outside');
    expect(marginText(evidence({ value: 6.2, target: '40', op: '<=', unit: 'ms' }))).toBe('33.8 ms inside');
    expect(marginText(evidence({ value: 40, target: '40', op: '<=', unit: 'ms' }))).toBe('at the bound');
  });
});

describe('what has no evidence', () => {
  it('is said apart: what waits for reality, and what no build can send', () => {
    expect(lackSentence({ HAPPENING: 9, MACHINERY: 7 })).toBe('16 answers have no evidence: 9 wait for something to happen, 7 need a part that is not built.');
    expect(lackSentence({ MACHINERY: 1 })).toBe('1 answer has no evidence: 1 needs a part that is not built.');
    expect(lackSentence({})).toBe('Every answer has been looked at.');
  });
  it('can be filtered apart, and beside a state', () => {
    const of = (address: string) => visible(board.questions, viewOf(new URLSearchParams(address)), 'ana').map(({ question }) => question);
    expect(of('show=waits')).toEqual(['ct.distributed']);
    expect(of('show=unbuilt')).toEqual(['serving.distributed']);
    expect(of('show=waits,unbuilt')).toHaveLength(2);
    expect(of('show=unbuilt&state=VIOLATED')).toEqual(['objectives', 'serving.distributed']);
  });
  it('is counted apart beside the state', () => {
    const tools = <BoardTools counts={{ NO_EVIDENCE: 2 }} lacks={board.lacks} view={viewOf(new URLSearchParams())} shown={2} total={2} toggle={() => undefined} set={() => undefined} clear={() => undefined} />;
    expect(text(shown(tools))).toContain('No evidence 2 (1 waits, 1 not built)');
  });
});

describe('the table', () => {
  it('puts the worst first, or the least room, or the oldest evidence', () => {
    expect(ordered(board.questions, 'state')[0]?.question).toBe('objectives');
    const rooms = ordered(board.questions, 'margin').slice(0, 3).map(({ question }) => question);
    expect(rooms[0]).toBe('objectives');
    expect(ordered(board.questions, 'age')[0]?.question).toBe('deploy.rollback');
    expect(ordered(board.questions, 'board').map(({ question }) => question)).toEqual(board.questions.map(({ question }) => question));
  });
  it('shows answer, observed, bound, margin, n, age and state of each', () => {
    const html = shown(<ConformanceTable board={board} shown={[find('objectives'), find('serving.distributed')]} />);
    expect(text(html)).toContain('4.1 % ≤ 3 % 1.1 pp outside 487');
    expect(text(html)).toContain('there is one process and no replica that reports. – No evidence not built');
    expect(html).toContain('class="num outside"');
  });
  it('goes out as CSV that no spreadsheet takes for a formula', () => {
    const csv = conformityCsv([{ ...find('objectives'), claim: '=SUM(A1)' }, find('ct.distributed')], cell);
    expect(csv.split('\n')[1]).toContain("B3,objectives,'=SUM(A1),VIOLATED,,4.1 %,3 %,1.1 pp outside,487,");
    expect(csv.split('\n')[2]).toContain('NO_EVIDENCE,HAPPENING');
  });
});

describe('the days behind', () => {
  const change = (question: string, at: string, to: State): StateChange => ({ at, recordedAt: at, question, from: 'UNANSWERED', to, reason: '' });
  it('count each question once a day, in the state it ended the day with', () => {
    const days = countsByDay([change('b', '2002-12-01T07:00:00Z', 'VIOLATED'), change('a', '2002-11-29T09:00:00Z', 'NO_EVIDENCE'), change('a', '2002-11-30T07:00:00Z', 'CONFORMS')], '2002-12-01T08:00:00Z', 4);
    expect(days.map(({ counts }) => Object.fromEntries(counts))).toEqual([{}, {}, { CONFORMS: 1 }, { CONFORMS: 1, VIOLATED: 1 }]);
  });
  it('are drawn with the first and the last in words', () => {
    const html = shown(<Trend changes={[change('a', '2002-11-29T09:00:00Z', 'CONFORMS'), change('b', '2002-11-30T07:00:00Z', 'VIOLATED')]} now="2002-12-01T08:00:00Z" />);
    expect(text(html)).toContain('1 conformed on 30 Nov, 1 do now.');
    expect(shown(<Trend changes={[]} now="2002-12-01T08:00:00Z" />)).toBe('');
    expect(shown(<Trend changes={[change('a', '2002-12-01T07:00:00Z', 'CONFORMS')]} now="2002-12-01T08:00:00Z" />)).toBe('');
  });
});

describe('waivers', () => {
  it('count down to the last day in UTC, and the day itself is still one', () => {
    expect(daysLeft('2002-12-15', '2002-12-01T23:59:59Z')).toBe(14);
    expect(daysLeft('2002-12-01', '2002-12-01T23:59:59Z')).toBe(0);
    expect(text(shown(<Waived board={board} />))).toContain('One promise is waived');
    expect(text(shown(<Waived board={board} />))).toContain('14 days left');
  });
  it('say how one is made where there is none', () => {
    expect(text(shown(<Waived board={{ ...board, questions: [] }} />))).toContain('Waive it for a while');
  });
});

describe('what hangs on a red answer', () => {
  it('is every other answer that names the same metric', () => {
    const other = { ...find('evaluation'), answer: { gates: [{ metric: 'false_spam' }] } };
    const none = { ...find('data'), answer: { text: 'false_spam and more' } };
    expect(blastRadius(find('objectives'), [find('objectives'), other, none]).map(({ question, by }) => [question.question, by])).toEqual([['evaluation', 'false_spam']]);
  });
  it('stands in the drawer of the red one, and of no green one', () => {
    const questions = [find('objectives'), { ...find('evaluation'), answer: { gates: [{ metric: 'false_spam' }] } }];
    const radius = (question: Question) => text(shown(<Radius product="mail-filter" question={question} all={questions} />));
    expect(radius(find('objectives'))).toContain('What hangs on it Macro-F1 ≥ champion − 0.5 pp false spam');
    expect(radius({ ...find('objectives'), state: 'CONFORMS' })).toBe('');
  });
});

describe('a sample of the evidence', () => {
  it('is the same for the same number, another for another, and never a row twice', () => {
    const rows = Array.from({ length: 50 }, (_, index) => index);
    expect(sampled(rows, 8, 7)).toEqual(sampled(rows, 8, 7));
    expect(sampled(rows, 8, 7)).not.toEqual(sampled(rows, 8, 8));
    expect(new Set(sampled(rows, 8, 7)).size).toBe(8);
    expect(sampled([1, 2], 8, 1).toSorted()).toEqual([1, 2]);
  });
  it('leaves no row out over many draws', () => {
    const seen = new Set<number>();
    for (let seed = 1; seed <= 60; seed += 1) sampled(Array.from({ length: 30 }, (_, index) => index), 8, seed).forEach((row) => seen.add(row));
    expect(seen.size).toBe(30);
  });
});

describe('values that were seen before', () => {
  it('are points of the present answer only, oldest first', () => {
    const row = (id: string, observedAt: string, extra: Partial<Observed>): Observed => ({ id, kind: 'RECORD', subject: '1.0.0', observedAt, recordedAt: observedAt, ttl: 'P1D', n: 3, detail: '', source: '/x', current: true, ...extra }) as Observed;
    const points = pointsOf([row('b', '2002-12-02T00:00:00Z', { value: 2, ci: { low: 1, high: 3 } }), row('a', '2002-12-01T00:00:00Z', { value: 1 }), row('c', '2002-11-01T00:00:00Z', { value: 9, current: false }), row('d', '2002-12-03T00:00:00Z', { pass: true })]);
    expect(points.map(({ from, value, low, high }) => [from, value, low, high])).toEqual([['2002-12-01T00:00:00Z', 1, 1, 1], ['2002-12-02T00:00:00Z', 2, 1, 3]]);
  });
});

describe('who is told when an answer turns', () => {
  const seeds = (me: unknown) => [[['me'], me], [['webhooks', 'mail-filter'], canvas.webhooks]] as const;
  it('is listed with its states, never with its secret', () => {
    const said = text(shown(<Told product="mail-filter" />, undefined, seeds(canvas.me)));
    expect(said).toContain('One address is told when an answer turns on-call https://hooks.example.org/board of violated, stale; signed');
    expect(said).toContain('2 on the way');
  });
  it('is not shown to who may not change it', () => {
    expect(shown(<Told product="mail-filter" />, undefined, seeds({ user: 'eve', via: 'TOKEN', roles: { 'mail-filter': 'VIEWER' } }))).toBe('');
  });
});

describe('the form of a deed that needs a reason', () => {
  const deed = (error: Error | null) => ({ mutate: () => undefined, error, isPending: false });
  it('names its plan, asks why, and offers the way out beside the verb', () => {
    const html = shown(<ReasonForm name="Plan of the release" verb="Release 1.2.0" deed={deed(null)} leave={{ say: 'Keep it as it is', go: () => undefined }} as="ben">plan</ReasonForm>);
    expect(html).toContain('aria-label="Plan of the release"');
    expect(html).toMatch(/<label class="field" for="([^"]+)">Why<\/label><input id="\1" class="text" required=""/);
    expect(text(html)).toBe('plan Why Release 1.2.0 Keep it as it is as ben');
  });
  it('says what went wrong beside the button', () => {
    expect(shown(<ReasonForm name="n" verb="Retire" deed={deed(new Error('Ana may not.'))} />)).toContain('role="alert">Ana may not.');
  });
});
