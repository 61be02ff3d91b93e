import { describe, expect, it } from 'vitest';
import { left, leftText, standing } from '../src/features/deployment/wait';
import { timesOf, weeks } from '../src/features/monitoring/series';
import { reasonOf } from '../src/features/pipeline/StepPanel';
import { curl, java, python } from '../src/features/serving/curl';
import type { Rollout, RolloutStepRun, TrafficDay } from '../src/shared/api/types';
import { bars } from '../src/shared/lib/gantt';
import { blocks, spans } from '../src/shared/lib/markdown';
import { fitted } from '../src/shared/lib/scale';

describe('when steps worked', () => {
  const step = (name: string, dependsOn: string[], from?: number, to?: number, state: 'SUCCEEDED' | 'LEASED' = 'SUCCEEDED') => ({
    name, dependsOn, state, ...(from === undefined ? {} : { beganAfter: from }), ...(to === undefined ? {} : { endedAfter: to }),
  });
  it('draws a working step up to now, and none that has not begun', () => {
    const drawn = bars([step('read', [], 0, 100), step('train', ['read'], 100, undefined, 'LEASED'), step('gate', ['train'])], 350);
    expect(drawn.map(({ name, from, to }) => [name, from, to])).toEqual([['read', 0, 100], ['train', 100, 350]]);
  });
  it('marks the longest way: the step that ended last, and each time what it waited for', () => {
    const drawn = bars([step('read', [], 0, 100), step('check', ['read'], 100, 120), step('embed', ['read'], 100, 400), step('train', ['check', 'embed'], 400, 500), step('note', ['read'], 100, 110)], 500);
    expect(drawn.filter(({ critical }) => critical).map(({ name }) => name)).toEqual(['read', 'embed', 'train']);
  });
  it('survives clocks that run backwards and runs without any time', () => {
    expect(bars([step('read', [], 50, 20)], 60)[0]).toMatchObject({ from: 50, to: 50 });
    expect(bars([step('read', [])], 60)).toEqual([]);
    expect(bars([], 60)).toEqual([]);
  });
});

describe('why a step ran', () => {
  it.each([
    ['HIT run_01a20ed1-1308-7000-bf68-12e6380235c3', 'the same inputs gave this result in run 0235c3.'],
    ['CHANGED input.ingest, params.unit, probe', 'it ran because these changed: what ingest gave, the parameter unit, what it looks up.'],
    ['ABSENT', 'it ran because nothing like it had run before.'],
    ['EFFECT', 'it runs each time: it changes something outside the run.'],
    ['EVICTED', 'it ran again because its earlier result is no longer stored.'],
    ['POLICY_NEVER', 'it runs each time: its step is never cached.'],
    ['the rows changed', 'the rows changed'],
  ])('%s', (reason, said) => {
    expect(reasonOf(reason)).toBe(said);
  });
});

describe('what a rollout waits for', () => {
  const step = (extra: Partial<RolloutStepRun> = {}): RolloutStepRun => ({ share: 0.25, hold: 'PT6H', minRequests: 60, state: 'RUNNING', startedAt: '2002-09-29T06:00:00Z', championRequests: 0, candidateRequests: 42, guardrails: [], ...extra });
  const rollout = (state: Rollout['state'], extra: Partial<Rollout> = {}): Rollout => ({ id: 'r', product: 'p', kind: 'CANARY', from: '1.0.0', to: '1.1.0', state, cause: 'c', startedAt: '2002-09-29T06:00:00Z', steps: [step()], decisions: [], approvals: [], ...extra });
  const now = '2002-09-29T08:00:00Z';
  it('counts requests and hold down on the product clock', () => {
    expect(left(step(), now)).toEqual({ requests: 18, hold: 4 * 3_600_000, done: 1 / 3 });
    expect(left(step({ candidateRequests: 90, hold: 'PT0S' }), now)).toEqual({ requests: 0, hold: 0, done: 1 });
    expect(left(step({ endedAt: now }), now)).toBeUndefined();
  });
  it('never counts below nothing, nor from the future', () => {
    expect(left(step(), '2002-10-29T08:00:00Z')?.hold).toBe(0);
    expect(left(step(), '2002-01-01T00:00:00Z')).toMatchObject({ hold: 6 * 3_600_000, done: 0 });
  });
  it('says it in words', () => {
    expect(leftText({ requests: 18, hold: 4 * 3_600_000, done: 0 })).toBe('18 requests and 4 h of hold left');
    expect(leftText({ requests: 1, hold: 0, done: 0 })).toBe('1 request left');
    expect(leftText({ requests: 0, hold: 0, done: 1 })).toBe('decides with the next look');
  });
  it('names for whom or for what it waits', () => {
    const admission = { mode: 'delivery', by: 'ana', approvalsNeeded: 2, fourEyes: true, windows: ['Mon-Thu 09:00-16:00'], freezes: ['2002-12-21..2003-01-03'], requires: [], authors: [], checks: [] };
    expect(standing(rollout('PENDING', { approvals: ['ben'], admission }), now)).toBe('Waits for approval: 1 of 2 (ben).');
    expect(standing(rollout('WAITING_WINDOW', { admission }), now)).toBe('Waits for a release window: Mon-Thu 09:00-16:00; frozen 2002-12-21..2003-01-03.');
    expect(standing(rollout('RUNNING'), now)).toBe('At 25 %: 18 requests and 4 h of hold left.');
    const decided = { decisions: [{ at: now, decision: 'HOLD', why: 'p95 is above 40 ms', by: 'controller', numbers: {} }] };
    expect(standing(rollout('HELD', decided), now)).toBe('Held: p95 is above 40 ms. A person decides.');
    expect(standing(rollout('ROLLED_BACK', decided), now)).toBe('Rolled back: p95 is above 40 ms');
    expect(standing(rollout('BAKING', { steps: [step({ share: 1, candidateRequests: 70 })] }), now)).toBe('Answers everything, guardrails armed; 4 h of hold left.');
    expect(standing(rollout('PROMOTED'), now)).toBe('promoted');
  });
});

