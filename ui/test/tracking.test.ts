import { describe, expect, it } from 'vitest';
import { colourOf, coloursOf } from '../src/features/tracking/colours';
import { proposals } from '../src/features/tracking/completion';
import { headOf, parseCsv, rowsOf } from '../src/features/tracking/csv';
import { cell } from '../src/shared/lib/csv';
import { columnsWithin, grouped, NONE, windowOf, within } from '../src/features/tracking/items';
import { above, differing, extremes, lineOf, rankCorrelation, smooth, valueAt } from '../src/features/tracking/lines';
import { axisOf, inside, spotOf } from '../src/features/tracking/parallel';
import { gridOf, indented, lookOf, refusal } from '../src/features/tracking/preview';
import { against, bestOf, columnOf, flipped, measured, orderBy, put, queryOf, raw, titleOf, viewOf, written } from '../src/features/tracking/view';
import type { ExperimentView, RunRow } from '../src/shared/api/tracking';
import { runsPath } from '../src/shared/api/tracking';

export const found: ExperimentView = {
  experiment: { id: '2', name: 'sweep', createdAt: '2026-01-01T00:00:00Z', runs: 3, running: 1 },
  tags: {}, metrics: ['acc', 'val loss', 'system/cpu'], params: ['lr', 'optimizer'], tagKeys: ['team', 'mlflow.user'],
};
export const run = (id: string, acc: number | 'NaN', lr: string, extra: Partial<RunRow> = {}): RunRow => ({ id, name: `run ${id}`, status: 'FINISHED', user: 'ana', startedAt: '2026-01-01T00:00:00Z', finishedAt: '2026-01-01T00:01:30Z', metrics: { acc }, params: { lr }, tags: {}, ...extra });
const column = (id: string) => columnOf(id) ?? { id, kind: 'run' as const, key: id };

describe('the address of the table', () => {
  const view = (text: string) => viewOf(new URLSearchParams(text), found);
  it('shows the first of everything where it says nothing, newest first', () => {
    const usual = view('');
    expect(usual.columns.map(({ id }) => id)).toEqual(['run.status', 'run.started', 'run.took', 'metrics.acc', 'metrics.val loss', 'params.lr', 'params.optimizer']);
    expect(queryOf(usual).order).toEqual(['attributes.start_time DESC']);
  });
  it('holds columns, order, filter, group, choice, pins and widths', () => {
    const all = view('cols=metrics.acc,params.lr&sort=metrics.acc:asc&filter=metrics.acc > 0.5&group=params.lr&runs=a,b&pin=b&widths=metrics.acc:120');
    expect(all).toMatchObject({ sort: 'metrics.acc', descending: false, filter: 'metrics.acc > 0.5', group: 'params.lr', chosen: ['a', 'b'], pinned: ['b'], widths: { 'metrics.acc': 120 } });
    expect(queryOf(all)).toEqual({ filter: 'metrics.acc > 0.5', order: ['metrics.acc ASC'], columns: ['metrics.acc', 'params.lr'] });
  });
  it('takes what it does not understand for unsaid', () => {
    expect(view('sort=nonsense&group=metrics.acc&widths=x:99999,y&cols=zzz,metrics.acc')).toMatchObject({ sort: 'run.started', group: '', widths: { x: 800 }, columns: [{ id: 'metrics.acc' }] });
  });
  it('asks for no values where no column shows them', () => {
    expect(runsPath('2', queryOf(view('cols=run.status')), 10, '')).toContain('column=none');
    expect(runsPath('2', queryOf(view('cols=metrics.val loss')), 10, 't')).toBe('/tracking/experiments/2/runs?limit=10&order=attributes.start_time+DESC&column=metrics.val+loss&token=t');
  });
  it('quotes a key that is no word, and orders by nothing that the server has not', () => {
    expect(orderBy('metrics.val loss', true)).toBe('metrics.`val loss` DESC');
    expect(orderBy('metrics.a`b', true)).toBe('metrics.`ab` DESC');
    expect(orderBy('run.took', true)).toBeUndefined();
  });
  it('drops what is empty and keeps the rest', () => {
    expect(put(new URLSearchParams('a=1&b=2'), { a: '', c: '3' }).toString()).toBe('b=2&c=3');
    expect(flipped(flipped([], 'x'), 'y')).toEqual(['x', 'y']);
    expect(flipped(['x', 'y'], 'x')).toEqual(['y']);
  });
});

