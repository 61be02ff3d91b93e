import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { FeatureHeat } from '../src/features/monitoring/FeatureHeat';
import { driftCsv, furthest, looks } from '../src/features/monitoring/features';
import type { FeatureDrift, FeatureWeek } from '../src/shared/api/types';

const cell = (feature: string, beyondChance: number, p: number) => ({ feature, distance: beyondChance + 0.05, beyondChance, p });
const week = (from: string, n: number, cells: FeatureWeek['cells']): FeatureWeek => ({ from: `${from}T00:00:00Z`, to: new Date(Date.parse(from) + 7 * 86_400_000).toISOString(), version: '1.0.0', n, cells });
const drift: FeatureDrift = {
  features: ['characters', 'words', 'links'],
  weeks: [week('2002-08-05', 200, [cell('characters', 0, 0.4), cell('words', 0.02, 0.2)]), week('2002-08-12', 12, [cell('characters', 0.7, 0.01), cell('words', 0.6, 0.01)]), week('2002-08-19', 300, [cell('characters', 0.1, 0.001), cell('words', 0.5, 0.0001)])],
};

describe('the drift of features', () => {
  it('names the cell that is farthest away, and none of a week with too few texts', () => {
    expect(furthest(drift)).toEqual({ feature: 'words', from: '2002-08-19T00:00:00Z' });
    expect(furthest({ ...drift, weeks: drift.weeks.slice(0, 2) })).toBeUndefined();
  });
  it('leaves a thin week open, darkens by the distance and marks what chance does not explain', () => {
    const [calm, thin, far] = drift.weeks as [FeatureWeek, FeatureWeek, FeatureWeek];
    expect(looks(calm, 'words')).toMatchObject({ open: false, marked: false });
    expect(looks(thin, 'words')).toMatchObject({ open: true, marked: false });
    expect(looks(far, 'words')).toMatchObject({ open: false, depth: 1, marked: true });
    expect(looks(far, 'characters').depth).toBeCloseTo(0.25);
    expect(looks(far, 'words').words).toBe('words, week of 19 Aug: 0.5 beyond chance (distance 0.55, p 0.0001) of 300 texts to 1.0.0');
  });
  it('says why a feature of one value has nothing to compare', () => {
    expect(looks(drift.weeks[2] as FeatureWeek, 'links')).toMatchObject({ open: true, words: 'links, week of 19 Aug: one value in training, nothing to compare' });
  });
  it('gives every cell as a line of CSV', () => {
    const lines = driftCsv(drift).trim().split('\n');
    expect(lines).toHaveLength(7);
    expect(lines.at(-1)).toBe(`2002-08-19T00:00:00Z,2002-08-26T00:00:00.000Z,1.0.0,300,words,0.55,0.5,0.0001`);
  });
  it('has its finding as the headline and a table behind', () => {
    const client = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity, retry: false } } });
    client.setQueryData(['features', 'mail-filter'], drift);
    const html = renderToStaticMarkup(<QueryClientProvider client={client}><FeatureHeat product="mail-filter" times={[0, 1]} /></QueryClientProvider>);
    expect(html).toContain('drifted most in words, week of 19 Aug');
    expect(html).toContain('Table of 3 weeks');
  });
});
