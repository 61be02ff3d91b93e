import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { MemoryRouter, Route, Routes } from 'react-router';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import * as data from '../e2e/data.js';
import { leftOf as leftOfRun, median } from '../src/features/pipeline/eta';
import { Work } from '../src/features/pipeline/Work';
import { boundOf, consumersOf, planned, Release } from '../src/features/registry/Release';
import { Trust } from '../src/features/registry/Trust';
import { Archive, inTurn } from '../src/features/tracking/Archive';
import { leftOf } from '../src/features/tracking/left';
import { Machine, machineKeys, machineName } from '../src/features/tracking/Machine';
import { Tags } from '../src/features/tracking/Tags';
import { queryOf, viewOf } from '../src/features/tracking/view';
import { runsPath, type RunRecord, type RunRow } from '../src/shared/api/tracking';
import type { DeploymentView, ModelVersion, Rollout, StepRun } from '../src/shared/api/types';
import { ansi, plain } from '../src/shared/lib/ansi';
import { between, commitOf, sourceOf } from '../src/shared/lib/commits';
import { Ansi } from '../src/shared/ui/Ansi';
import { Apart } from '../src/shared/ui/Apart';
import { toneOfLine } from '../src/shared/ui/DiffText';

beforeAll(() => {
  const nothing = { getItem: () => null, setItem: () => undefined, removeItem: () => undefined };
  vi.stubGlobal('sessionStorage', nothing);
  vi.stubGlobal('location', new URL('http://127.0.0.1:8080/'));
});
afterEach(() => vi.restoreAllMocks());

const P = 'mail-filter';
function shown(element: ReactNode, seeds: readonly (readonly [readonly unknown[], unknown])[] = []): string {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity, retry: false } } });
  for (const [key, value] of seeds) client.setQueryData(key, value);
  return renderToStaticMarkup(
    <QueryClientProvider client={client}>
      <MemoryRouter initialEntries={[`/p/${P}`]}>
        <Routes>
          <Route path="/p/:product" element={element} />
        </Routes>
      </MemoryRouter>
    </QueryClientProvider>,
  );
}
const text = (html: string) => html.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ').trim();
const ESC = '\u001b';

describe('the output of a terminal', () => {
  it('keeps colours and bold in our tones, over the end of a line', () => {
    expect(ansi(`a ${ESC}[31mred\nstill${ESC}[0m b`)).toEqual([
      { text: 'a ', look: '' },
      { text: 'red\nstill', look: 'clay' },
      { text: ' b', look: '' },
    ]);
    expect(ansi(`${ESC}[1;32mok${ESC}[22m soft${ESC}[39m plain`)).toEqual([
      { text: 'ok', look: 'leaf strong' },
      { text: ' soft', look: 'leaf' },
      { text: ' plain', look: '' },
    ]);
    expect(ansi(`${ESC}[38;5;9mbright${ESC}[38;2;1;31;3mrgb${ESC}[94mblue`).map(({ look }) => look)).toEqual(['clay', 'clay', 'sky']);
  });
  it('drops what moves cursors and names windows, and keeps the last of what was written over', () => {
    expect(plain(`${ESC}[2K${ESC}[1Gdone${ESC}]0;title\u0007!`)).toBe('done!');
    expect(plain('10%\r50%\r100%\nnext')).toBe('100%\nnext');
    expect(plain('windows\r\nends\r\n')).toBe('windows\nends\n');
    expect(plain(`${ESC}[`)).toBe(`${ESC}[`);
  });
  it('is never markup of its own', () => {
    const html = renderToStaticMarkup(<Ansi text={`${ESC}[33m<script>alert(1)</script>${ESC}[0m`} />);
    expect(html).toBe('<span class="amber">&lt;script&gt;alert(1)&lt;/script&gt;</span>');
    expect(renderToStaticMarkup(<Ansi text="plain <b>" />)).toBe('plain &lt;b&gt;');
  });
});