describe('values in the table', () => {
  it('names what is no number', () => {
    expect([Number.NaN, Infinity, -Infinity, undefined, 0.12345].map(measured)).toEqual(['NaN', '∞', '−∞', '', '0.123']);
    expect(raw(run('a', 'NaN', '1'), column('metrics.acc'))).toBeNaN();
  });
  it('holds a metric against the baseline, and says nothing where there is nothing to say', () => {
    expect(against(0.9, 0.8)).toBe('+0.1');
    expect(against(0.5, 0.8)).toBe('−0.3');
    expect([against(1, 1), against(undefined, 1), against(Number.NaN, 1), against(1, undefined)]).toEqual(['', '', '', '']);
  });
  it('shortens long numbers, never words', () => {
    expect([written('0.00716432891'), written('1.16639e-05'), written('0.1'), written('12345678-abc'), written('a long optimizer name')]).toEqual(['0.007164', '0.00001166', '0.1', '12345678-abc', 'a long optimizer name']);
  });
  it('shows the best beside the latest where they differ, the least of what is better small', () => {
    const row = run('a', 0.9, '1', { metrics: { acc: 0.9, val_loss: 0.4, 'eval/false_spam': 0.2, recall: 1 }, least: { acc: 0.1, val_loss: 0.3, 'eval/false_spam': 0.1 }, greatest: { acc: 0.95, val_loss: 7 } });
    expect(['acc', 'val_loss', 'eval/false_spam', 'recall', 'lossless_share'].map((key) => bestOf(row, key))).toEqual(['↑0.95', '↓0.3', '↓0.1', '', '']);
    expect(['least.acc', 'greatest.acc', 'greatest.recall', 'least.gone'].map((id) => raw(row, column(id)))).toEqual([0.1, 0.95, 1, undefined]);
  });
  it('asks for a metric once, however many of its values are columns, and orders by its latest alone', () => {
    const view = viewOf(new URLSearchParams('cols=metrics.acc,least.acc,greatest.acc,greatest.val loss'), found);
    expect(queryOf(view).columns).toEqual(['metrics.acc', 'metrics.val loss']);
    expect(view.columns.map(titleOf)).toEqual(['acc', 'acc, least', 'acc, greatest', 'val loss, greatest']);
    expect(orderBy('greatest.acc', true)).toBeUndefined();
  });
  it('reckons how long a run took', () => {
    expect(raw(run('a', 1, '1'), column('run.took'))).toBe(90_000);
  });
});

describe('the window over the rows', () => {
  it('holds what shows and a little more, wherever it stands', () => {
    for (const top of [0, 31, 3200, 1_599_999, 3_199_400]) {
      const { from, to } = windowOf(top, 600, 32, 100_000);
      expect(from).toBeLessThanOrEqual(Math.floor(top / 32));
      expect(to).toBeGreaterThanOrEqual(Math.min(100_000, Math.ceil((top + 600) / 32)));
      expect(to - from).toBeLessThan(80);
    }
  });
  it('stays as it is through a small scroll', () => {
    expect(windowOf(3330, 600, 32, 1000)).toEqual(windowOf(3450, 600, 32, 1000));
  });
  it('holds of a hundred columns those in sight, and a little more', () => {
    const places = Array.from({ length: 100 }, (_, index) => ({ left: index * 100, width: 100 }));
    for (const left of [0, 50, 4321, 9000]) {
      const { first, last } = columnsWithin(places, left, 1000);
      expect(first * 100).toBeLessThanOrEqual(left);
      expect(last * 100).toBeGreaterThanOrEqual(Math.min(10_000, left + 1000));
      expect(last - first).toBeLessThan(15);
    }
    expect(columnsWithin([], 0, 1000)).toEqual({ first: 0, last: 0 });
  });
  it('is empty over nothing', () => expect(windowOf(0, 600, 32, 0)).toEqual({ from: 0, to: 0 }));
});

