// Walks every page of a running server (ESPALIER_URL; recorded answers when it is not set) in light and dark,
// at 1440 and 390 px: no console error, no axe violation, the event stream live, everything by keyboard.
// Screenshots stay in target/screenshots, a JUnit report in target/surefire-reports.
import { readFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';
import { deeds } from './deeds.js';
import { editing } from './editing.js';
import { serveFixtures } from './fixtures.js';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
// Machines that build are slow; a page that never comes still ends the walk.
const PATIENCE = 60_000;
const shots = new URL('../target/screenshots/', import.meta.url).pathname;
const reports = new URL('../target/surefire-reports/', import.meta.url).pathname;
mkdirSync(shots, { recursive: true });
mkdirSync(reports, { recursive: true });

const fixtures = process.env.ESPALIER_URL ? undefined : await serveFixtures();
const base = process.env.ESPALIER_URL ?? fixtures.url;
const list = await (await fetch(`${base}/api/v1/canvases`)).json();
const product = process.env.ESPALIER_PRODUCT ?? list[0]?.product;
const json = async (path) => (await fetch(`${base}/api/v1${path}`)).json();
const [runs, versions, board] = await Promise.all([json(`/pipelines/${product}/runs`), json(`/models/${product}/versions`), json(`/canvases/${product}/conformance`)]);
const experiment = await json('/tracking/experiments').then((all) => (Array.isArray(all) ? all.find((one) => one.runs > 0 && one.name === product) ?? all.find((one) => one.runs > 0) : undefined), () => undefined);
const tracked = experiment && (await json(`/tracking/experiments/${experiment.id}/runs?limit=1`)).runs[0];
// What the server says it offers: only a call that it does not name may be missing.
const offered = Object.entries((await json('/openapi.json').catch(() => ({}))).paths ?? {}).filter(([, calls]) => calls.get).map(([path]) => new RegExp(`^${path.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`));
const mayMiss = (url) => offered.length > 0 && !offered.some((path) => path.test(new URL(url).pathname));
const home = `/p/${encodeURIComponent(product)}`;
const newest = (items, key) => items.toSorted((a, b) => Date.parse(b[key]) - Date.parse(a[key]))[0];
const proven = board.questions.find((one) => one.evidence.some((clause) => clause.value !== undefined)) ?? board.questions[0];
const pages = [
  ['board', home],
  ['drawer', `${home}?q=${encodeURIComponent(board.questions.find((one) => one.state === 'VIOLATED')?.question ?? proven.question)}`],
  ['conformance', `${home}/conformance`],
  ['runs', `${home}/runs`],
  ...(runs.length > 0 ? [['run', `${home}/runs/${newest(runs, 'createdAt').id}`], ['run-time', `${home}/runs/${newest(runs, 'createdAt').id}?as=time`], ['run-done', `${home}/runs/${(runs.find((run) => run.state === 'SUCCEEDED') ?? runs[0]).id}`]] : []),
  ['experiments', `${home}/experiments`],
  ...(experiment ? [['experiment', `${home}/experiments/${experiment.id}`], ['compare', `${home}/experiments/${experiment.id}/compare`]] : []),
  ...(tracked ? [['tracked-run', `${home}/experiments/${experiment.id}/runs/${tracked.id}`], ['compare-runs', `${home}/experiments/${experiment.id}/compare?runs=${tracked.id}`]] : []),
  ['registered', `${home}/experiments/models`],
  ['models', `${home}/models`],
  ...(versions.length > 0 ? [['version', `${home}/models/${newest(versions, 'registeredAt').version}`]] : []),
  ['rollouts', `${home}/rollouts`],
  ['monitor', `${home}/monitor`],
  ['incidents', `${home}/incidents`],
  ['try', `${home}/try`],
  ['drills', `${home}/drills`],
  ['documents', `${home}/documents`],
  ['products', `${home}/products`],
  ['canvas', `${home}/canvas`],
  ['canvas-yaml', `${home}/canvas?tab=yaml`],
  ['canvas-plan', `${home}/canvas?tab=plan`],
  ['canvas-start', `${home}/canvas?tab=start`],
  ['present', `${home}?slide=0`],
  ['canvas-versions', `${home}/canvas?tab=versions`],
  ['board-days', `${home}?beside=90&show=stale`],
];

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
const results = [];

async function check(name, body) {
  try {
    await body();
    results.push({ name });
  } catch (failure) {
    results.push({ name, failure: String(failure?.message ?? failure) });
  }
  const last = results.at(-1);
  process.stdout.write(`${last.failure ? 'FAIL' : 'ok  '} ${name}${last.failure ? `\n     ${last.failure}` : ''}\n`);
}

async function open(theme, width) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: theme, reducedMotion: 'reduce', bypassCSP: false });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  const errors = [];
  page.on('console', (message) => {
    const { url } = message.location();
    if (message.type() === 'error' && !(/status of 404/.test(message.text()) && mayMiss(url))) errors.push(`${message.text()} ${url}`);
  });
  page.on('pageerror', (error) => errors.push(error.message));
  return { context, page, errors };
}