describe('answers week by week', () => {
  const day = (at: string, byLabel: Record<string, number>): TrafficDay => ({ day: at, served: 1, labelled: 0, byLabel, byVersion: {} });
  const daily = [day('2002-08-01', { ham: 30, spam: 10 }), day('2002-08-03', { ham: 30, spam: 10 }), day('2002-08-09', { ham: 5 }), day('2002-08-15', { ham: 20, spam: 60 })];
  it('pools days into weeks and compares with the first full ones', () => {
    const heat = weeks(daily);
    expect(heat.labels).toEqual(['ham', 'spam']);
    expect(heat.weeks.map(({ n, thin }) => [n, thin])).toEqual([[80, false], [5, true], [80, false]]);
    expect(heat.weeks[0]?.shares).toEqual({ ham: 0.75, spam: 0.25 });
    expect(heat.expected).toEqual({ ham: 0.5, spam: 0.5 });
    expect(heat.reference).toBe(2);
  });
  it('says nothing about nothing', () => {
    expect(weeks([])).toEqual({ weeks: [], labels: [], expected: {}, reference: 0 });
  });
  it('gives all charts of the page one time axis', () => {
    expect(timesOf({ monitors: [], daily })).toEqual([Date.parse('2002-08-01'), Date.parse('2002-08-16')]);
  });
});

describe('the same request in three languages', () => {
  const nasty = 'It\'s "quoted" \\ and\nbroken \u2028 here';
  it('a quote cannot end the argument of the shell', () => {
    expect(curl('http://h', 'p q', nasty)).toContain("/predict/p%20q");
    expect(curl('http://h', 'p', "it's").match(/'/g)?.length).toBe(7);
  });
  it('a text cannot end a literal of Java or Python', () => {
    for (const program of [java('http://h', 'p', nasty), python('http://h', 'p', nasty)]) {
      expect(program).not.toContain('\u2028');
      expect(program).not.toContain('\nbroken');
      expect(program).toContain('/api/v1/predict/p');
    }
    expect(python('http://h', 'p', 'a"b')).toContain(String.raw`"a\"b"`);
  });
});

describe('documents', () => {
  const source = '# Model card\n\nWhat **it** does: `labels` mail,\nsee [the run](/api/v1/runs/1).\n\n- one\n- two\n\n| metric | value |\n|---|---|\n| f1 | 0.9 |\n\n```\ncode | here\n```\nNOT ANSWERED\n';
  it('reads headings, paragraphs, lists, tables and code', () => {
    expect(blocks(source)).toEqual([
      { kind: 'heading', level: 1, text: 'Model card' },
      { kind: 'paragraph', text: 'What **it** does: `labels` mail, see [the run](/api/v1/runs/1).' },
      { kind: 'list', items: ['one', 'two'] },
      { kind: 'table', head: ['metric', 'value'], rows: [['f1', '0.9']] },
      { kind: 'code', text: 'code | here' },
      { kind: 'paragraph', text: 'NOT ANSWERED' },
    ]);
  });
  it('ends on any text, however broken', () => {
    for (const broken of ['', '```', '|', '#', '- ', '####### seven', '\n\n\n', '| a\n|', '**', '[x](', '#no space']) expect(Array.isArray(blocks(broken))).toBe(true);
    expect(blocks('``` \nnever closed')).toEqual([{ kind: 'code', text: 'never closed' }]);
  });
  it('lets links lead to this server or over TLS, and nowhere else', () => {
    expect(spans('see [a](/x) and [b](javascript:alert(1)) and [c](https://e.org) and [d](//evil)')).toEqual([
      { kind: 'text', text: 'see ' },
      { kind: 'link', text: 'a', href: '/x' },
      { kind: 'text', text: ' and ' },
      { kind: 'text', text: 'b' },
      { kind: 'text', text: ') and ' },
      { kind: 'link', text: 'c', href: 'https://e.org' },
      { kind: 'text', text: ' and ' },
      { kind: 'text', text: 'd' },
    ]);
    expect(spans('**strong** and `code`').map(({ kind }) => kind)).toEqual(['strong', 'text', 'code']);
    expect(spans('<script>alert(1)</script>')).toEqual([{ kind: 'text', text: '<script>alert(1)</script>' }]);
  });
});

describe('labels in a chart', () => {
  it('stay inside', () => {
    expect(fitted(90, 40, 100)).toEqual({ from: 60, to: 100 });
    expect(fitted(10, 40, 100)).toEqual({ from: 10, to: 50 });
    expect(fitted(10, 140, 100)).toEqual({ from: 0, to: 140 });
  });
});