describe('groups', () => {
  const groups = [{ value: '0.1', runs: 700, metrics: [] }, { runs: 2, metrics: [] }];
  it('show their heads, and under the open ones the first of their runs and how many are left', () => {
    const items = grouped(groups, new Map([['0.1', [run('a', 1, '0.1'), run('b', 1, '0.1')]]]));
    expect(items.map(({ kind }) => kind)).toEqual(['group', 'run', 'run', 'more', 'group']);
    expect(items[3]).toMatchObject({ left: 698, value: '0.1' });
    expect(items[4]).toMatchObject({ value: NONE, open: false });
  });
  it('narrow the filter, whatever the value holds', () => {
    expect(within('', 'params.lr', '0.1')).toBe("params.lr = '0.1'");
    expect(within('metrics.acc > 1', 'tags.my team', "o'clock")).toBe("metrics.acc > 1 and tags.`my team` = 'o''clock'");
    expect(within('', 'run.status', 'FAILED')).toBe("attributes.status = 'FAILED'");
    expect(within('', 'params.lr', NONE)).toBe('params.lr IS NULL');
  });
});

describe('completion of a filter', () => {
  const shows = (text: string) => proposals(text, found).map(({ show }) => show);
  it('offers keys that begin so first, then those that hold it', () => {
    expect(shows('')[0]).toBe('metrics.acc');
    expect(shows('params.')).toEqual(['params.lr', 'params.optimizer']);
    expect(shows('loss')).toEqual(['metrics.`val loss`']);
    expect(shows('team')).toEqual(['tags.team']);
  });
  it('then operators that fit the kind, then values that are known', () => {
    expect(shows('metrics.acc ')).toContain('>=');
    expect(shows('metrics.acc ')).not.toContain('LIKE');
    expect(shows('params.lr I')).toEqual(['ILIKE', 'IN']);
    expect(shows("attributes.status = 'FA")).toEqual(['FAILED']);
  });
  it('goes on after each and, and keeps what stands before', () => {
    expect(proposals('metrics.acc > 0.5 and par', found)[0]).toEqual({ show: 'params.lr', text: 'metrics.acc > 0.5 and params.lr ' });
    expect(shows('metrics.acc > 0.5 ')).toEqual(['and']);
    expect(proposals('metrics.`val loss` ', found)[0]?.text).toBe('metrics.`val loss` > ');
  });
});

describe('CSV', () => {
  it('writes what a spreadsheet reads as text, never as a formula', () => {
    expect([cell('=1+1'), cell('-5'), cell('+cmd|x'), cell('a,b'), cell('say "x"'), cell(undefined), cell(-0.5)]).toEqual(["'=1+1", '-5', "'+cmd|x", '"a,b"', '"say ""x"""', '', '-0.5']);
  });
  it('has a head and a row for each run, in the columns that show', () => {
    const columns = ['run.took', 'metrics.acc', 'params.lr'].map(column);
    expect(headOf(columns)).toBe('run_id,name,took_millis,metrics.acc,params.lr');
    expect(rowsOf([run('a', 0.5, '0.1')], columns)).toBe('a,run a,90000,0.5,0.1');
  });
  it('reads its own words back', () => {
    const text = ['a,b', 'line\nend', 'say "x"', ''].map(cell).join(',');
    expect(parseCsv(`${text}\r\n1,2\n`, 10)).toEqual([['a,b', 'line\nend', 'say "x"', ''], ['1', '2']]);
    expect(parseCsv('a\nb\nc', 2)).toEqual([['a'], ['b']]);
  });
});

