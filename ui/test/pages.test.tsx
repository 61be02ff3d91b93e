import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { MemoryRouter, Route, Routes } from 'react-router';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import * as canvas from '../e2e/canvas.js';
import * as data from '../e2e/data.js';

// Pages render on the server here, where a browser's storage does not exist.
beforeAll(() => {
  const nothing = { getItem: () => null, setItem: () => undefined, removeItem: () => undefined };
  vi.stubGlobal('sessionStorage', nothing);
  vi.stubGlobal('localStorage', nothing);
  vi.stubGlobal('location', new URL('http://127.0.0.1:8080/'));
});

const P = 'mail-filter';
type Seed = readonly [readonly string[], unknown];
const life: readonly Seed[] = [
  [['canvases'], [{ product: P, version: '1.0.0', headline: '' }]],
  [['conformance', P], data.conformance],
  [['runs', P], data.runs],
  [['run', P, 'r-3'], data.runs[0]],
  [['run', P, 'r-2'], data.runs[1]],
  [['versions', P], data.versions],
  [['versions', P, 'aliases'], data.aliases],
  [['version', P, '1.1.0'], { model: data.versions[0], aliases: ['challenger'] }],
  [['lineage', P, '1.1.0'], data.lineage],
  [['deployment', P], data.deployment],
  [['monitor', P], data.monitor],
  [['alerts', P], data.alerts],
  [['incidents', P], data.incidents],
  [['me'], canvas.me],
  [['drills', P], canvas.drills],
  [['drills', P, 'records'], canvas.drillRecords],
  [['questions'], canvas.questions],
  [['draft', P], canvas.draft],
  [['source', P, '1.0.0'], { source: canvas.source }],
  [['check', P, canvas.draft.source], canvas.check],
  [['plan', P, 'of', canvas.draft.source], canvas.plan],
  [['plan', P], canvas.openPlans],
  [['canvases', P, 'versions'], canvas.versions],
  [['conformance', P, 'drift'], canvas.drift],
  [['conformance', P, 'history'], data.history],
  [['documents', P, ''], canvas.documents],
  [['documents', P, '', 'model-card'], canvas.document],
];

function page(element: ReactNode, path: string, at = '', seeds: readonly Seed[] = life): string {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity, retry: false } } });
  for (const [key, value] of seeds) client.setQueryData(key, value);
  return renderToStaticMarkup(
    <QueryClientProvider client={client}>
      <MemoryRouter initialEntries={[`/p/${P}${at}`]}>
        <Routes>
          <Route path={`/p/:product${path}`} element={element} />
        </Routes>
      </MemoryRouter>
    </QueryClientProvider>,
  );
}

const without = (...keys: string[]): readonly Seed[] => life.filter(([key]) => !keys.includes(key[0] ?? ''));
const text = (html: string) => html.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ');

describe('the board', async () => {
  const { Board } = await import('../src/features/canvas/Board');
  it('says the headline, every lane, and a row for each question', () => {
    const html = page(<Board />, '');
    expect(html).toContain(data.conformance.headline);
    expect(html.match(/class="q"/g)).toHaveLength(data.conformance.questions.length);
    expect(['Design', 'Develop', 'Maintain'].every((lane) => html.includes(`aria-label="${lane}"`))).toBe(true);
    expect(data.conformance.attribution.every((line) => html.includes(line))).toBe(true);
  });
  it('takes its view from the address', () => {
    const html = page(<Board />, '', '?state=VIOLATED');
    expect(html.match(/class="q"/g)).toHaveLength(1);
    expect(text(html)).toContain('1 of 23 shown, show all');
    expect(html).toContain('aria-pressed="true"');
    const lane = page(<Board />, '', '?lane=maintain');
    expect([lane.match(/class="q"/g)?.length, /aria-pressed="true"[^>]*>Maintain</.test(lane)]).toEqual([data.conformance.questions.filter((question) => question.lane === 'MAINTAIN').length, true]);
    expect(text(page(<Board />, '', '?find=zzz'))).toContain('No question fits this view.');
  });
  it('shows days beside the values where the address asks for them', () => {
    expect(page(<Board />, '', '?beside=30')).toContain('Last 30 days:');
    expect(page(<Board />, '')).not.toContain('Last 30 days:');
  });
  it('waits in the shape of the page', () => {
    expect(page(<Board />, '', '', without('conformance'))).toContain('aria-busy="true"');
  });
});

