import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { MemoryRouter, Route, Routes } from 'react-router';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import * as data from '../e2e/data.js';
import { between, statesAt } from '../src/features/canvas/between';
import { ComparedBoards } from '../src/features/canvas/ComparedBoards';
import { Checked } from '../src/features/canvas/TakeAway';
import type { Conformance, State, StateChange } from '../src/shared/api/types';

beforeAll(() => vi.stubGlobal('sessionStorage', { getItem: () => null, setItem: () => undefined, removeItem: () => undefined }));

function shown(element: ReactNode, seeds: readonly (readonly [readonly string[], unknown])[], address = '/p/mail-filter/canvas'): string {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity, retry: false } } });
  for (const [key, value] of seeds) client.setQueryData(key, value);
  return renderToStaticMarkup(
    <QueryClientProvider client={client}>
      <MemoryRouter initialEntries={[address]}>
        <Routes>
          <Route path="/p/:product/canvas" element={element} />
        </Routes>
      </MemoryRouter>
    </QueryClientProvider>,
  ).replaceAll('<!-- -->', '');
}
const board = data.conformance as unknown as Conformance;
const [one, two] = board.questions.map(({ question }) => question) as [string, string];
const change = (question: string, at: string, from: State, to: State, reason = ''): StateChange => ({ at, recordedAt: at, question, from, to, reason });
const changes = [
  change(two, '2002-10-03T00:00:00Z', 'CONFORMS', 'VIOLATED', 'too slow'),
  change(one, '2002-09-01T00:00:00Z', 'NO_EVIDENCE', 'CONFORMS'),
  change(two, '2002-09-01T00:00:00Z', 'NO_EVIDENCE', 'CONFORMS'),
  change(two, '2002-10-05T00:00:00Z', 'VIOLATED', 'CONFORMS', 'fast again'),
];

describe('the board at two moments', () => {
  it('is told from the changes up to each, however they are ordered', () => {
    expect(statesAt(changes, '2002-10-04T00:00:00Z').get(two)?.to).toBe('VIOLATED');
    expect(statesAt(changes, '2002-10-03T00:00:00Z').get(two)?.to).toBe('VIOLATED');
    expect(statesAt(changes, '2002-08-01T00:00:00Z').size).toBe(0);
  });
  it('names only what stood otherwise, with what was said at the later one', () => {
    expect(between(changes, [one, two], '2002-09-15T00:00:00Z', '2002-10-04T00:00:00Z')).toEqual([{ question: two, from: 'CONFORMS', to: 'VIOLATED', reason: 'too slow' }]);
    expect(between(changes, [one, two], '2002-09-15T00:00:00Z', '2002-10-06T00:00:00Z')).toEqual([]);
    expect(between(changes, [one], '2002-08-01T00:00:00Z', '2002-10-06T00:00:00Z')[0]?.from).toBeUndefined();
  });
  it('compares versions, releases and now, as the address says', () => {
    const version = (name: string, appliedAt: string) => ({ version: name, appliedAt, digest: 'sha256:00', appliedBy: 'ana', active: false });
    const versions = [version('1.0.0', '2002-09-15T00:00:00Z'), version('1.1.0', '2002-10-04T00:00:00Z')] as unknown as Parameters<typeof ComparedBoards>[0]['versions'];
    const seeds = [
      [['conformance', 'mail-filter'], board],
      [['conformance', 'mail-filter', 'history'], changes],
      [['deployment', 'mail-filter'], { rollouts: [{ to: '2.0.0', finishedAt: '2002-10-06T00:00:00Z' }, { to: '2.1.0' }] }],
    ] as const;
    const html = shown(<ComparedBoards product="mail-filter" versions={versions} />, seeds, '/p/mail-filter/canvas?from=2002-09-15T00:00:00Z&to=2002-10-04T00:00:00Z');
    expect(html).toContain('1 answer stood otherwise');
    expect(html).toContain('too slow');
    expect(html).toContain('release 2.0.0');
    expect(html).not.toContain('release 2.1.0');
  });
});

describe('a signed copy', () => {
  it('is genuine, or says why not', () => {
    const found = { intact: true, version: '1.2.0', takenAt: '2026-11-20T10:00:00Z', problems: [] };
    expect(renderToStaticMarkup(<Checked found={found} />)).toContain('Genuine: the board of canvas 1.2.0');
    expect(renderToStaticMarkup(<Checked found={{ ...found, intact: false, problems: ['Something was changed.'] }} />)).toContain('Not what was signed here: Something was changed.');
  });
});
