import { describe, expect, it } from 'vitest';
import { essentialEdges, layers, layout } from '../src/shared/chart/dagLayout';
import { bullet, extent, labelRows, linear, segments, ticks } from '../src/shared/lib/scale';

const diamond = [
  { id: 'a', needs: [] },
  { id: 'b', needs: ['a'] },
  { id: 'c', needs: ['a'] },
  { id: 'd', needs: ['b', 'c', 'a'] },
];

describe('graph layout', () => {
  it('puts each node after everything that it needs', () => {
    expect([...layers(diamond)]).toEqual([['a', 0], ['b', 1], ['c', 1], ['d', 2]]);
  });
  it('gives no two nodes the same place', () => {
    const places = layout(diamond).map(({ layer, row }) => `${layer}/${row}`);
    expect(new Set(places).size).toBe(4);
  });
  it('does not depend on the order of the input', () => {
    const sorted = (nodes: typeof diamond) => layout(nodes).toSorted((x, y) => x.id.localeCompare(y.id));
    expect(sorted(diamond.toReversed())).toEqual(sorted(diamond));
  });
  it('leaves out an edge that a longer way implies', () => {
    expect(essentialEdges(diamond)).toEqual([{ from: 'a', to: 'b' }, { from: 'a', to: 'c' }, { from: 'b', to: 'd' }, { from: 'c', to: 'd' }]);
  });
  it('ignores what it does not know and refuses a cycle', () => {
    expect(layers([{ id: 'x', needs: ['gone'] }]).get('x')).toBe(0);
    expect(essentialEdges([{ id: 'x', needs: ['gone'] }])).toEqual([]);
    expect(() => layers([{ id: 'x', needs: ['y'] }, { id: 'y', needs: ['x'] }])).toThrow('Cycle');
  });
  it('holds on an empty graph', () => expect(layout([])).toEqual([]));
  it('lays out a long chain without running out of stack', () => {
    const chain = Array.from({ length: 1000 }, (_, index) => ({ id: `n${index}`, needs: index === 0 ? [] : [`n${index - 1}`] }));
    expect(layers(chain).get('n999')).toBe(999);
  });
});

describe('scales', () => {
  it('maps the ends and the middle', () => {
    const scale = linear([0, 10], [100, 200]);
    expect([scale(0), scale(5), scale(10)]).toEqual([100, 150, 200]);
    expect(linear([3, 3], [0, 10])(3)).toBe(5);
  });
  it('ignores what is missing in an extent', () => {
    expect(extent([3, undefined, Number.NaN, -1])).toEqual([-1, 3]);
    expect(extent([])).toEqual([0, 1]);
  });
  it.each([
    [0, 1, [0, 0.5, 1]],
    [0, 0.07, [0, 0.02, 0.04, 0.06]],
    [-5, 5, [-5, 0, 5]],
    [2, 2, [2]],
  ])('ticks %s to %s at round values', (low, high, expected) => expect(ticks(low, high, low === 0 && high === 1 ? 2 : low === -5 ? 2 : 4)).toEqual(expected));
  it('keeps a bullet inside its bar', () => {
    expect(bullet(100, 1)).toEqual({ fill: 100 / 105, tick: 1 / 105 });
    expect(bullet(0, 0)).toEqual({ fill: 0, tick: 0 });
    expect(bullet(-3, 4).fill).toBe(0);
    expect(bullet(50, 100).fill).toBeLessThan(bullet(50, 100).tick);
  });
  it('never bridges a gap', () => {
    expect(segments([1, 2, 0, 3, 0, 0, 4], (value) => value > 0)).toEqual([[1, 2], [3], [4]]);
    expect(segments([0, 0], (value) => value > 0)).toEqual([]);
  });
  it('moves a label down only where it would cover another', () => {
    expect(labelRows([0, 10, 200], [50, 50, 50])).toEqual([0, 1, 0]);
    expect(labelRows([], [])).toEqual([]);
  });
});