describe('runs', async () => {
  const { Runs } = await import('../src/features/pipeline/Runs');
  const { RunPage } = await import('../src/features/pipeline/RunPage');
  it('lists each run with its cause, newest first', () => {
    const html = text(page(<Runs />, '/runs', '/runs'));
    expect(html.indexOf('asked for by local')).toBeLessThan(html.indexOf('first run of the canvas'));
    expect(html).toContain('The newest run is working');
  });
  it('shows a working step with its share and lets one stop the run', () => {
    const html = page(<RunPage />, '/runs/:id', '/runs/r-3');
    expect(text(html)).toContain('The manual run is at train.');
    expect(html).toContain('3/8 epochs');
    expect(html).toContain('Cancel the run');
  });
  it('shows ladder and gates of a run that has ended, and lets one run it again', () => {
    const html = text(page(<RunPage />, '/runs/:id', '/runs/r-2'));
    expect(html).toContain('The ladder');
    expect(html).toContain('Gates');
    expect(html).toContain('Run it again');
    expect(html).toContain('came from the cache');
  });
  it('says so where nobody recorded when steps began', () => {
    expect(text(page(<RunPage />, '/runs/:id', '/runs/r-2?as=time'))).toContain('was not recorded for this run');
  });
});

describe('versions', async () => {
  const { Models } = await import('../src/features/registry/Models');
  const { VersionPage } = await import('../src/features/registry/VersionPage');
  it('says which one answers and why each number is what it is', () => {
    const html = text(page(<Models />, '/models', '/models'));
    expect(html).toContain('2 versions; 1.0.0 answers now.');
    expect(html).toContain('minor: same contract, retrained on newer rows');
  });
  it('holds a version against the one before it, in points', () => {
    const html = text(page(<VersionPage />, '/models/:version', '/models/1.1.0'));
    expect(html).toContain('Against 1.0.0');
    expect(html).toContain('+1.4 pp');
    expect(html).toContain('Where it comes from');
    expect(html).toContain('canary to 1.1.0');
  });
  it('leads on to where it answers, and says what callers can no longer rely on', () => {
    const signature = { task: 'classification', labels: ['ham', 'spam'], maxCharacters: 20_000 };
    const [now, before] = data.versions;
    const told = (labels: string[]): readonly Seed[] => [
      ...life.filter(([key]) => key.join() !== ['versions', P].join()),
      [['versions', P], [{ ...now, signature }, { ...before, signature: { ...signature, labels } }]],
    ];
    const html = page(<VersionPage />, '/models/:version', '/models/1.1.0', told(['ham']));
    expect(text(html)).toContain('labels ham → ham, spam');
    expect(text(html)).toContain('alias challenger');
    expect(html).toMatch(/href="\/p\/mail-filter\/rollouts"[^>]*>.*canary/s);
    expect(text(page(<VersionPage />, '/models/:version', '/models/1.1.0', told(['ham', 'spam'])))).toContain('The same contract as 1.0.0');
  });
});

describe('the rollout', async () => {
  const { Rollouts } = await import('../src/features/deployment/Rollouts');
  it('says who sees what, what is left to wait for, and how to go back', () => {
    const html = text(page(<Rollouts />, '/rollouts', '/rollouts'));
    expect(html).toContain('1.1.0 answers 25 % of the traffic; 1.0.0 the rest.');
    expect(html).toContain('18 requests left');
    expect(html).toContain('Roll back to 1.0.0');
    expect(html).toContain('error ≤ 1 %');
  });
  it('asks for approval where one is missing, and offers none where none is', () => {
    const waiting = { ...data.deployment, rollouts: [{ ...data.deployment.rollouts[0], state: 'PENDING' }] };
    expect(page(<Rollouts />, '/rollouts', '/rollouts', [...without('deployment'), [['deployment', P], waiting]])).toContain('Approve 1.1.0');
    expect(page(<Rollouts />, '/rollouts', '/rollouts')).not.toContain('Approve 1.1.0');
  });
  it('says what it waits for as the server reckons it, and how it can be taken back', () => {
    const rollout = data.deployment.rollouts[0];
    const outlook = { rollout: rollout?.id, state: 'PENDING', step: -1, waitsFor: ['the approval of 2 persons'], approvalsLeft: 2, requestsLeft: 0, holdLeft: 'PT4H', unproven: ['false_spam'], effects: [{ signal: 'false_spam', value: -0.01, low: -0.03, high: 0.01, n: 300 }] };
    const waiting = { ...data.deployment, rollouts: [{ ...rollout, state: 'PENDING', finishedAt: undefined }], outlook };
    const html = text(page(<Rollouts />, '/rollouts', '/rollouts', [...without('deployment'), [['deployment', P], waiting]]));
    expect(html).toContain('What it waits for the approval of 2 persons');
    expect(html).toContain('Approvals left 2');
    expect(html).toContain('Hold left 4 h');
    expect(html).toContain('closed for a year');
    expect(html).toContain('−0.01 (−0.03 to 0.01), n 300');
    expect(html).toContain('Withdraw 1.1.0');
  });
  it('teaches the first release', () => {
    const empty = { ...data.deployment, arms: [], rollouts: [], aliases: {} };
    expect(page(<Rollouts />, '/rollouts', '/rollouts', [...without('deployment'), [['deployment', P], empty]])).toContain('./espalier rollout mail-filter VERSION');
  });
});

