import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { MemoryRouter, Route, Routes } from 'react-router';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import * as data from '../e2e/data.js';
import { byNeed, Portfolio, portfolioHeadline } from '../src/features/canvas/Portfolio';
import { Verified } from '../src/features/canvas/Verify';
import { windowsOf, Papers, Since } from '../src/features/registry/Since';
import { inSlots, itemsOf, slotOf, windowOf, type Item } from '../src/features/tracking/items';
import { Note } from '../src/features/tracking/Note';
import { Overlay, type ChartLine } from '../src/features/tracking/Overlay';
import { Promote } from '../src/features/tracking/Promote';
import { RunTable } from '../src/features/tracking/RunTable';
import { chartCsv, thresholdOf } from '../src/features/tracking/threshold';
import { viewOf } from '../src/features/tracking/view';
import { get } from '../src/shared/api/client';
import type { RunPage, RunRecord, RunRow } from '../src/shared/api/tracking';
import type { CanvasSummary, Conformance, ModelVersion, MonitorSeries } from '../src/shared/api/types';

beforeAll(() => vi.stubGlobal('sessionStorage', { getItem: (key: string) => (key === 'espalier.token' ? token : null), setItem: () => undefined, removeItem: () => undefined }));
let token: string | null = null;

function shown(element: ReactNode, seeds: readonly (readonly [readonly string[], unknown])[] = [], path = '/p/mail-filter'): string {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity, retry: false } } });
  for (const [key, value] of seeds) client.setQueryData(key, value);
  return renderToStaticMarkup(
    <QueryClientProvider client={client}>
      <MemoryRouter initialEntries={[path]}>
        <Routes>
          <Route path="/p/:product" element={element} />
        </Routes>
      </MemoryRouter>
    </QueryClientProvider>,
  );
}
const text = (html: string) => html.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ').trim();

describe('the bound of the canvas in a chart', () => {
  const board = { questions: [{ evidence: [{ text: 'false_spam ≤ 10 %', target: '0.1', op: '<=' }, { text: 'recall_spam ≥ 80 %', target: '0.8', op: '>=' }, { text: 'macro_f1 is known', target: '', op: '>=' }] }] } as unknown as Conformance;
  it('is the one of the metric, a rung of a ladder included', () => {
    expect(thresholdOf(board, 'v1.false_spam')).toEqual({ value: 0.1, text: '≤ 10 %' });
    expect(thresholdOf(board, 'recall_spam')).toEqual({ value: 0.8, text: '≥ 80 %' });
  });
  it('is nothing where the canvas says no number, or nothing at all', () => {
    expect(thresholdOf(board, 'macro_f1')).toBeUndefined();
    expect(thresholdOf(board, 'false')).toBeUndefined();
    expect(thresholdOf(undefined, 'false_spam')).toBeUndefined();
  });
  it('goes out with the values of the chart as CSV that no spreadsheet reckons with', () => {
    const lines = [{ run: 'r1', name: '=cmd()', points: [{ x: 1, y: 0.5 }] }, { run: 'r2', name: 'a, b', points: [] }];
    expect(chartCsv('loss', lines, 'step')).toBe('run_id,name,step,loss\nr1,"\'=cmd()",1,0.5\n');
    expect(chartCsv('loss', lines, '=epoch', (x) => `at ${x}`)).toBe('run_id,name,"\'=epoch",loss\nr1,"\'=cmd()",at 1,0.5\n');
  });
});

describe('a chart of runs', () => {
  const line = (run: string, over: Partial<ChartLine> = {}): ChartLine => ({ run, name: run, colour: 'run-1', points: [{ x: 0, y: 1 }, { x: 1, y: 3 }, { x: 2, y: 2 }], holes: [], ...over });
  const chart = (lines: readonly ChartLine[], over: { readonly axis?: 'time' } = {}) => shown(<Overlay title="loss" lines={lines} axis="step" {...over} weight={0} log={false} zoom={undefined} setZoom={() => undefined} cross={undefined} setCross={() => undefined} />);
  it('offers its values, its picture and the full screen', () => {
    expect(chart([line('a')])).toContain('aria-label="loss as CSV"');
    expect(chart([line('a')])).toContain('aria-label="loss as PNG"');
    expect(chart([line('a')])).toContain('aria-label="loss on the full screen"');
  });
  it('offers nothing where there is nothing', () => {
    expect(chart([line('a', { points: [] })])).not.toContain('as CSV');
  });
  it('reads first, last, least and greatest from the table behind it', () => {
    expect(text(chart([line('a')]))).toContain('a 1 2 1 3 2');
    expect(text(chart([line('a')], { axis: 'time' }))).toContain('Last after a 1 2 1 3 2 s');
  });
});

