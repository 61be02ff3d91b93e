import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { MemoryRouter } from 'react-router';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import * as data from '../e2e/data.js';
import { BoardTools } from '../src/features/canvas/BoardTools';
import { resourcePage, subjectText, validity } from '../src/features/canvas/evidence';
import { viewOf } from '../src/features/canvas/view';
import { Handle } from '../src/features/monitoring/Handle';
import { RunActions } from '../src/features/pipeline/RunActions';
import { StepPanel } from '../src/features/pipeline/StepPanel';
import { Feedback } from '../src/features/serving/Feedback';
import type { Answer, Incident, ModelVersion, Run, StepRun } from '../src/shared/api/types';
import { stations } from '../src/shared/lib/loop';
import { Empty } from '../src/shared/ui/Asked';
import { Markdown } from '../src/shared/ui/Markdown';

beforeAll(() => {
  const nothing = { getItem: () => null, setItem: () => undefined, removeItem: () => undefined };
  vi.stubGlobal('sessionStorage', nothing);
});

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
const runs = data.runs as unknown as readonly Run[];
const run = (id: string): Run => runs.find((one) => one.id === id) as Run;

describe('the tools of the board', () => {
  const tools = (address: string, shownRows = 3) =>
    shown(<BoardTools counts={{ VIOLATED: 1, CONFORMS: 14, N_A: 0 }} lacks={{}} view={viewOf(new URLSearchParams(address))} shown={shownRows} total={15} toggle={() => undefined} set={() => undefined} clear={() => undefined} />);
  it('counts only states that occur, the worst first', () => {
    const said = text(tools(''));
    expect(said.indexOf('Violated 1')).toBeLessThan(said.indexOf('Conforms 14'));
    expect(said).not.toContain('Not applicable');
  });
  it('presses what the address says', () => {
    expect(tools('state=VIOLATED&show=mine&beside=90').match(/aria-pressed="true"/g)).toHaveLength(3);
    expect(tools('').match(/aria-pressed="true"/g)).toHaveLength(1);
  });
  it('offers the way back only where something is hidden', () => {
    expect(text(tools('state=VIOLATED', 1))).toContain('1 of 15 shown, show all');
    expect(text(tools('', 15))).not.toContain('show all');
  });
});

describe('small print', () => {
  it('shortens digests in subjects and leaves names alone', () => {
    expect(subjectText('mail@ae0a96f63cc8')).toBe('mail@ae0a96');
    expect(subjectText('canvas@1.0.0')).toBe('canvas@1.0.0');
    expect(subjectText('false_spam_rise')).toBe('false spam rise');
  });
  it('calls a century what it is', () => {
    expect(validity('P36500D')).toBe('valid while the answer stands');
    expect(validity('PT48H')).toBe('valid 2 d');
  });
  it('knows where a resource can be seen at work', () => {
    expect(['monitor', 'GATE', 'rollout', 'pipeline', 'unheard-of'].map(resourcePage)).toEqual(['/monitor', '/models', '/rollouts', '/runs', '']);
  });
});

describe('what people may do with an incident', () => {
  const incident = (extra: Partial<Incident> = {}): Incident => ({ id: 'i-1', product: 'p', title: 't', cause: 'c', version: '1.0.0', state: 'open', openedAt: '2002-09-29T00:00:00Z', trace: [], ...extra });
  it('an open one can be seen, ended or put off; one that is over only judged', () => {
    expect(text(shown(<Handle incident={incident()} />))).toBe('Acknowledge or resolve Call nobody for 4 hours');
    expect(text(shown(<Handle incident={incident({ resolvedAt: '2002-10-07T00:00:00Z' })} />))).toBe('Say what it was worth');
  });
  it('says who has seen it, as what, and until when nobody is called', () => {
    const said = text(shown(<Handle incident={incident({ acknowledgedAt: '2002-09-29T01:00:00Z', acknowledgedBy: 'ana', worth: 'ACTIONABLE', snoozedUntil: '2002-09-29T05:00:00Z' })} />));
    expect(said).toContain('Acknowledged by ana, 29 Sep 2002, 01:00, as actionable.');
    expect(said).toContain('Nobody is called before 29 Sep 2002, 05:00.');
  });
});

