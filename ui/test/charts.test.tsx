import { renderToStaticMarkup } from 'react-dom/server';
import { MemoryRouter } from 'react-router';
import { describe, expect, it } from 'vitest';
import { Duel } from '../src/features/deployment/Duel';
import { cause } from '../src/features/monitoring/Incidents';
import type { Alert, GateReport, GateResult, GuardrailResult, Incident, LadderVerdict, MonitorWindow, TrafficDay } from '../src/shared/api/types';
import { Dag } from '../src/shared/chart/Dag';
import { Gantt } from '../src/shared/chart/Gantt';
import { SeriesChart } from '../src/shared/chart/SeriesChart';
import { VolumeChart } from '../src/shared/chart/VolumeChart';
import { Bullet } from '../src/shared/ui/Bullet';
import { DrillResult } from '../src/shared/ui/DrillResult';
import { GateTable } from '../src/shared/ui/GateTable';
import { LadderTable } from '../src/shared/ui/LadderTable';
import { Whisker } from '../src/shared/ui/Whisker';

const text = (html: string) => html.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ').trim();
const numbers = (html: string) => [...html.matchAll(/(?:x|y|cx|cy|width|height|d)="([^"]*)"/g)].map(([, value]) => value ?? '');

const point = (day: number, value: number | undefined, extra: Partial<MonitorWindow> = {}): MonitorWindow => {
  const at = (offset: number) => new Date(Date.UTC(2002, 8, day + offset)).toISOString();
  return { from: at(0), to: at(1), state: 'FINAL', version: '1.0.0', n: 200, verdict: 'OK', ...(value === undefined ? { verdict: 'INSUFFICIENT', insufficient: '19 of 100' } : { value, low: value * 0.7, high: value * 1.4 }), ...extra };
};
const chart = (points: readonly MonitorWindow[], annotations: Parameters<typeof SeriesChart>[0]['annotations'] = []) =>
  renderToStaticMarkup(<SeriesChart points={points} bound={0.1} annotations={annotations} show={(value) => `${value}`} label="false spam" width={800} />);

describe('a metric over its windows', () => {
  it('breaks its line where nothing was measured', () => {
    const lines = (html: string) => html.match(/stroke-width="1.8"/g)?.length ?? 0;
    expect(lines(chart([point(1, 0.02), point(2, 0.03), point(3, 0.04)]))).toBe(1);
    expect(lines(chart([point(1, 0.02), point(2, undefined), point(3, 0.04)]))).toBe(2);
  });
  it('draws an alert as a diamond and everything else as a dot', () => {
    const html = chart([point(1, 0.02), point(2, 0.3, { verdict: 'ALERT' })]);
    expect(html.match(/<circle/g)).toHaveLength(1);
    expect(html).toContain('l4.6 4.6-4.6 4.6-4.6-4.6z');
  });
  it('hatches windows that wait for labels and greys those with too few', () => {
    const html = chart([point(1, 0.02), point(2, 0.02, { state: 'PROVISIONAL' }), point(5, undefined)]);
    expect(html).toContain('labels are still on their way');
    expect(html).toContain('too few to judge');
    expect(chart([point(1, 0.02)])).not.toContain('too few');
  });
  it('names releases and alerts inside the picture, each on a row of its own where they would overlap', () => {
    const at = '2002-09-10T00:00:00.000Z';
    const html = chart([point(1, 0.02), point(20, 0.03)], [
      { at, kind: 'release', text: '1.1.0 released' },
      { at, kind: 'alert', text: 'alert: false spam' },
      { at: '1999-01-01T00:00:00Z', kind: 'release', text: 'long ago' },
    ]);
    const rows = [...html.matchAll(/<text x="([\d.]+)" y="([\d.]+)" class="f-(?:sky|clay)"/g)].map(([, , y]) => y);
    expect(new Set(rows).size).toBe(2);
    expect(html).not.toContain('long ago');
  });
  it('never writes a coordinate that is not a number', () => {
    for (const points of [[], [point(1, 0)], [point(1, undefined)], [point(1, Number.NaN)], [point(1, 0.1), point(1, 0.1)]]) {
      expect(numbers(chart(points)).filter((value) => /NaN|Infinity|undefined/.test(value))).toEqual([]);
    }
  });
});