describe('a row of the table of runs', () => {
  it('hands its place to the row that enters where it leaves', () => {
    const [before, after] = [windowOf(0, 640, 32, 1000), windowOf(4 * 32 + 6 * 32, 640, 32, 1000)];
    const places = ({ from, to }: { from: number; to: number }) => Array.from({ length: to - from }, (_, at) => slotOf(from + at, to - from));
    expect(new Set(places(before)).size).toBe(before.to - before.from);
    expect(new Set(places(after))).toEqual(new Set(places(before)));
    const stays = Math.max(before.from, after.from);
    expect(slotOf(stays, before.to - before.from)).toBe(slotOf(stays, after.to - after.from));
    expect(slotOf(3, 0)).toBe('slot 3');
  });
  it('keeps its element where it is in the page while others enter', () => {
    const before = inSlots(0, 36);
    const after = inSlots(10, 46);
    expect(before).toEqual(Array.from({ length: 36 }, (_, index) => index));
    expect(after.map((index) => slotOf(index, 36))).toEqual(before.map((index) => slotOf(index, 36)));
    expect(after.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 36 }, (_, index) => index + 10));
    expect(after.filter((index, slot) => before[slot] === index)).toHaveLength(26);
    expect(inSlots(5, 5)).toEqual([]);
  });
  it('is made once, however many pages follow its own', () => {
    const page = (...ids: string[]): RunPage => ({ runs: ids.map((id) => ({ id }) as RunRow) });
    const [first, second] = [page('a', 'b'), page('c')];
    const alone = itemsOf([first]);
    const both = itemsOf([first, second]);
    expect(both.map((item) => item.kind === 'run' && item.row.id)).toEqual(['a', 'b', 'c']);
    expect(both[0]).toBe(alone[0]);
    expect(itemsOf([])).toEqual([]);
  });
  it('is one row to assistive technology although its name and its values stand apart', () => {
    const row: RunRow = { id: 'a', name: 'first', status: 'FINISHED', user: 'ana', startedAt: '2002-08-01T00:00:00Z', metrics: { acc: 0.5 }, params: { lr: '0.1' }, tags: {} };
    const none = () => undefined;
    const html = shown(<RunTable items={[{ kind: 'run', row }]} view={viewOf(new URLSearchParams('cols=metrics.acc,params.lr&runs=a&widths=metrics.acc:200'), undefined)} total={1} more={undefined} sortBy={none} flip={none} pin={none} unfold={none} narrow={none} resize={none} />);
    expect(html).toContain('aria-rowcount="2" aria-colcount="3"');
    expect(html.match(/aria-rowindex="2" aria-selected="true"/g)).toHaveLength(2);
    expect(html).toMatch(/role="rowheader" aria-colindex="1">.*first.*role="gridcell" aria-colindex="2"[^>]*>0\.5<.*aria-colindex="3"[^>]*>0\.1</);
    expect(html).toContain('left:200px;width:88px');
  });
  it('leads to its run by a real address, and says which it pins', () => {
    const row = (id: string): RunRow => ({ id, name: id, status: 'FINISHED', user: '', startedAt: '2002-08-01T00:00:00Z', metrics: {}, params: {}, tags: {} });
    const items: Item[] = ['a', 'b'].map((id) => ({ kind: 'run', row: row(id) }));
    const none = () => undefined;
    const html = shown(<RunTable items={items} view={viewOf(new URLSearchParams('cols=run.status'), undefined)} total={2} more={undefined} sortBy={none} flip={none} pin={none} unfold={none} narrow={none} resize={none} />);
    expect(html).toContain('href="/p/mail-filter/runs/a"');
    expect(html).toContain('data-pin="b"');
  });
});

describe('a note on a run', () => {
  it('shows as Markdown, can be changed, and the run can be put away and taken out again', () => {
    const html = shown(<Note run="r" note="**worth** a look" deleted={false} />);
    expect(html).toContain('<b>worth</b>');
    expect(text(html)).toContain('Change the note');
    expect(text(html)).toContain('Archive the run');
    expect(text(shown(<Note run="r" note="" deleted />))).toBe('Write a note Take it out of the archive');
  });
});

describe('the way of a run to traffic', () => {
  const record = (over: Partial<RunRecord> = {}): RunRecord => ({ run: { id: 'run-1' }, experimentName: 'mail-filter', modelsWritten: [], ...over }) as unknown as RunRecord;
  const version = { ...(data.versions[0] as unknown as ModelVersion), runId: 'run-1', version: '1.4.0' };
  it('leads to the version that it registered', () => {
    expect(shown(<Promote record={record()} />, [[['versions', 'mail-filter'], [version]]])).toContain('/p/mail-filter/models/1.4.0');
  });
  it("registers the model of a client's run, and offers nothing where there is none", () => {
    expect(text(shown(<Promote record={record({ experimentName: 'other', modelsWritten: ['m-1'] })} />))).toContain('Register its model as');
    expect(shown(<Promote record={record({ experimentName: 'other' })} />)).toBe('');
  });
});

