import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { MemoryRouter, Route, Routes } from 'react-router';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { ExperimentView, RunRecord, RunRow } from '../src/shared/api/tracking';

beforeAll(() => {
  const nothing = { getItem: () => null, setItem: () => undefined, removeItem: () => undefined };
  vi.stubGlobal('sessionStorage', nothing);
  vi.stubGlobal('location', new URL('http://127.0.0.1:8080/'));
});

const found: ExperimentView = { experiment: { id: '2', name: 'sweep', createdAt: '2026-01-01T00:00:00Z', runs: 3, running: 1, newest: '2026-01-02T00:00:00Z' }, tags: {}, metrics: ['acc', 'loss'], params: ['lr', 'optimizer'], tagKeys: ['team', 'mlflow.user'] };
const run = (id: string, acc: number | 'NaN', lr: string, extra: Partial<RunRow> = {}): RunRow => ({ id, name: `lark-${id}`, status: 'FINISHED', user: 'ana', startedAt: '2026-01-01T00:00:00Z', finishedAt: '2026-01-01T00:01:30Z', metrics: { acc }, params: { lr, optimizer: 'adam' }, tags: {}, ...extra });
const rows = [run('a', 0.91, '0.1'), run('b', 0.95, '0.01'), run('c', 'NaN', '0.01', { status: 'RUNNING' })];
const record = (row: RunRow): RunRecord => ({ run: row, experiment: '2', experimentName: 'sweep', artifactUri: 'mlflow-artifacts:/2/a', deleted: false, metrics: [{ key: 'acc', value: row.metrics['acc'] ?? 0, step: 3, at: '2026-01-01T00:01:00Z', least: 0.91, greatest: 0.99 }], datasets: [{ name: 'mail', digest: '7f3a', sourceType: 'local', context: 'training' }], modelsRead: [], modelsWritten: ['m-1'] });
const ORDER = ['attributes.start_time DESC'];
const COLUMNS = ['metrics.acc', 'metrics.loss', 'params.lr', 'params.optimizer'];
const sample = [{ step: 0, at: '2026-01-01T00:00:00Z', value: 0.99 }, { step: 3, at: '2026-01-01T00:01:00Z', value: 0.91 }];
const seeds: readonly (readonly [readonly unknown[], unknown])[] = [
  [['experiments'], [found.experiment, { id: '0', name: 'Default', createdAt: '2026-01-01T00:00:00Z', runs: 0, running: 0 }]],
  [['experiments', '2'], found],
  [['experiment-runs', '2', '', ORDER, COLUMNS], { pages: [{ runs: rows }], pageParams: [''] }],
  [['experiment-runs', '2', '', ORDER, COLUMNS, 500], { runs: rows }],
  [['experiment-runs', '2', "metrics.acc > 2", ORDER, COLUMNS], { pages: [{ runs: [] }], pageParams: [''] }],
  [['run-groups', '2', 'params.lr', '', ['acc', 'loss']], [{ value: '0.01', runs: 2, metrics: [{ metric: 'acc', n: 1, mean: 0.95, deviation: 0 }] }, { runs: 1, metrics: [] }]],
  ...rows.map((row) => [['record', row.id], record(row)] as const),
  [['series', ['a', 'b'], ['acc'], 500], [{ run: 'a', metric: 'acc', points: 2, sample }, { run: 'b', metric: 'acc', points: 2, sample }]],
  [['series', ['a'], ['acc'], 500], [{ run: 'a', metric: 'acc', points: 2, sample }]],
  [['files', 'a', ''], { files: [{ path: 'plots', folder: true, bytes: 0 }, { path: 'notes.md', folder: false, bytes: 120 }] }],
  [['registered'], [{ name: 'spam', creation_timestamp: 0, latest_versions: [{ name: 'spam', version: '2', creation_timestamp: 0 }], aliases: [{ alias: 'champion', version: '1' }] }]],
  [['registered', 'spam'], { name: 'spam', creation_timestamp: 0, aliases: [{ alias: 'champion', version: '1' }] }],
  [['registered', 'spam', 'versions'], [{ name: 'spam', version: '1', creation_timestamp: 0, run_id: 'a' }, { name: 'spam', version: '2', creation_timestamp: 0, run_id: 'a', status: 'READY' }]],
  [['registered', 'spam', '1', 'MLmodel'], 'flavors:\n  sklearn: {}\nsignature:\n  inputs: \'[{"type": "string", "name": "text"}]\'\n  outputs: \'[{"type": "long"}]\'\n'],
  [['registered', 'spam', '2', 'MLmodel'], 'flavors:\n  onnx: {}\nsignature:\n  inputs: \'[{"type": "string", "name": "text"}, {"type": "long", "name": "size"}]\'\n  outputs: \'[{"type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1, 2]}}]\'\n'],
];