describe('how long a run still takes', () => {
  const step = (name: string, state: string, over: Partial<StepRun> = {}) => ({ name, state, dependsOn: [], attempt: 1, cacheReason: '', wallMillis: 0, cpuMillis: 0, executor: '', ...over }) as StepRun;
  const earlier = (id: string, ...times: number[]) => ({ id, steps: ['ingest', 'train', 'card'].map((name, index) => step(name, 'SUCCEEDED', { wallMillis: times[index] ?? 0 })) });
  it('is what its steps took before, along the longest way', () => {
    const run = { id: 'now', wallMillis: 5000, steps: [step('ingest', 'CACHED'), step('train', 'RUNNING', { beganAfter: 1000, dependsOn: ['ingest'] }), step('card', 'PENDING', { dependsOn: ['ingest'] }), step('gates', 'SKIPPED', { dependsOn: ['train'] })] };
    expect(leftOfRun(run, [earlier('a', 1, 10_000, 500), earlier('b', 1, 20_000, 700), earlier('c', 1, 12_000, 600)])).toEqual({ millis: 8000, runs: 3 });
    expect(leftOfRun({ ...run, finishedAt: 'x' }, [earlier('a', 1, 2, 3)])).toBeUndefined();
    expect(leftOfRun(run, [])).toBeUndefined();
    expect(leftOfRun(run, [{ id: 'now', steps: earlier('now', 1, 2, 3).steps }])).toBeUndefined();
  });
  it('follows the pace of a step that tells its progress', () => {
    const run = { id: 'now', wallMillis: 11_000, steps: [step('train', 'RUNNING', { beganAfter: 1000, progress: { done: 25, total: 100, unit: 'epochs' } })] };
    expect(leftOfRun(run, [])).toEqual({ millis: 30_000, runs: 0 });
    expect(leftOfRun({ ...run, steps: [step('train', 'RUNNING', { beganAfter: 1000, progress: { done: 1, total: 100, unit: 'epochs' } })] }, [])).toBeUndefined();
  });
  it('takes the middle, whatever one slow run did', () => {
    expect(median([1, 2, 900])).toBe(2);
    expect(median([1, 3])).toBe(2);
    expect(median([])).toBeUndefined();
  });
  it("is known of a client's run that says how much there is", () => {
    const began = Date.parse('2026-01-01T00:00:00Z');
    const of = (params: Record<string, string>, metrics: readonly { key: string; value: number; step: number }[], status = 'RUNNING') => leftOf({ run: { status, startedAt: '2026-01-01T00:00:00Z', params }, metrics } as unknown as RunRecord, began + 60_000);
    expect(of({ max_steps: '400' }, [{ key: 'loss', value: 1, step: 100 }])).toEqual({ done: 100, total: 400, unit: 'max_steps', millis: 180_000 });
    expect(of({ epochs: '4' }, [{ key: 'epoch', value: 3, step: 900 }, { key: 'loss', value: 1, step: 900 }])).toEqual({ done: 3, total: 4, unit: 'epochs', millis: 20_000 });
    expect(of({ epochs: '4' }, [{ key: 'loss', value: 1, step: 900 }])).toBeUndefined();
    expect(of({ epochs: '4' }, [])).toBeUndefined();
    expect(of({ epochs: 'many' }, [{ key: 'loss', value: 1, step: 1 }])).toBeUndefined();
    expect(of({ lr: '0.1' }, [{ key: 'loss', value: 1, step: 1 }])).toBeUndefined();
    expect(of({ max_steps: '400' }, [{ key: 'loss', value: 1, step: 100 }], 'FINISHED')).toBeUndefined();
  });
  it('shows where a step kept processors busy and where it waited', () => {
    const html = text(shown(<Work steps={[step('train', 'SUCCEEDED', { wallMillis: 2000, cpuMillis: 3000 }), step('ingest', 'CACHED')]} />));
    expect(html).toContain('3 s of 2 s, 1.5 cores');
    expect(html).not.toContain('ingest');
    expect(shown(<Work steps={[]} />)).toContain('cost nothing');
  });
});