describe('a version since it was trained', () => {
  const version = data.versions[0] as unknown as ModelVersion;
  const window = (own: string, verdict: string, value: number) => ({ from: '2002-10-01T00:00:00Z', to: '2002-10-08T00:00:00Z', version: own, n: 100, value, low: value - 0.01, high: value + 0.01, verdict, state: 'OK' });
  const series = { id: 'm', type: 'performance_drop', metric: 'false_spam', claim: '', bound: 0.1, op: 'AT_MOST', minN: 20, window: 'P7D', windows: [window('0.1.0', 'OK', 0.2), window(version.version, 'INSUFFICIENT', 0.5), window(version.version, 'OK', 0.02), window(version.version, 'OK', 0.03)] } as unknown as MonitorSeries;
  it('counts only its own windows that say something', () => {
    expect(windowsOf(series, version.version).map(({ value }) => value)).toEqual([0.02, 0.03]);
    expect(windowsOf(series, '0.1.0')).toEqual([]);
  });
  it('tells the newest window beside what the test rows had said', () => {
    const said = text(shown(<Since version={{ ...version, metrics: { false_spam: 0.015 } }} />, [[['monitor', version.product], { monitors: [series] }]]));
    expect(said).toContain('false spam: 1.5 % on its test rows, 3 % in the window');
    expect(shown(<Since version={version} />, [[['monitor', version.product], { monitors: [] }]])).toBe('');
  });
  it('lists its papers to read and to take along', () => {
    const html = shown(<Papers version={{ ...version, meta: { commit: 'abc', secret: 'x' } }} />, [[['documents', version.product, version.version], [{ name: 'ml-bom', title: 'ML-BOM', answered: 5, sections: 5, frozen: true }]]]);
    expect(html).toContain(`download="${version.product}-${version.version}-ml-bom.json"`);
    expect(text(html)).toContain('5 of 5 answered, frozen');
    expect(text(html)).toContain('Sources abc');
    expect(text(html)).not.toContain('secret');
  });
});

describe('what was asked before the program ran', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    delete (globalThis as { espalierEarly?: unknown }).espalierEarly;
    token = null;
  });
  const early = (as: string) => Object.assign(globalThis, { espalierEarly: { path: '/api/v1/canvases/p/conformance', token: as, answer: Promise.resolve(new Response('{"early":true}')) } });
  const late = () => {
    const asked = vi.fn(async () => new Response('{"early":false}'));
    vi.stubGlobal('fetch', asked);
    vi.stubGlobal('sessionStorage', { getItem: () => token });
    return asked;
  };
  it('is taken up once, and then asked anew', async () => {
    const asked = late();
    early('');
    expect(await get('/canvases/p/conformance')).toEqual({ early: true });
    expect(asked).not.toHaveBeenCalled();
    expect(await get('/canvases/p/conformance')).toEqual({ early: false });
  });
  it('is nothing for another call or another caller', async () => {
    late();
    early('');
    expect(await get('/canvases/q/conformance')).toEqual({ early: false });
    token = 'esp_ben';
    expect(await get('/canvases/p/conformance')).toEqual({ early: false });
  });
  it('is asked again where it failed on the way', async () => {
    late();
    Object.assign(globalThis, { espalierEarly: { path: '/api/v1/canvases/p/conformance', token: '', answer: Promise.reject(new Error('offline')) } });
    expect(await get('/canvases/p/conformance')).toEqual({ early: false });
  });
});

describe('the portfolio', () => {
  const one = (product: string, counts: Record<string, number>): CanvasSummary => ({ product, version: '1.0.0', headline: '', counts });
  it('has first what needs somebody most', () => {
    const products = [one('calm', { CONFORMS: 9 }), one('bare', { NO_EVIDENCE: 4 }), one('bad', { VIOLATED: 1 }), one('also-calm', { CONFORMS: 1 })];
    expect(byNeed(products).map(({ product }) => product)).toEqual(['bad', 'bare', 'also-calm', 'calm']);
    expect(portfolioHeadline(products)).toBe('4 products; 1 has violated answers.');
    expect(portfolioHeadline([one('calm', {})])).toBe('One product; none has a violated answer.');
  });
  it('leads from each number to the answers behind it, and shows no column for a state that nobody has', () => {
    const html = shown(<Portfolio />, [[['canvases'], [one('bad', { VIOLATED: 2, CONFORMS: 5, N_A: 3 })]]]);
    expect(html).toContain('href="/p/bad?state=VIOLATED"');
    expect(text(html)).not.toContain('Stale');
    expect(text(html)).not.toContain('Not applicable');
  });
});

describe('the chain of versions', () => {
  it('is said to be intact with its key, or what is wrong with it', () => {
    const found = { product: 'p', intact: true, versions: 3, keyId: 'ed25519:ab', problems: [] };
    expect(text(renderToStaticMarkup(<Verified found={found} />))).toContain('All 3 versions are as signed by ed25519:ab');
    expect(text(renderToStaticMarkup(<Verified found={{ ...found, intact: false, problems: ['1.1.0: another digest'] }} />))).toContain('The chain is not what was signed: 1.1.0: another digest');
  });
});