describe('monitoring and incidents', async () => {
  const { Monitor } = await import('../src/features/monitoring/Monitor');
  const { Incidents } = await import('../src/features/monitoring/Incidents');
  it('says what fires, how many wait for their label, and keeps a table behind each chart', () => {
    const html = text(page(<Monitor />, '/monitor', '/monitor'));
    expect(html).toContain('False spam 4.1 %');
    expect(html).toContain('330 wait for their label');
    expect(html).toContain('Table of 16 windows');
    expect(html).toContain('19 spam in this window: too few for F1');
  });
  it('tells an incident from its alert to the recovery, with the times between', () => {
    const html = text(page(<Incidents />, '/incidents', '/incidents'));
    expect(html).toContain('recovered after 20 d');
    expect(html).toContain('Alert a-1');
    expect(html).toContain('7 d later');
    expect(html).toContain('Say what it was worth');
  });
  it('is quiet where nothing happened', () => {
    expect(text(page(<Incidents />, '/incidents', '/incidents', [...without('incidents'), [['incidents', P], []]]))).toContain('Quiet so far');
  });
});

describe('the canvas page', async () => {
  const { CanvasPage } = await import('../src/features/canvas/CanvasPage');
  it('counts what the draft changes and shows the form of the chosen question', () => {
    const html = page(<CanvasPage />, '/canvas', '/canvas?q=deploy.lead_time');
    expect(text(html)).toContain('1 answer changed against 1.0.0');
    expect(html).toContain('value="10d"');
    expect(html).toContain('changed in this draft');
    expect(html).toContain('Review the plan');
  });
  it('shows a contradiction while one types, in numbers, with its repair', () => {
    const html = text(page(<CanvasPage />, '/canvas', '/canvas?q=deploy.lead_time'));
    expect(html).toContain('10 d promised, at least 14 d needed');
    expect(html).toContain('Promise 14 d or shorten the steps.');
    expect(html).toContain('Apply the repair');
  });
  it('shows the whole text', () => {
    expect(page(<CanvasPage />, '/canvas', '/canvas?tab=yaml')).toContain('lead_time: {target: 10d, why: few mails a day}');
  });
  it('does not let a contradiction be applied', () => {
    const html = page(<CanvasPage />, '/canvas', '/canvas?tab=plan');
    expect(text(html)).toContain('2 fields change; version 1.0.0 becomes 1.1.0.');
    expect(text(html)).toContain('tightened');
    expect(text(html)).toContain('One contradiction forbids applying.');
    expect(html).toMatch(/disabled=""[^>]*>Apply 1\.1\.0|<button[^>]*disabled=""/);
  });
  it('asks for no confirmation where no warning is about what was stated', () => {
    expect(page(<CanvasPage />, '/canvas', '/canvas?tab=plan')).not.toContain('I have read the warning');
  });
  it('lists versions, plans that wait for another member, and changes by hand', () => {
    const html = text(page(<CanvasPage />, '/canvas', '/canvas?tab=versions'));
    expect(html).toContain('Take 0.9.0 as the draft');
    expect(html).toContain('Still needs: approval of another member.');
    expect(html).toContain('I have read the warning of rule 4 and accept it.');
    expect(html).toContain('Approve 1.1.0');
    expect(html).toContain('monitor/false_spam');
    expect(html).toContain('Adopt it as an answer');
  });
});

describe('trying, drilling, documenting', async () => {
  const { TryIt } = await import('../src/features/serving/TryIt');
  const { Drills } = await import('../src/features/canvas/Drills');
  const { Documents } = await import('../src/features/canvas/Documents');
  it('shows the request that a program would send', () => {
    expect(text(page(<TryIt />, '/try', '/try'))).toContain('curl -s http://127.0.0.1:8080/api/v1/predict/mail-filter');
  });
  it('shows each drill with its record and the button that runs it', () => {
    const html = text(page(<Drills />, '/drills', '/drills'));
    expect(html).toContain('1 of 2 drills have passed.');
    expect(html).toContain('2000 requests at 11.4/s');
    expect(html.match(/Prove it now/g)).toHaveLength(2);
  });
  it('shows a document as it is written, and what nobody answered', () => {
    const html = page(<Documents />, '/documents', '/documents');
    expect(text(html)).toContain('1 document; 1 has sections that nobody answered.');
    expect(html).toContain('<b>mail</b>');
    expect(text(html)).toContain('NOT ANSWERED');
    expect(html).toContain('format=json');
  });
});
