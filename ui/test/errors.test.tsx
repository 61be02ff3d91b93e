import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { MemoryRouter } from 'react-router';
import { describe, expect, it } from 'vitest';
import * as data from '../e2e/data.js';
import { Errors } from '../src/features/pipeline/Errors';
import { reproduction, worstConfusion } from '../src/features/pipeline/errors';
import { Provenance } from '../src/features/pipeline/Provenance';
import { examples } from '../src/features/serving/examples';
import type { Evaluation, Run } from '../src/shared/api/types';

function shown(element: ReactNode, seeds: readonly (readonly [readonly string[], unknown])[]): string {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity, retry: false } } });
  for (const [key, value] of seeds) client.setQueryData(key, value);
  return renderToStaticMarkup(
    <QueryClientProvider client={client}>
      <MemoryRouter>{element}</MemoryRouter>
    </QueryClientProvider>,
  );
}
const text = (html: string) => html.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ').trim();

const evaluation: Evaluation = {
  rung: 'v1',
  rungs: ['v1', 'v0', 'champion'],
  errors: {
    labels: ['ham', 'spam'],
    n: 100,
    confusion: [[60, 9], [1, 30]],
    reliability: [{ from: 0.5, to: 0.6, n: 10, confidence: 0.55, accuracy: 0.4 }, { from: 0.9, to: 1, n: 90, confidence: 0.97, accuracy: 0.96 }],
    curves: [{ label: 'spam', averagePrecision: 0.91, points: [{ threshold: 0.9, recall: 0.5, precision: 1 }, { threshold: 0.1, recall: 1, precision: 0.4 }] }],
  },
  slices: { 'list=yes': 0.71, 'list=no': 0.96 },
  worst: [{ rowId: 'r7', at: '2002-09-20T00:00:00Z', actual: 'ham', predicted: 'spam', given: 0.01, text: '<img src=x onerror=alert(1)> buy' }, { rowId: 'r8', at: '2002-09-20T00:00:00Z', actual: 'spam', predicted: 'ham', given: 0.2, text: '' }],
  surest: [{ rowId: 'r1', at: '2002-09-20T00:00:00Z', actual: 'ham', predicted: 'ham', given: 0.99, text: 'Hi Ben' }, { rowId: 'r2', at: '2002-09-20T00:00:00Z', actual: 'spam', predicted: 'spam', given: 0.98, text: '' }],
};
const seeded = (value: Evaluation) => shown(<Errors product="p" run="r" />, [[['run', 'p', 'r', 'evaluation', ''], value]]);

describe('texts to try', () => {
  it('are rows of the test that are still stored, one of each label and the hardest', () => {
    expect(examples(evaluation)).toEqual([
      { name: 'Clearly ham', text: 'Hi Ben' },
      { name: 'ham, taken for spam', text: '<img src=x onerror=alert(1)> buy' },
    ]);
    expect(examples(undefined)).toEqual([]);
    expect(examples({ surest: Array.from({ length: 30 }, (_, i) => ({ ...evaluation.worst[0]!, actual: `l${i}` })), worst: [] })).toHaveLength(4);
  });
});

describe('where a model errs', () => {
  it('says how many rows were wrong and what is taken for what', () => {
    expect(text(seeded(evaluation))).toContain('v1 got 10 of 100 test rows wrong, most often ham taken for spam (9).');
    expect(worstConfusion({ labels: ['a', 'b'], confusion: [[3, 0], [0, 4]] })).toBeUndefined();
    expect(worstConfusion({ labels: [], confusion: [] })).toBeUndefined();
  });
  it('tells the share found of each label, and orders slices by weakness', () => {
    const said = text(seeded(evaluation));
    expect(said).toContain('ham 60 9 87 %');
    expect(said.indexOf('list=yes')).toBeLessThan(said.indexOf('list=no'));
  });
  it('shows texts as text, and says which are gone', () => {
    const html = seeded(evaluation);
    expect(html).toContain('&lt;img src=x onerror=alert(1)&gt; buy');
    expect(html).not.toContain('<img');
    expect(text(html)).toContain('no longer stored (r8)');
  });
  it('reads its charts aloud', () => {
    expect(seeded(evaluation)).toContain('aria-label="Precision against recall: spam 0.91"');
    expect(seeded(evaluation)).toContain('0.55 right 40 % of 10');
  });
  it('is not there without rows', () => {
    expect(seeded({ ...evaluation, errors: { ...evaluation.errors, n: 0 } })).toBe('');
    expect(text(seeded({ ...evaluation, worst: [] }))).toContain('No test row was got wrong.');
  });
});

describe('how a run is made again', () => {
  it('checks out its sources, applies its canvas and runs', () => {
    expect(reproduction({ product: 'a b', canvasVersion: '1.0.0+x', commit: 'abc', origin: 'http://h' }).split('\n')).toEqual([
      'git checkout abc',
      "curl -s 'http://h/api/v1/canvases/a%20b/export?version=1.0.0%2Bx' > canvas.yaml",
      './espalier apply -f canvas.yaml',
      './espalier run a b --reason reproduction',
    ]);
    expect(reproduction({ product: 'p', canvasVersion: '1.0.0', commit: undefined, origin: '' })).not.toContain('git checkout');
  });
  it('names sources that were changed, the environment and the canvas', () => {
    const run = data.runs[0] as unknown as Run;
    const tags = { 'mlflow.source.git.commit': '0123456789abcdef', 'espalier.commit.clean': 'no', 'espalier.environment': 'Java 25' };
    const html = shown(<Provenance run={run} />, [[['record', run.id], { experiment: '1', run: { tags } }]]);
    expect(text(html)).toContain('0123456789, with changes');
    expect(text(html)).toContain('Java 25');
    expect(html).toContain(`/experiments/1/runs/${run.id}`);
  });
});
