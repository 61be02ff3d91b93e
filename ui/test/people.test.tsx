import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { readFileSync } from 'node:fs';
import type { ReactNode } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { MemoryRouter } from 'react-router';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import * as data from '../e2e/data.js';
import { Comments } from '../src/features/canvas/Comments';
import { Avatar } from '../src/features/canvas/Avatar';
import { answerable, hueOf, initials, membersOf } from '../src/features/canvas/people';
import { Present, slidesOf } from '../src/features/canvas/Present';
import { Row } from '../src/features/canvas/Row';
import { asJson, blocksIn } from '../src/features/canvas/source';
import { aboutOf, forProduct, titleOf } from '../src/features/canvas/templates';
import { load } from '../src/features/canvas/templateFiles';
import type { Conformance, Question } from '../src/shared/api/types';
import { viewsTouchedBy } from '../src/shared/api/stream';

beforeAll(() => vi.stubGlobal('sessionStorage', { getItem: () => null, setItem: () => undefined, removeItem: () => undefined }));

function shown(element: ReactNode, seeds: readonly (readonly [readonly string[], unknown])[] = []): string {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity, retry: false } } });
  for (const [key, value] of seeds) client.setQueryData(key, value);
  return renderToStaticMarkup(
    <QueryClientProvider client={client}>
      <MemoryRouter>{element}</MemoryRouter>
    </QueryClientProvider>,
  );
}
const text = (html: string) => html.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ').trim();
const board = data.conformance as unknown as Conformance;
const [first] = board.questions;
const asked = (over: Partial<Question>): Question => ({ ...(first as Question), ...over });
const authors = asked({ question: 'product.authors', answer: { authors: [{ user: 'ana', role: 'owner' }, { user: 'ben', role: 'approver' }, { user: 'cem', role: 'contributor' }] } as unknown as NonNullable<Question['answer']> });
const members = membersOf({ questions: [authors] });

describe('people', () => {
  it('come from the canvas with their roles, and from nothing else', () => {
    expect(members).toEqual([{ user: 'ana', role: 'owner' }, { user: 'ben', role: 'approver' }, { user: 'cem', role: 'contributor' }]);
    expect(membersOf({ questions: [] })).toEqual([]);
    expect(membersOf({ questions: [asked({ question: 'product.authors', answer: { authors: 'ana' } as unknown as NonNullable<Question['answer']> })] })).toEqual([]);
  });
  it('answer for what names them, at any depth; the owner for the rest', () => {
    const answer = (value: unknown) => ({ answer: value as NonNullable<Question['answer']> });
    expect(answerable([answer({ stack: { vcs: { owner: 'cem' } } }), answer({ oncall: ['ben', 'zoe'] })], members)).toEqual(['ben', 'cem']);
    expect(answerable([answer({ target: '30d' })], members)).toEqual(['ana']);
    expect(answerable([answer({ owner: 'zoe' })], [])).toEqual([]);
  });
  it('have two letters and a steady colour', () => {
    expect(['ana', 'ben.kahl', 'x', 'élodie-martin', '--'].map(initials)).toEqual(['An', 'BK', 'X', 'ÉM', '?']);
    expect(hueOf('ana')).toBe(hueOf('ana'));
    expect(shown(<Avatar {...{ user: 'ben', role: 'approver' }} />)).toContain('aria-label="ben, approver"');
  });
});

describe('comments', () => {
  const comment = (id: string, by: string, over = {}) => ({ id, question: first?.question ?? '', version: '1.0.0', by, at: '2002-11-30T08:00:00Z', text: `says ${by} <b>loudly</b>`, ...over });
  const room = (user: string, comments: readonly unknown[]) =>
    shown(<Comments product="mail-filter" question={first?.question ?? ''} now="2002-12-01T08:00:00Z" />, [
      [['comments', 'mail-filter'], comments],
      [['me'], { user, via: 'TOKEN', roles: {} }],
      [['conformance', 'mail-filter'], { ...board, questions: [...board.questions, authors] }],
    ]);
  it('show who said what on which version, as text and not as markup', () => {
    const html = room('cem', [comment('c1', 'ben')]);
    expect(html).toContain('says ben &lt;b&gt;loudly&lt;/b&gt;');
    expect(text(html)).toContain('ben on 1.0.0');
  });
  it('are settled by their author or an approver, and by nobody else', () => {
    expect(room('cem', [comment('c1', 'ben')])).not.toContain('Settle the comment');
    expect(room('cem', [comment('c1', 'cem')])).toContain('Settle the comment of cem');
    expect(room('ben', [comment('c1', 'cem')])).toContain('Settle the comment of cem');
  });
  it('fold away once they are settled, and those of other questions do not show', () => {
    const html = room('ben', [comment('c1', 'cem', { settledBy: 'ana' }), comment('c2', 'ben', { question: 'another' })]);
    expect(text(html)).toContain('1 settled');
    expect(text(html)).toContain('settled by ana');
    expect(html).not.toContain('says ben');
  });
  it('are counted beside the claim, and an event of theirs asks for them again', () => {
    const row = (talk: number) => shown(<Row question={first as Question} now="2002-12-01T08:00:00Z" open={false} talk={talk} />);
    expect(text(row(2))).toContain('2 open comments');
    expect(row(0)).not.toContain('open comment');
    expect(viewsTouchedBy('comment.added')).toContain('comments');
  });
});

