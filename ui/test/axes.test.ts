import { describe, expect, it } from 'vitest';
import { alongs, axisName, axisOf, counters, placeText, ticksOf } from '../src/features/tracking/axes';

describe('the axis of curves', () => {
  it('is the one that the address asks for, and a metric only where the runs have it', () => {
    expect([null, 'time', 'clock', 'metrics.train/epoch', 'metrics.gone', 'nonsense'].map((asked) => axisOf(asked, ['loss', 'train/epoch']))).toEqual(['step', 'time', 'clock', 'metrics.train/epoch', 'step', 'step']);
    expect(counters(['acc', 'train/epoch', 'num_examples_seen', 'loss', 'recipe'])).toEqual(['train/epoch', 'num_examples_seen', 'acc', 'loss', 'recipe']);
    expect([axisName('metrics.epoch'), axisName('clock')]).toEqual(['epoch', 'time']);
  });
  it('says where a place is in the words of its axis, as exactly as the stretch asks for', () => {
    const noon = Date.parse('2026-03-01T12:00:05Z');
    expect([placeText('step', 1500, 0), placeText('time', 100, 0), placeText('time', 0, 0), placeText('metrics.epoch', 1.5, 0)]).toEqual(['1,500', '1 min 40 s', '0 s', '1.5']);
    expect([placeText('clock', noon, 1000), placeText('clock', noon, 3_600_000), placeText('clock', noon, 9 * 86_400_000)]).toEqual(['12:00:05', '12:00', '1 Mar']);
  });
  it('puts equal ratios at equal distances by its logarithm, and finds its way back', () => {
    const { to, from } = alongs([1, 100], [0, 200], true);
    expect([1, 10, 100].map(to)).toEqual([0, 100, 200]);
    expect([0, 100, 200].map((place) => Math.round(from(place)))).toEqual([1, 10, 100]);
    expect(alongs([1, 101], [0, 200], false).to(51)).toBe(100);
  });
  it('has round places below it: powers, hours of a clock, minutes since the start, days', () => {
    expect(ticksOf('step', [1, 1000], true, 4)).toEqual([1, 10, 100, 1000]);
    const hours = ticksOf('clock', [Date.parse('2026-03-01T09:50:00Z'), Date.parse('2026-03-01T12:50:00Z')], false, 3);
    expect(hours.map((at) => placeText('clock', at, 3 * 3_600_000))).toEqual(['10:00', '11:00', '12:00']);
    expect(ticksOf('time', [0, 250], false, 6).map((at) => placeText('time', at, 250))).toEqual(['0 s', '1 min', '2 min', '3 min', '4 min']);
    expect(ticksOf('clock', [0, 400 * 86_400_000], false, 6).length).toBeLessThanOrEqual(7);
    expect(ticksOf('step', [5, 5], false, 4)).toEqual([5]);
  });
});