function page(element: ReactNode, path: string, at: string, more: typeof seeds = []): string {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity, retry: false } } });
  for (const [key, value] of [...seeds, ...more]) client.setQueryData(key, value);
  return renderToStaticMarkup(
    <QueryClientProvider client={client}>
      <MemoryRouter initialEntries={[`/p/mail${at}`]}>
        <Routes>
          <Route path={`/p/:product${path}`} element={element} />
        </Routes>
      </MemoryRouter>
    </QueryClientProvider>,
  );
}
const text = (html: string) => html.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ');

describe('experiments', async () => {
  const { Experiments } = await import('../src/features/tracking/Experiments');
  const { RunsPage } = await import('../src/features/tracking/RunsPage');
  const table = (search: string) => page(<RunsPage />, '/experiments/:experiment', `/experiments/2${search}`);
  it('are listed with their runs, the newest first', () => {
    const html = text(page(<Experiments />, '/experiments', '/experiments'));
    expect(html).toContain('3 runs in 2 experiments; one is running.');
    expect(html.indexOf('sweep')).toBeLessThan(html.indexOf('Default'));
  });
  it('show their runs with values, and what is no number by its name', () => {
    const html = table('');
    expect(text(html)).toContain('sweep: 3 runs, 1 running.');
    expect(text(html)).toMatch(/lark-a .* finished .*1 min 30 s 0\.91 0\.1 adam/);
    expect(text(html)).toContain('NaN');
    expect(html).toContain('aria-rowcount="4"');
    expect(html).toContain('aria-sort="descending"');
  });
  it('hold every metric against the pinned run', () => {
    const html = table('?pin=a&runs=b');
    expect(html).toContain('class="head pinned"');
    expect(text(html)).toContain('0.95 +0.04');
    expect(text(html)).toContain('Compare 1');
    expect(html.match(/aria-rowindex="4" aria-selected="true"/g)).toHaveLength(2);
    expect(html.match(/aria-selected="true"/g)).toHaveLength(2);
  });
  it('are put together by a param, with mean and spread over all that fit', () => {
    const html = text(table('?group=params.lr'));
    expect(html).toContain('sweep: 2 groups by lr.');
    expect(html).toContain('0.01 n 2');
    expect(html).toContain('without a value n 1');
    expect(html).toContain('0.95 ±0');
  });
  it('say so where nothing fits, and keep the filter at hand', () => {
    const html = table('?filter=metrics.acc > 2');
    expect(text(html)).toContain('sweep: 0 of 3 runs fit.');
    expect(text(html)).toContain('No run fits.');
    expect(html).toContain('value="metrics.acc &gt; 2"');
  });
});

describe('comparison', async () => {
  const { axesOf, Compare, moved } = await import('../src/features/tracking/Compare');
  const compare = (search: string) => page(<Compare />, '/experiments/:experiment/compare', `/experiments/2/compare${search}`);
  it('puts the chosen runs side by side and shows only what differs', () => {
    const html = text(compare('?runs=a,b'));
    expect(html).toContain('2 runs of sweep side by side.');
    expect(html).toContain('What differs');
    expect(html).toContain('Params 1 alike');
    expect(html).toContain('0.95 +0.04');
    expect(html).toContain('Curves');
  });
  it('holds against each other what varies most, and draws what was measured once as bars', async () => {
    const { richest } = await import('../src/features/tracking/Scatter');
    const columns = [{ id: 'params.optimizer', kind: 'params', key: 'optimizer' }, { id: 'params.lr', kind: 'params', key: 'lr' }] as const;
    expect(richest(rows, columns)?.key).toBe('lr');
    expect(richest(rows, [])).toBeUndefined();
    const { Overlay } = await import('../src/features/tracking/Overlay');
    const line = (name: string, points: { x: number; y: number }[]) => ({ run: name, name, colour: 'run-1', points, holes: points.length === 0 ? [0] : [] });
    const draw = (lines: ReturnType<typeof line>[]) => text(renderToStaticMarkup(<Overlay title="acc" lines={lines} axis="step" weight={0} log={false} zoom={undefined} setZoom={() => undefined} cross={undefined} setCross={() => undefined} />));
    expect(draw([line('low', [{ x: 0, y: 0.2 }]), line('high', [{ x: 0, y: 0.9 }]), line('none', [])])).toMatch(/high 0\.9 low 0\.2 none NaN/);
    expect(draw([line('long', [{ x: 0, y: 0.2 }, { x: 1, y: 0.4 }])])).toContain('0.4 long');
  });
  it('charts all that fit where none is chosen', () => {
    const html = text(compare(''));
    expect(html).toContain('All 3 runs of sweep that fit.');
    expect(html).toContain('Parallel coordinates');
    expect(html).not.toContain('What differs');
  });
  it('takes the params that differ as axes, then metrics; the address may say otherwise', () => {
    expect(axesOf(null, rows, found).map(({ id }) => id)).toEqual(['params.lr', 'metrics.acc']);
    expect(axesOf('metrics.loss,nonsense', rows, found).map(({ id }) => id)).toEqual(['metrics.loss']);
    expect(moved(['a', 'b', 'c'], 'b', 1)).toEqual(['a', 'c', 'b']);
    expect(moved(['a', 'b'], 'b', 1)).toEqual(['a', 'b']);
  });
});

