import { describe, expect, it } from 'vitest';
import { bytes, count, duration, durationMillis, interval, millis, number, percent, shortDigest, sign, value, words } from '../src/shared/lib/format';

describe('format', () => {
  it.each([
    [0, '0 %'],
    [0.0041, '0.41 %'],
    [0.5, '50 %'],
    [0.97, '97 %'],
    [1, '100 %'],
    [0.00001, '< 0.01 %'],
    [0.99999, '> 99.99 %'],
    [-0.014, '−1.4 %'],
    [1.062, '106.2 %'],
    [undefined, '–'],
    [Number.NaN, '–'],
  ])('writes the share %s as %s', (share, text) => expect(percent(share)).toBe(text));

  it.each([
    [0, '0'],
    [0.9581, '0.958'],
    [12.345, '12.3'],
    [1234.5, '1,235'],
    [-3, '−3'],
    [undefined, '–'],
    [Number.POSITIVE_INFINITY, '–'],
  ])('writes the number %s as %s', (given, text) => expect(number(given)).toBe(text));

  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1 kB'],
    [3_100_000, '3.1 MB'],
    [999_900, '1 MB'],
    [60_000_000, '60 MB'],
  ])('writes %s bytes as %s', (given, text) => expect(bytes(given)).toBe(text));

  it.each([
    [6.2, '6.2 ms'],
    [0.31, '0.31 ms'],
    [999, '999 ms'],
    [1800, '1.8 s'],
    [61_000, '1 min 1 s'],
    [11_520_000, '3 h 12 min'],
    [3_600_000, '1 h'],
    [3_599_900, '1 h'],
    [172_800_000, '2 d'],
    [-1800, '−1.8 s'],
    [undefined, '–'],
  ])('writes %s milliseconds as %s', (given, text) => expect(millis(given)).toBe(text));

  it.each([
    ['P7D', 604_800_000],
    ['PT1H30M', 5_400_000],
    ['PT0.5S', 500],
    ['PT0S', 0],
    ['P1DT2H', 93_600_000],
    ['P', undefined],
    ['PT', undefined],
    ['7 days', undefined],
    [undefined, undefined],
  ])('reads the duration %s', (iso, expected) => expect(durationMillis(iso)).toBe(expected));

  it('says nothing of a duration that is none', () => expect(duration('soon')).toBe('–'));

  it.each([
    [0.0041, 'share', '0.41 %'],
    [41, '%', '41 %'],
    [0.014, 'pp', '1.4 pp'],
    [6.2, 'ms', '6.2 ms'],
    [1.8, 's', '1.8 s'],
    [3_100_000, 'bytes', '3.1 MB'],
    [6046, 'rows', '6,046'],
    [212, 'EUR/month', '212 EUR/month'],
    [0.958, undefined, '0.958'],
    [undefined, 'weeks', '–'],
  ])('writes %s in %s as %s', (given, unit, text) => expect(value(given, unit)).toBe(text));

  it('writes the unit of an interval once', () => {
    expect(interval(0.0026, 0.0063, 'share')).toBe('0.26–0.63 %');
    expect(interval(1, 2)).toBe('1–2');
    expect(interval(500, 1500, 'ms')).toBe('500 ms–1.5 s');
    expect(interval(undefined, 2)).toBe('');
  });

  it('knows the signs and leaves others alone', () => {
    expect(sign('AT_MOST')).toBe('≤');
    expect(sign('AT_LEAST')).toBe('≥');
    expect(sign('in')).toBe('in');
    expect(sign(undefined)).toBe('');
  });

  it('shortens digests and constants', () => {
    expect(shortDigest('sha256:7f3a00c2ffee')).toBe('7f3a00c2');
    expect(shortDigest('')).toBe('–');
    expect(words('ROLLED_BACK')).toBe('rolled back');
    expect(count(12345)).toBe('12,345');
  });
});