describe('curves', () => {
  const series = { run: 'a', metric: 'acc', points: 3, sample: [{ step: 0, at: '2026-01-01T00:00:10Z', value: 1 }, { step: 5, at: '2026-01-01T00:00:40Z', value: 'NaN' as const }, { step: 9, at: '2026-01-01T00:01:10Z', value: 3 }] };
  it('lie on steps or on seconds since their first value, and mark what is no number', () => {
    expect(lineOf(series, 'step')).toEqual({ run: 'a', points: [{ x: 0, y: 1 }, { x: 9, y: 3 }], holes: [5] });
    expect(lineOf(series, 'time')).toMatchObject({ points: [{ x: 0 }, { x: 60 }], holes: [30] });
  });
  it('lie on the time of day, or over a metric that counts, and leave out what has no place there', () => {
    expect(lineOf(series, 'clock').points.map(({ x }) => x)).toEqual([Date.parse('2026-01-01T00:00:10Z'), Date.parse('2026-01-01T00:01:10Z')]);
    const counted = { ...series, sample: [{ ...series.sample[0]!, value: 9 }, ...series.sample.map((point, index) => ({ ...point, over: 2 - index / 2 }))] };
    expect(lineOf(counted, 'metrics.epoch')).toEqual({ run: 'a', points: [{ x: 1, y: 3 }, { x: 2, y: 1 }], holes: [1.5] });
    expect(lineOf(series, 'metrics.epoch').points).toEqual([]);
  });
  it('show on a logarithm only what lies above zero', () => {
    const line = { run: 'a', points: [{ x: 0, y: 1 }, { x: 1, y: -1 }, { x: 2, y: 3 }], holes: [0, 5] };
    expect(above(line, { x: true, y: false })).toEqual({ run: 'a', points: [{ x: 1, y: -1 }, { x: 2, y: 3 }], holes: [5] });
    expect(above(line, { x: false, y: true }).points).toEqual([{ x: 0, y: 1 }, { x: 2, y: 3 }]);
    expect(above(line, { x: false, y: false })).toBe(line);
  });
  it('are smoothed as TensorBoard does, corrected at the start', () => {
    const points = [1, 2, 3].map((y, x) => ({ x, y }));
    expect(smooth(points, 0)).toEqual(points);
    // last = 0.5, 1.25, 2.125; divided by 1 − 0.5^n
    expect(smooth(points, 0.5).map(({ y }) => y)).toEqual([1, 1.25 / 0.75, 2.125 / 0.875]);
  });
  it('can be read between their points and nowhere outside', () => {
    const { points } = lineOf(series, 'step');
    expect([valueAt(points, 4.5), valueAt(points, 0), valueAt(points, -1), valueAt(points, 10)]).toEqual([2, 1, undefined, undefined]);
    expect(extremes(points)).toEqual({ least: { x: 0, y: 1 }, greatest: { x: 9, y: 3 } });
    expect(extremes([])).toBeUndefined();
  });
});

it('correlates ranks as scipy.stats.spearmanr does', () => {
  // scipy.stats.spearmanr([1, 2, 3, 4, 5], [5, 6, 7, 8, 7]).statistic = 0.8207826816681233 (documentation of scipy)
  expect(rankCorrelation([[1, 5], [2, 6], [3, 7], [4, 8], [5, 7]])).toBeCloseTo(0.8207826816681233, 12);
  expect(rankCorrelation([[1, 1], [2, 1], [3, 1]])).toBeUndefined();
  expect(rankCorrelation([[1, 1], [2, 2]])).toBeUndefined();
});