describe('predictions per day', () => {
  const day = (at: string, served: number, labelled: number): TrafficDay => ({ day: at, served, labelled, byLabel: {}, byVersion: {} });
  it('hatches only what waits for its label', () => {
    const hatched = (points: TrafficDay[]) => renderToStaticMarkup(<VolumeChart points={points} width={600} />).match(/fill="url/g)?.length ?? 0;
    expect(hatched([day('2002-08-01', 10, 10)])).toBe(0);
    expect(hatched([day('2002-08-01', 10, 4), day('2002-08-02', 10, 10)])).toBe(1);
  });
  it('says each day in words', () => {
    expect(renderToStaticMarkup(<VolumeChart points={[day('2002-08-01', 1234, 4)]} width={600} />)).toContain('1 Aug: 1,234 predictions, 4 labelled');
  });
});

describe('graph and Gantt', () => {
  it('links each step, says its state, and marks the one that is shown', () => {
    const html = renderToStaticMarkup(
      <MemoryRouter>
        <Dag label="Steps" current="train" nodes={[{ id: 'read', needs: [], outcome: 'CACHED', note: 'cached', href: '?step=read' }, { id: 'train', needs: ['read'], outcome: 'LEASED', note: '3/8', href: '?step=train', share: 0.4 }]} />
      </MemoryRouter>,
    );
    expect(html.match(/aria-current="true"/g)).toHaveLength(1);
    expect(html).toContain('aria-description="leased"');
    expect(html).toContain('class="edge flow"');
  });
  it('draws bars on one scale, the longest way darker', () => {
    const html = renderToStaticMarkup(
      <MemoryRouter>
        <Gantt width={700} current="read" to={(step) => `?step=${step}`} bars={[{ name: 'read', state: 'SUCCEEDED', from: 0, to: 1000, critical: true }, { name: 'note', state: 'SUCCEEDED', from: 1000, to: 1200, critical: false }]} />
      </MemoryRouter>,
    );
    const widths = [...html.matchAll(/width="([\d.]+)" height="14"/g)].map(([, width]) => Number(width));
    expect((widths[0] ?? 0) / (widths[1] ?? 1)).toBeCloseTo(5, 0);
    expect(html.match(/opacity="0.45"/g)).toHaveLength(1);
    expect(text(html)).toContain('1 s');
  });
});

describe('against a bound', () => {
  const guard = (extra: Partial<GuardrailResult> = {}): GuardrailResult => ({ signal: 'error', op: 'AT_MOST', bound: 0.01, verdict: 'PASS', detail: '', champion: { value: 0, low: 0, high: 0.02, n: 200 }, candidate: { value: 0.001, low: 0, high: 0.06, n: 60 }, ...extra });
  it('shows both arms on one scale and says them', () => {
    const html = renderToStaticMarkup(<Duel guard={guard()} show={(value) => `${value * 100} %`} />);
    expect(html.match(/<circle/g)).toHaveLength(2);
    expect(html).toContain('aria-label="Champion 0 %, candidate 0.1 %, bound 1 %"');
  });
  it('shades the good side, whichever that is, and survives an arm without a reading', () => {
    const least = renderToStaticMarkup(<Duel guard={guard({ op: 'AT_LEAST' })} show={String} />);
    expect(least).not.toBe(renderToStaticMarkup(<Duel guard={guard()} show={String} />));
    const one: GuardrailResult = { signal: 'p95', op: 'AT_MOST', bound: 40, verdict: 'INCONCLUSIVE', detail: '' };
    expect(renderToStaticMarkup(<Duel guard={one} show={String} />)).toContain('Champion unknown, candidate unknown');
  });
  it('keeps a bar and its tick inside, however far the value is', () => {
    for (const [value, target] of [[5, 1], [0, 0], [-3, 2], [1e12, 1], [0.0001, 1e9]] as const) {
      const html = renderToStaticMarkup(<Bullet value={value} target={target} tone="leaf" />);
      for (const [, x] of html.matchAll(/(?:x|width)="(-?[\d.]+)"/g)) expect(Number(x)).toBeGreaterThanOrEqual(0);
      expect(html).not.toContain('NaN');
    }
  });
  it('draws no interval where there is none', () => {
    const bare = renderToStaticMarkup(<Whisker value={1} low={undefined} high={undefined} bound={2} tone="leaf" label="x" />);
    expect(bare).not.toContain('stroke-width="1.6"');
    expect(renderToStaticMarkup(<Whisker value={undefined} low={0} high={1} tone="leaf" label="x" />)).toContain('–');
  });
});

describe('gates and rungs', () => {
  const gate = (extra: Partial<GateResult>): GateResult => ({ metric: 'false_spam', versus: 'ABSOLUTE', op: 'AT_MOST', bound: 0.15, n: 559, verdict: 'PASS', blocking: true, detail: 'false_spam is 0.02862 [0.01769, 0.04599] on 559', value: 0.0286, low: 0.0177, high: 0.046, ...extra });
  const table = (...results: GateResult[]) => text(renderToStaticMarkup(<GateTable report={{ results, passed: true, summary: '' } satisfies GateReport} />));
  it('says each metric in its unit', () => {
    expect(table(gate({}))).toContain('false spam ≤ 15 % pass 2.86 % 1.77 to 4.6 %');
    expect(table(gate({ metric: 'p95', bound: 100, value: 10.7, low: 10.7, high: 10.7 }))).toContain('p95 ≤ 100 ms pass 10.7 ms');
    expect(table(gate({ metric: 'size', bound: 200_000_000, value: 3_040_059 }))).toContain('size ≤ 200 MB pass 3 MB');
  });
  it('says a difference in points', () => {
    expect(table(gate({ metric: 'macro_f1', versus: 'CHAMPION', op: 'AT_LEAST', bound: 0.01, value: 0.1027, low: 0.0756, high: 0.129 }))).toContain('macro f1 at most 1 pp below the champion pass +10.3 pp +7.56 to +12.9 pp');
  });
  it('explains a gate only where it does not pass', () => {
    expect(table(gate({}))).not.toContain('on 559');
    expect(table(gate({ verdict: 'INCONCLUSIVE' }))).toContain('false spam is 2.86 % (1.77 % to 4.6 %) on 559');
    expect(table(gate({ blocking: false }))).toContain('advises');
  });
  it('marks the rung that was chosen, and the sentence why', () => {
    const ladder: LadderVerdict = { chosen: 'v1', sentence: 'v1 reaches macro_f1 0.958 [0.941, 0.969].', rows: [{ id: 'v0', approach: 'majority', n: 812, cpuSeconds: 0.1, verdict: 'first' }, { id: 'v1', approach: 'linear', n: 812, value: 0.958, low: 0.941, high: 0.969, gain: 0.518, cpuSeconds: 2.1, verdict: 'better' }] };
    const html = text(renderToStaticMarkup(<LadderTable ladder={ladder} />));
    expect(html).toContain('v1 linear chosen');
    expect(html).toContain('+51.8 pp');
    expect(html).toContain('macro f1 0.958 (0.941 to 0.969)');
  });
});

describe('records in words', () => {
  it('says what a drill saw, with its n', () => {
    const html = text(renderToStaticMarkup(<DrillResult record={{ drill: 'load', state: 'FAILED', detail: '', passed: false, observations: [{ question: 'serving.volume', clause: 'load', subject: '1.1.0', observedAt: '2002-11-30T10:00:00Z', source: '/x', n: 2000, value: 11.4, detail: '2000 requests, p95 6.2 ms' }] }} />));
    expect(html).toContain('load did not pass');
    expect(html).toContain('serving.volume · load');
    expect(html).toContain('11.4 n 2,000');
  });
  const incident: Incident = { id: 'i-1', product: 'p', title: 'false_spam of version 1.0.0 is 0.201', cause: 'c', version: '1.0.0', state: 'resolved', openedAt: '2002-09-29T00:00:00Z', trace: [] };
  it('names an incident by its alert, in the unit of the metric', () => {
    const alert = { id: 'a', product: 'p', monitor: 'm', version: '1.0.0', severity: 'page', state: 'FIRING', firedAt: '2002-09-29T00:00:00Z', value: 0.2005, n: 394, bound: 0.1, text: 'false_spam of version 1.0.0 is 0.201 [0.164, 0.243]', incidentId: 'i-1', purpose: 'LIVE' } as Alert;
    expect(cause(incident, [alert])).toBe('False spam of 1.0.0 was 20.1 % where 10 % is the bound.');
    expect(cause(incident, [{ ...alert, text: 'macro_f1 fell' }])).toContain('Macro f1 of 1.0.0 was 0.201');
  });
  it('falls back to the words of the server', () => {
    expect(cause(incident, [])).toBe('false spam of version 1.0.0 is 0.201');
  });
});