describe('the presentation', () => {
  it('gives each block its slide, splits what is too long evenly, and leaves out what does not apply', () => {
    const many = Array.from({ length: 11 }, (_, at) => asked({ question: `q${at}`, block: 'serving', state: at === 0 ? 'N_A' : 'CONFORMS' }));
    const slides = slidesOf({ questions: [...many, asked({ question: 'other', block: 'data' })], blocks: [{ block: 'serving', title: 'Serving', state: 'CONFORMS' } as unknown as Conformance['blocks'][number]] });
    expect(slides.map(({ title, rows, part }) => [title, rows.length, part])).toEqual([['Serving', 5, '1 of 2'], ['Serving', 5, '2 of 2'], ['data', 1, '']]);
    const small = (block: string, lane: Question['lane'], n: number) => Array.from({ length: n }, (_, at) => asked({ question: `${block} ${at}`, block, lane, state: 'CONFORMS' }));
    const packed = slidesOf({ questions: [...small('a', 'DESIGN', 4), ...small('b', 'DESIGN', 5), ...small('c', 'DESIGN', 1), ...small('d', 'DEVELOP', 1)], blocks: [] });
    expect(packed.map(({ title, rows }) => [title, rows.length])).toEqual([['a · b', 9], ['c', 1], ['d', 1]]);
  });
  it('begins with the headline and its counts, and stops at both ends', () => {
    const at = (slide: number) => shown(<Present board={board} at={slide} go={() => undefined} end={() => undefined} />);
    expect(text(at(0))).toContain(board.product);
    expect(at(0)).toMatch(/disabled=""[^>]*>Back/);
    expect(text(at(999))).toContain(`${slidesOf(board).length + 1}/${slidesOf(board).length + 1}`);
    expect(at(999)).toMatch(/disabled=""[^>]*>Next/);
    expect(at(1)).not.toMatch(/disabled=""/);
  });
});

describe('templates', () => {
  it('are the files of examples, each with a word about it', async () => {
    const files = await load();
    expect(files.length).toBeGreaterThanOrEqual(4);
    for (const { text: source } of files) expect(aboutOf(source).length).toBeGreaterThan(20);
    expect(titleOf('../../examples/mail-filter/canvas.yaml')).toBe('Mail filter');
    expect(titleOf('../../examples/templates/four-eyes.yaml')).toBe('Four eyes');
    expect(aboutOf('canvas: espalier/1')).toBe('');
  });
  it('become canvases of the product at hand by their name alone', async () => {
    for (const { text: source } of await load()) {
      const mine = forProduct(source, 'invoices');
      expect(mine).toMatch(/name: invoices/);
      expect(mine.split('\n').filter((line, at) => line !== source.split('\n')[at])).toHaveLength(1);
    }
  });
  it('say what they answer', () => {
    expect(blocksIn(readFileSync(new URL('../../examples/templates/four-eyes.yaml', import.meta.url), 'utf8'))).toEqual(['product', 'model', 'value', 'objectives', 'data', 'metrics', 'modeling', 'ct', 'deploy', 'serving']);
    expect(blocksIn('- a list')).toEqual([]);
  });
});

describe('a canvas as JSON', () => {
  it('keeps numbers as numbers and everything else as text', () => {
    expect(JSON.parse(asJson('metrics: [{min_n: 20, target: ">= 80%", due: 2027-12-31, blocking: no, rate: 1000/day}]') ?? '')).toEqual({ metrics: [{ min_n: 20, target: '>= 80%', due: '2027-12-31', blocking: 'no', rate: '1000/day' }] });
  });
  it('is nothing where the text is no YAML', () => {
    expect(asJson('a: [')).toBeUndefined();
  });
});