describe('the sources of two runs', () => {
  const [a, b] = ['0123456789abcdef0123456789abcdef01234567', 'fedcba9876543210fedcba9876543210fedcba98'];
  const tags = (commit: string, repository = '') => ({ 'mlflow.source.git.commit': commit, 'mlflow.source.git.repoURL': repository });
  it('differ by a diff that one can type or open', () => {
    expect(between(tags(a), tags(b))?.command).toBe('git diff 0123456789ab fedcba987654');
    expect(between(tags(a), tags(b, 'git@github.com:org/repo.git'))?.href).toBe(`https://github.com/org/repo/compare/${a}...${b}`);
    expect(between(tags(a), tags(b, 'https://gitlab.com/org/sub/repo'))?.href).toBe(`https://gitlab.com/org/sub/repo/-/compare/${a}...${b}`);
    expect(between(tags(a), tags(a))).toBeUndefined();
    expect(between({}, tags(b))).toBeUndefined();
    expect(shown(<Apart between={between(tags(a), tags(b, 'https://github.com/org/repo'))} same="" />)).toContain('rel="noreferrer noopener"');
    expect(text(shown(<Apart between={undefined} same="The same sources." />))).toBe('The same sources.');
  });
  it('says of a run its commit, and what of its code no commit holds', () => {
    const commit = '0123456789abcdef0123456789abcdef01234567';
    const git = (more: Readonly<Record<string, string>>, of = 'mlflow.source.git') => sourceOf({ [`${of}.commit`]: commit, ...more });
    expect(sourceOf({})).toBeUndefined();
    expect(sourceOf({ 'mlflow.source.git.commit': '<script>' })).toBeUndefined();
    expect(git({})).toEqual({ commit, branch: undefined, href: undefined, changed: undefined, diff: undefined });
    expect(git({ 'mlflow.git.branch': 'main', 'mlflow.git.dirty': 'true', 'mlflow.git.diff': '+x' }, 'mlflow.git')).toMatchObject({ branch: 'main', changed: true, diff: '+x' });
    expect([git({ 'espalier.commit.clean': 'yes' })?.changed, git({ 'espalier.commit.clean': 'no' })?.changed, git({ 'mlflow.git.diff': ' ' })?.diff]).toEqual([false, true, undefined]);
    expect(git({ 'mlflow.source.git.repoURL': 'git@gitlab.com:org/repo.git' })?.href).toBe(`https://gitlab.com/org/repo/-/commit/${commit}`);
    expect(git({ 'mlflow.source.git.repoURL': 'javascript:alert(1)//github.com/a/b' })?.href).toBeUndefined();
  });
  it('tells what came from what went in a diff', () => {
    expect(['diff --git a/x b/x', '--- a/x', '+++ b/x', '@@ -1 +1 @@', '+new', '-old', ' same'].map(toneOfLine)).toEqual(['strong', 'strong', 'strong', 'sky', 'leaf', 'clay', '']);
  });
  it('are no link to where a hostile tag points, and no commit where it is none', () => {
    for (const address of ['javascript:alert(1)//github.com/a/b', 'https://evil.example/github.com/a/b', 'http://github.com/a/b', 'https://github.com.evil.example/a/b', 'https://github.com/a/b?x=1', 'https://github.com/a/b"onclick="']) {
      expect(between(tags(a), tags(b, address))?.href).toBeUndefined();
    }
    expect(commitOf(tags('$(rm -rf .)'))).toBeUndefined();
  });
});

describe('the machine that a run worked on', () => {
  const row = { id: 'r', name: 'lark', status: 'FINISHED' } as unknown as RunRow;
  it('is drawn over time, what is measured with its unit', () => {
    const sample = [{ step: 0, at: '2026-01-01T00:00:00Z', value: 10 }, { step: 1, at: '2026-01-01T00:00:10Z', value: 90 }];
    const key = 'system/cpu_utilization_percentage';
    const html = text(shown(<Machine row={row} metrics={['loss', key]} colour="run-1" />, [[['series', ['r'], [key], 500], [{ run: 'r', metric: key, points: 2, sample }]]]));
    expect(html).toContain('The machine');
    expect(html).toContain('cpu utilization, %');
    expect(html).not.toContain('loss');
    expect(shown(<Machine row={row} metrics={['loss']} colour="run-1" />)).toBe('');
  });
  it('has names that one can read', () => {
    expect(machineName('system/gpu_0_memory_usage_megabytes')).toBe('gpu 0 memory usage, megabytes');
    expect(machineName('system/odd')).toBe('odd');
    expect(machineKeys(Array.from({ length: 40 }, (_, index) => `system/${index}`))).toHaveLength(24);
  });
});

describe('the archive of runs', () => {
  it('is in the address, and asks the server for the archived ones without groups', () => {
    const view = viewOf(new URLSearchParams('archived=yes&group=params.lr'), undefined);
    expect(view.archived).toBe(true);
    expect(view.group).toBe('');
    expect(runsPath('1', queryOf(view), 10, '')).toContain('archived=yes');
    expect(runsPath('1', queryOf(viewOf(new URLSearchParams(), undefined)), 10, '')).not.toContain('archived');
  });
  it('takes the chosen runs, and gives them back', () => {
    const none = () => undefined;
    expect(text(shown(<Archive chosen={['a', 'b']} archived={false} clear={none} />))).toBe('Archive 2 runs Clear the choice');
    expect(text(shown(<Archive chosen={['a']} archived clear={none} />))).toContain('Take 1 run out of the archive');
    expect(shown(<Archive chosen={[]} archived={false} clear={none} />)).toBe('');
  });
  it('goes on where one of many fails, and says which stayed', async () => {
    const asked: string[] = [];
    const many = Array.from({ length: 20 }, (_, index) => `r${index}`);
    const { done, wrong } = await inTurn(many, (run) => {
      asked.push(run);
      return run === 'r3' ? Promise.reject(new Error('No run r3.')) : Promise.resolve();
    });
    expect(asked).toEqual(many);
    expect(done).toHaveLength(19);
    expect(done).not.toContain('r3');
    expect(wrong).toBe('No run r3.');
  });
});

