import { describe, expect, it } from 'vitest';
import { columnsOf, heightOf, pieces } from '../src/features/canvas/masonry';
import { groups, isMine, set, toggled, viewOf, visible } from '../src/features/canvas/view';
import type { Question, State } from '../src/shared/api/types';

const question = (key: string, state: State, extra: Partial<Question> = {}): Question => ({
  question: key, id: key.toUpperCase(), block: key.split('.')[0] ?? key, cell: key, lane: 'DESIGN', text: `What about ${key}?`, claim: `claim of ${key}`, state, reason: '',
  defaults: { confirmed: 0, total: 0 }, evidence: [], resources: [], ...extra,
});
const all = [
  question('objectives', 'VIOLATED', { answer: { objectives: [{ owner: 'ana' }] } }),
  question('serving.volume', 'STALE', { lane: 'MAINTAIN' }),
  question('serving.mode', 'NO_EVIDENCE', { lane: 'MAINTAIN', answer: { members: { ben: 'owner' } } }),
  question('data', 'CONFORMS', { lane: 'DEVELOP', claim: 'Fresh rows of mail' }),
];
const shown = (address: string, user = 'ana') => visible(all, viewOf(new URLSearchParams(address)), user).map(({ question: key }) => key);

describe('the view of the board', () => {
  it('is whole when the address says nothing', () => {
    expect(shown('')).toHaveLength(4);
    expect(viewOf(new URLSearchParams('beside=17&lane=nowhere&show=nothing'))).toEqual({ states: [], show: [], lane: undefined, find: '', beside: 'bound' });
  });
  it('adds states up and narrows by everything else', () => {
    expect(shown('state=VIOLATED,STALE')).toEqual(['objectives', 'serving.volume']);
    expect(shown('state=VIOLATED,STALE&lane=maintain')).toEqual(['serving.volume']);
    expect(shown('show=stale')).toEqual(['serving.volume', 'serving.mode']);
    expect(shown('show=red,stale')).toHaveLength(3);
  });
  it('finds by every word, in claims, keys and questions', () => {
    expect(shown('find=mail+fresh')).toEqual(['data']);
    expect(shown('find=SERVING')).toEqual(['serving.volume', 'serving.mode']);
    expect(shown('find=zzz')).toEqual([]);
  });
  it('knows whose an answer is, as a value or as a name, at any depth', () => {
    expect(shown('show=mine')).toEqual(['objectives']);
    expect(shown('show=mine', 'ben')).toEqual(['serving.mode']);
    expect(isMine({ answer: 'ana' }, 'ana')).toBe(true);
    expect(isMine({ answer: { text: 'banana' } }, 'ana')).toBe(false);
    expect(isMine({}, 'ana')).toBe(false);
  });
  it('switches in the address without losing the rest', () => {
    const on = toggled(new URLSearchParams('q=data&state=STALE'), 'state', 'VIOLATED');
    expect(on.toString()).toBe('q=data&state=STALE%2CVIOLATED');
    expect(toggled(toggled(on, 'state', 'STALE'), 'state', 'VIOLATED').toString()).toBe('q=data');
    expect(set(on, 'q', '').get('q')).toBeNull();
    expect(set(on, 'q', 'x').get('q')).toBe('x');
  });
  it('groups by block in the order of the canvas', () => {
    expect([...groups(all)].map(([block, inside]) => [block, inside.length])).toEqual([['objectives', 1], ['serving', 2], ['data', 1]]);
  });
});

describe('cells in columns', () => {
  it('keeps every cell, and no column is much longer than another', () => {
    const heights = Array.from({ length: 40 }, (_, index) => 60 + ((index * 37) % 200));
    const columns = columnsOf(heights, (height) => height, 4);
    expect(columns.flat().toSorted((a, b) => a - b)).toEqual(heights.toSorted((a, b) => a - b));
    const sums = columns.map((column) => column.reduce((a, b) => a + b, 0));
    expect(Math.max(...sums) - Math.min(...sums)).toBeLessThanOrEqual(Math.min(...heights));
    expect(columns[0]?.[0]).toBe(heights[0]);
  });
  it('keeps the order of the canvas down each column', () => {
    const columns = columnsOf(['a1', 'b9', 'c2', 'd8', 'e3', 'f7'], (cell) => Number(cell.slice(1)), 2);
    for (const column of columns) expect(column).toEqual(column.toSorted());
  });
  it('has one column where there is no room, and empty ones where there is nothing', () => {
    expect(columnsOf([1, 2, 3], () => 1, 0)).toEqual([[1, 2, 3]]);
    expect(columnsOf([], () => 1, 3)).toEqual([[], [], []]);
  });
  it('cuts a long block into pieces of about equal length, and loses no row', () => {
    const cut = pieces(new Map([['page', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]], ['data', [1, 2]]]));
    expect(cut.map(({ block, rows, first }) => [block, rows.length, first])).toEqual([['page', 6, true], ['page', 5, false], ['data', 2, true]]);
    expect(cut.filter(({ block }) => block === 'page').flatMap(({ rows }) => rows)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect(pieces(new Map([['none', []]]))).toEqual([{ block: 'none', rows: [], first: true }]);
  });
  it('counts the lines that a claim takes', () => {
    const [short, long] = [{ claim: 'short', small: '' }, { claim: 'x'.repeat(90), small: '' }];
    expect(heightOf([long], 30) - heightOf([short], 30)).toBe(31);
    expect(heightOf([short, short], 30)).toBeGreaterThan(heightOf([short], 30));
    expect(heightOf([{ claim: 'short', small: 'y'.repeat(80) }], 30)).toBeGreaterThan(heightOf([short], 30));
    expect(heightOf([long], 0)).toBeLessThan(1000);
  });
});