async function settle(page, path) {
  await page.goto(base + path);
  await page.locator('main h1').first().waitFor({ timeout: PATIENCE });
  await page.locator('.skeleton').first().waitFor({ state: 'detached', timeout: PATIENCE }).catch(() => undefined);
  await page.evaluate(() => document.fonts.ready);
}

const otherTheme = (page) => page.evaluate(() => (document.documentElement.dataset.theme = document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark'));

async function holds(page, name, theme, width, errors) {
  await page.screenshot({ path: `${shots}${name}-${theme}-${width}.png`, fullPage: name !== 'drawer' });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (wide > 1) throw new Error(`the page is ${wide} px wider than its window`);
  const violations = await page.evaluate(`(() => { const module = undefined; if (!window.axe) { ${axe}; } return window.axe.run(document, { resultTypes: ['violations'] }).then((found) => found.violations.map((one) => one.id + ': ' + one.nodes.slice(0, 4).map((node) => node.target.join(' ') + ' ' + node.any.map((why) => why.message).slice(0, 1)).join(' | '))); })()`);
  if (violations.length > 0) throw new Error(`axe: ${violations.join('; ')}`);
  if (errors.length > 0) throw new Error(`console: ${errors.join('; ')}`);
}

for (const width of [1440, 390]) {
  const { context, page, errors } = await open('light', width);
  for (const [name, path] of pages) {
    await check(`${name} light ${width}`, async () => {
      errors.length = 0;
      await settle(page, path);
      if (name === 'try') {
        await page.getByRole('button', { name: /^Clearly / }).first().click();
        if ((await page.getByRole('textbox', { name: 'Text' }).inputValue()) === '') throw new Error('an example left the field empty');
        await page.getByRole('button', { name: `Ask ${product}` }).click();
        await page.locator('.verdict').waitFor({ timeout: PATIENCE });
      }
      if (name === 'drawer') await page.locator('aside.drawer').waitFor({ timeout: PATIENCE });
      await holds(page, name, 'light', width, errors);
    });
    await check(`${name} dark ${width}`, async () => {
      await otherTheme(page);
      await holds(page, name, 'dark', width, errors);
    });
  }
  await context.close();
}

await check('keyboard: open a question, close it, jump to another page', async () => {
  const { context, page } = await open('light', 1440);
  await settle(page, home);
  for (let presses = 0; presses < 80; presses += 1) {
    await page.keyboard.press('Tab');
    if (await page.evaluate(() => document.activeElement?.classList.contains('q'))) break;
  }
  await page.keyboard.press('Enter');
  await page.locator('aside.drawer').waitFor();
  if (!page.url().includes('?q=')) throw new Error('the drawer is not in the address');
  await page.keyboard.press('Escape');
  await page.locator('aside.drawer').waitFor({ state: 'detached' });
  if (!(await page.evaluate(() => document.activeElement?.classList.contains('q')))) throw new Error('focus did not come back to the row');
  await page.keyboard.press('Control+k');
  await page.keyboard.type('rollouts');
  await page.keyboard.press('Enter');
  await page.waitForURL(`**${home}/rollouts`);
  await context.close();
});
await check('keyboard: j and k walk the rows, enter opens, esc closes, / finds', async () => {
  const { context, page } = await open('light', 1440);
  await settle(page, home);
  const claim = () => page.evaluate(() => document.activeElement?.querySelector('.claim')?.textContent ?? '');
  await page.keyboard.press('j');
  const first = await claim();
  await page.keyboard.press('j');
  const second = await claim();
  await page.keyboard.press('k');
  if (first === '' || second === '' || first === second || (await claim()) !== first) throw new Error(`j, j, k went ${first} → ${second} → ${await claim()}`);
  await page.keyboard.press('Enter');
  await page.locator('aside.drawer').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('aside.drawer').waitFor({ state: 'detached' });
  await page.keyboard.press('/');
  await page.keyboard.type('zzzz nothing is called this');
  await page.getByText('No question fits this view.').waitFor();
  if (!page.url().includes('find=')) throw new Error('the search is not in the address');
  await context.close();
});
await check('board: a filter is in the address and survives a reload', async () => {
  const { context, page } = await open('light', 1440);
  await settle(page, home);
  const all = await page.locator('a.q').count();
  await page.locator('.legend button').first().click();
  await page.waitForFunction((rows) => document.querySelectorAll('a.q').length < rows, all);
  const state = new URL(page.url()).searchParams.get('state');
  const some = await page.locator('a.q').count();
  if (state === null || some === 0 || some >= all) throw new Error(`${some} of ${all} rows for ${state}`);
  await page.reload();
  await page.locator('a.q').first().waitFor();
  await page.waitForFunction((rows) => document.querySelectorAll('a.q').length === rows, some);
  if ((await page.locator('a.q').count()) !== some) throw new Error('the reload shows other rows');
  await context.close();
});
await check('board: prints on at most two pages', async () => {
  const { context, page } = await open('light', 1440);
  await settle(page, home);
  await page.emulateMedia({ media: 'print' });
  await page.setViewportSize({ width: 1060, height: 740 });
  await page.waitForFunction(() => document.querySelectorAll('.lane:first-of-type .column').length === 4);
  const pdf = await page.pdf({ path: `${shots}board.pdf`, preferCSSPageSize: true, printBackground: true });
  const sheets = pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length ?? 0;
  if (sheets < 1 || sheets > 2) throw new Error(`${sheets} pages`);
  await context.close();
});
await check('board: is ready fast', async () => {
  const { context, page } = await open('light', 1440);
  const times = [];
  for (let round = 0; round < 6; round += 1) {
    await page.goto(base + home);
    await page.locator('a.q').first().waitFor();
    times.push(await page.evaluate(() => Math.round(performance.getEntriesByName('board-ready')[0]?.startTime ?? Number.NaN)));
  }
  const sorted = times.slice(1).toSorted((a, b) => a - b);
  process.stdout.write(`     board ready in ${sorted[2]} ms (median of ${sorted.length}; ${sorted.join(', ')})\n`);
  writeFileSync(`${shots}board-ready.json`, JSON.stringify({ rows: board.questions.length, times }));
  if (!Number.isFinite(sorted[2])) throw new Error('the board never said that it is ready');
  await context.close();
});
if (process.env.ESPALIER_WRITES === 'yes' && offered.some((path) => path.test(`/api/v1/canvases/${product}/draft`))) await editing({ check, open, settle, shots, home });
if (process.env.ESPALIER_MEMBERS) {
  await deeds({ check, open, settle, base, shots, product, members: process.env.ESPALIER_MEMBERS, token: process.env.ESPALIER_TOKEN ?? '', patience: PATIENCE });
}
await check('live: the event stream connects and the clock shows', async () => {
  const { context, page } = await open('light', 1440);
  await settle(page, home);
  await page.locator('.clock:not(.off)').waitFor({ timeout: PATIENCE });
  await context.close();
});
await check('live: a lost connection shows, and the stream resumes by itself', async () => {
  const { context, page } = await open('light', 1440);
  await page.route('**/api/v1/events', (route) => route.abort());
  await settle(page, home);
  await page.locator('.clock.off').waitFor();
  await page.unroute('**/api/v1/events');
  await page.locator('.clock:not(.off)').waitFor();
  await context.close();
});
await check('rollback shows its plan first', async () => {
  const { context, page } = await open('light', 1440);
  await settle(page, `${home}/rollouts`);
  const button = page.getByRole('button', { name: /^Roll back to/ });
  if ((await button.count()) > 0) {
    await button.first().click();
    await page.getByRole('form', { name: 'Plan of the rollback' }).waitFor();
    await page.screenshot({ path: `${shots}rollback-plan.png` });
    await page.getByRole('button', { name: 'Keep it as it is' }).click();
  }
  await context.close();
});

await browser.close();
fixtures?.close();
const escape = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;').slice(0, 2000);
const failed = results.filter((result) => result.failure);
writeFileSync(
  `${reports}TEST-ui-e2e.xml`,
  `<?xml version="1.0"?><testsuite name="ui-e2e" tests="${results.length}" failures="${failed.length}">${results.map((result) => `<testcase classname="ui.e2e" name="${escape(result.name)}">${result.failure ? `<failure message="${escape(result.failure)}"/>` : ''}</testcase>`).join('')}</testsuite>\n`,
);
process.stdout.write(`${results.length - failed.length} of ${results.length} hold\n`);
process.exit(failed.length > 0 ? 1 : 0);