describe('a step and its run', () => {
  const step = (extra: Partial<StepRun> = {}): StepRun => ({ name: 'train', state: 'SUCCEEDED', dependsOn: [], attempt: 2, cacheReason: 'CHANGED input.prepare', wallMillis: 4000, cpuMillis: 3500, executor: 'forked-jvm', ...extra });
  const explain = { step: 'train', decision: 'RUN', reason: 'CHANGED input.prepare', differences: [{ leaf: 'input.prepare', before: `sha256:${'a'.repeat(64)}`, after: `sha256:${'b'.repeat(64)}` }], leaves: {} };
  it('says why it ran, with both digests short, and its log', () => {
    const said = text(shown(<StepPanel product="p" run="r" step={step()} />, [[['run', 'p', 'r', 'explain', 'train'], explain], [['log', 'p', 'r', 'train'], data.log]]));
    expect(said).toContain('Why: it ran because these changed: what prepare gave.');
    expect(said).toContain('aaaaaaaa bbbbbbbb');
    expect(said).toContain('12 lines');
    expect(said).toContain('epoch 12: loss 0.0583');
    expect(said).toContain('attempt 2');
  });
  it('shows what failed in the words of the step, and its record when it gave one', () => {
    const html = shown(<StepPanel product="p" run="r" step={step({ failure: 'TRANSIENT: the disk is full', output: { rows: 12 } })} />);
    expect(text(html)).toContain('TRANSIENT: the disk is full');
    expect(text(html)).toContain('Output record');
    expect(html).toContain('&quot;rows&quot;: 12');
  });
  it('offers to stop what works and to start what has ended', () => {
    expect(text(shown(<RunActions run={run('r-3')} />))).toBe('Cancel the run');
    expect(text(shown(<RunActions run={run('r-2')} />))).toBe('Run it again');
    expect(text(shown(<RunActions run={{ ...run('r-2'), state: 'FAILED' }} />))).toBe('Retry from where it stopped');
  });
});

describe('the stations of a life', () => {
  const now = (life: Parameters<typeof stations>[0]) => stations(life).filter(({ look }) => look === 'now').map(({ name }) => name);
  it('breathes where the newest run is, and nowhere once it has ended', () => {
    expect(now({ runs })).toEqual(['Train']);
    expect(now({ runs: [run('r-2')] })).toEqual([]);
  });
  it('says how many rows a run took in, once it has counted them', () => {
    const counted = { ...run('r-2'), steps: run('r-2').steps.map((one) => (one.name === 'ingest' ? { ...one, output: { rows: 6046 } } : one)) };
    expect(stations({ runs: [counted] })[1]?.note).toBe('6,046 rows');
    expect(stations({ runs: [run('r-3')] })[1]?.note).toBe('reading');
  });
  it('shows the deciding metric of the newest version in its unit', () => {
    const versions = data.versions as unknown as readonly ModelVersion[];
    expect(stations({ versions })[3]?.note).toBe('macro f1 0.958');
    const [first] = versions;
    expect(stations({ versions: first ? [{ ...first, metrics: { false_spam: 0.0286 } }] : [] })[3]?.note).toBe('false spam 2.86 %');
  });
});

describe('pieces that teach', () => {
  it('an empty state names the one command that fills it', () => {
    expect(text(shown(<Empty title="Quiet so far" command="./espalier status mail">See what is watched:</Empty>))).toBe('Quiet so far See what is watched: ./espalier status mail');
  });
  it('asks for the true label among those that the model knows', () => {
    const answer: Answer = { predictionId: 'p-1', label: 'spam', probabilities: { ham: 0.1, spam: 0.9 }, modelVersion: '1.0.0', servedBy: 'champion', latencyMicros: 600 };
    const said = text(shown(<Feedback answer={answer} />));
    expect(said).toContain('It is ham It is spam');
  });
  it('sets a document in the page, and nothing in it becomes HTML', () => {
    const html = shown(<Markdown source={'# Card\n\n<img src=x onerror=alert(1)> **strong**\n\n| a | b |\n|---|---|\n| 1 | `2` |\n'} />);
    expect(html).toContain('<h2>');
    expect(html).toContain('<code>2</code>');
    expect(html).not.toContain('<img');
    expect(html).toContain('&lt;img');
  });
});