describe('runs side by side', () => {
  const rows = [run('a', 0.5, '0.001'), run('b', 0.9, '0.1'), run('c', 'NaN', '10')];
  it('differ where a value differs or is missing', () => {
    expect([...differing(['lr', 'batch', 'seed'], [(key) => ({ lr: '1', batch: '8', seed: '1' })[key], (key) => ({ lr: '2', batch: '8' } as Record<string, string>)[key]])]).toEqual(['lr', 'seed']);
  });
  it('lie on axes of numbers, wide ones by their logarithm, and on axes of words', () => {
    const lr = axisOf(rows, column('params.lr'), false);
    expect(rows.map(lr.place)).toEqual([0, 0.5, 1]);
    expect(rows.map(axisOf(rows, column('params.lr'), true).place)).toEqual([1, 0.5, 0]);
    expect(rows.map(axisOf(rows, column('metrics.acc'), false).place)).toEqual([0, 1, undefined]);
    expect(axisOf(rows, column('run.name'), false).ticks.map(({ label }) => label)).toEqual(['run a', 'run b', 'run c']);
  });
  it('can be laid by the other scale than their values suggest, where a logarithm has a place for each', () => {
    const lr = axisOf(rows, column('params.lr'), false, true);
    expect(lr.log).toBe(false);
    expect(lr.place(rows[1]!)).toBeCloseTo((0.1 - 0.001) / (10 - 0.001), 12);
    expect(axisOf(rows, column('metrics.acc'), false, true).log).toBe(true);
    expect(axisOf([run('a', 0, '1'), run('b', 2, '1')], column('metrics.acc'), false, true).log).toBeUndefined();
    expect(axisOf(rows, column('run.name'), false, true).log).toBeUndefined();
  });
  it('keeps the labels of an axis clear of the lines: outside at its ends, on a plate between them', () => {
    expect(spotOf('0.91', 1)).toMatchObject({ anchor: 'middle', dy: -6 });
    expect(spotOf('0.1', 0).plate).toBeUndefined();
    const between = spotOf('run b', 0.5);
    expect(between.plate).toBeGreaterThan('run b'.length * 6);
    expect(between.anchor).toBe('start');
  });
  it('stay inside the brushes, and a run without a value inside none', () => {
    const axes = [axisOf(rows, column('metrics.acc'), false)];
    expect(rows.filter((row) => inside(row, axes, { 'metrics.acc': [0.5, 1] })).map(({ id }) => id)).toEqual(['b']);
    expect(rows.filter((row) => inside(row, axes, {}))).toHaveLength(3);
  });
  it('have colours of their own that stay', () => {
    const ids = Array.from({ length: 12 }, (_, index) => `run-${index}`);
    expect(new Set(coloursOf(ids).values()).size).toBe(12);
    expect(coloursOf(['x']).get('x')).toBe(colourOf('x'));
    expect(coloursOf(Array.from({ length: 40 }, (_, index) => `r${index}`)).size).toBe(40);
  });
});

describe('artifacts', () => {
  it('are shown by their ending; what is not known is not opened', () => {
    expect(['a/plot.PNG', 'x.csv', 'MLmodel', 'notes.md', 'page.html', 'model.pkl', 'weights'].map(lookOf)).toEqual(['image', 'table', 'text', 'markdown', 'text', 'none', 'none']);
    expect(refusal('model.pkl', 5)).toContain('no preview');
    expect(refusal('a.txt', 6_000_000)).toContain('larger than 5 MB');
    expect(refusal('a.txt', 10)).toBe('');
  });
  it('become rows from CSV, tabs and logged tables', () => {
    expect(gridOf('a.csv', 'x,y\n1,2\n')).toEqual({ head: ['x', 'y'], rows: [['1', '2']], more: false });
    expect(gridOf('a.tsv', 'x\ty\n1\t2\n')?.rows).toEqual([['1', '2']]);
    expect(gridOf('t.json', '{"columns":["q"],"data":[["a"],[{"b":1}]]}')).toEqual({ head: ['q'], rows: [['a'], ['{"b":1}']], more: false });
    expect(gridOf('t.json', '{"a":1}')).toBeUndefined();
    expect(gridOf('long.csv', `x\n${'1\n'.repeat(900)}`)).toMatchObject({ more: true });
  });
  it('leave broken JSON as it is', () => {
    expect(indented('{"a":1}')).toBe('{\n  "a": 1\n}');
    expect(indented('{"a":')).toBe('{"a":');
  });
});