describe('tags of a run', () => {
  it('are changed where they stand; those of the clients do not show', () => {
    const html = shown(<Tags run="r" tags={{ team: 'red', empty: '', 'mlflow.user': 'ana' }} />);
    expect(html).toContain('aria-label="Change the tag team: red"');
    expect(html).toContain('aria-label="Remove the tag team"');
    expect(text(html)).toContain('red');
    expect(html).not.toContain('mlflow.user');
    expect(text(shown(<Tags run="r" tags={{}} />))).toContain('It has no tags.');
  });
});

describe('what may be done with a version', () => {
  const view = { ...data.deployment, rollouts: [] } as unknown as DeploymentView;
  const version = { ...data.versions[0], product: P, version: '1.2.0', bundle: 'sha256:0123456789', bytes: 4000 } as unknown as ModelVersion;
  const plan = (over: Partial<Rollout> = {}): Rollout =>
    ({ id: 'x', product: P, kind: 'CANARY', from: '1.0.0', to: '1.2.0', state: 'PENDING', cause: '', startedAt: '', decisions: [], approvals: [], steps: [{ share: 0.05, hold: 'PT1H', minRequests: 400 }, { share: 1, hold: 'PT0S', minRequests: 60 }], admission: { approvalsNeeded: 1, checks: [{ rule: 'gates', passed: true, detail: '' }] }, ...over }) as unknown as Rollout;
  it('is told in the order in which it happens, the way back last', () => {
    expect(planned(plan())).toEqual([
      'The release policy is satisfied: gates.',
      'It waits for 1 approval; until then nobody sees it.',
      '5 % of the traffic, until 400 requests are answered and 1 h have passed.',
      'All of the traffic, until 60 requests are answered.',
      'If a guardrail breaks, the traffic goes back to 1.0.0, which stays loaded; one click on Rollouts does the same.',
    ]);
    const first = { ...plan({ steps: [] }) };
    delete first.from;
    expect(planned(first).slice(-2)).toEqual(['There is no version to compare it with, so it answers everything at once.', 'To go back, release another version.']);
  });
  it('is nothing while it answers, while a rollback needs it, and while a rollout moves it', () => {
    expect(boundOf({ aliases: { champion: '1.2.0' }, rollouts: [] }, '1.2.0')).toBe('It answers the traffic.');
    expect(boundOf({ aliases: { previous: '1.2.0' }, rollouts: [] }, '1.2.0')).toBe('A rollback returns to it.');
    expect(boundOf({ aliases: {}, rollouts: [plan()] }, '1.0.0')).toBe('It is in the rollout of 1.2.0.');
    expect(boundOf({ aliases: { champion: '1.0.0' }, rollouts: [] }, '1.2.0')).toBeUndefined();
  });
  it('is to release or to retire, or to take it back once it is retired', () => {
    expect(text(shown(<Release version={version} />, [[['deployment', P], { ...view, aliases: {} }]]))).toContain('Release 1.2.0… Retire it…');
    const retired = [{ version: '1.2.0', at: '2026-01-01T00:00:00Z', by: 'ana', reason: 'it was never good' }];
    const html = text(shown(<Release version={version} />, [[['deployment', P], { ...view, aliases: {}, retired }]]));
    expect(html).toContain('Retired by ana');
    expect(html).toContain('Take it back into service');
    expect(html).not.toContain('Release 1.2.0…');
  });
  it('names who uses it, and says so where nobody does', () => {
    const arms = [{ version: '1.2.0', weight: 0.25, role: 'candidate' as const }];
    expect(consumersOf({ ...view, arms, aliases: { challenger: '1.2.0', previous: '1.1.0' } }, '1.2.0').map(([who]) => who)).toEqual([`25 % of who asks /api/v1/predict/${P}`, `Who asks for ${P}@challenger`]);
    expect(consumersOf({ ...view, arms: [], aliases: { previous: '1.2.0' } }, '1.2.0').map(([who]) => who)).toContain('A rollback');
    expect(consumersOf({ ...view, arms: [], aliases: {}, models: {} }, '1.2.0')).toEqual([]);
  });
  it('shows the scan that was asked for, and what is damaged in words', () => {
    const html = text(shown(<Trust version={version} />));
    expect(html).toContain('It was scanned when it was registered');
    expect(html).toContain('Scan it now Download the bundle');
  });
});