describe('a tracked run', async () => {
  const { TrackedRun } = await import('../src/features/tracking/TrackedRun');
  it('says how it ended, the best beside the latest, what it read and left behind', () => {
    const html = text(page(<TrackedRun />, '/experiments/:experiment/runs/:run', '/experiments/2/runs/a'));
    expect(html).toContain('lark-a is finished; acc 0.91.');
    expect(html).toContain('acc 0.91 0.91 0.99 2');
    expect(html).toContain('Dataset (training) mail 7f3a');
    expect(html).toContain('Model m-1');
    expect(html).toContain('plots');
    expect(html).toContain('notes.md 120 B');
  });
  it('shows some of ten thousand metrics and a way to the others', () => {
    const many: RunRecord = { ...record(rows[0]!), metrics: Array.from({ length: 10_000 }, (_, index) => ({ key: `layer.${index}.norm`, value: index, step: 0, at: '2026-01-01T00:01:00Z', least: index, greatest: index })) };
    const html = page(<TrackedRun />, '/experiments/:experiment/runs/:run', '/experiments/2/runs/a', [[['record', 'a'], many]]);
    expect(html.length).toBeLessThan(150_000);
    expect(text(html)).toContain('The first 100 of 10,000: find the others by name.');
    expect(text(html)).toContain('4 of 10,000 metrics');
    expect(html).toContain('Find one of 10,000 metrics');
  });
  it('is said to be running while it is', () => {
    expect(text(page(<TrackedRun />, '/experiments/:experiment/runs/:run', '/experiments/2/runs/c'))).toContain('lark-c is running; acc NaN.');
  });
});

describe("the clients' registry", async () => {
  const { Registered } = await import('../src/features/registry/Registered');
  const { RegisteredModel } = await import('../src/features/registry/RegisteredModel');
  const { changes, modelFile } = await import('../src/features/registry/signature');
  it('lists models with their aliases', () => {
    expect(text(page(<Registered />, '/experiments/models', '/experiments/models'))).toContain('champion → 1');
  });
  it('shows what changed in what a version takes and gives', () => {
    const html = text(page(<RegisteredModel />, '/experiments/models/:model', '/experiments/models/spam'));
    expect(html).toContain('spam: 2 versions.');
    expect(html).toContain('What version 2 takes and gives');
    expect(html).toContain('size – long added');
    expect(html).toContain('#0 long float32 [-1, 2] changed');
    expect(html).toContain('Flavours: onnx.');
  });
  it('leads from the data over the run to the version and its names', () => {
    const html = page(<RegisteredModel />, '/experiments/models/:model', '/experiments/models/spam?version=1');
    expect(html).toContain('href="/p/mail/experiments/2/runs/a"');
    expect(text(html)).toContain('mail training');
    expect(text(html)).toContain('alias champion');
  });
  it('says nothing of a file that says nothing', () => {
    expect(modelFile('flavors: {onnx: {}}')).toEqual({ inputs: [], outputs: [], flavours: ['onnx'], signed: false });
    expect(modelFile(': : :')).toMatchObject({ signed: false });
    expect(modelFile('signature: {inputs: "not json"}')).toMatchObject({ inputs: [], signed: true });
    const slot = (name: string, type: string, required = true) => ({ name, type, required });
    expect(changes([slot('a', 'long'), slot('b', 'long')], [slot('b', 'long', false), slot('c', 'long')]).map(({ name, kind }) => `${name} ${kind}`)).toEqual(['a removed', 'b changed', 'c added']);
  });
});
