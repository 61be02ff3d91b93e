// Loads a product's board in headless Chromium; prints {questions, empty, cold, warm} in milliseconds as JSON.
// Run in ui/, whose node_modules have playwright-core: node ../bench/board.mjs URL PRODUCT LOADS
import { createRequire } from 'node:module';

const { chromium } = createRequire(`${process.cwd()}/`)('playwright-core');
const [url, product, loads] = process.argv.slice(2);
const home = `/p/${encodeURIComponent(product)}`;
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});

/** Waits until the rows are drawn, nothing is loading, fonts are there; says when, on the page's own clock. */
const ready = (page) => page.evaluate(() => new Promise((resolve) => {
  const look = () => {
    const drawn = document.querySelectorAll('main a.q').length > 0 && !document.querySelector('.skeleton');
    if (drawn) document.fonts.ready.then(() => requestAnimationFrame(() => resolve(performance.now())));
    else requestAnimationFrame(look);
  };
  look();
}));

const figures = { questions: 0, empty: [], cold: [], warm: [] };
for (let load = 0; load < Number(loads); load += 1) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' });
  const page = await context.newPage();
  await page.goto(`${url}/healthz`);
  figures.empty.push(await page.evaluate(() => performance.getEntriesByType('navigation')[0].loadEventEnd));
  await page.goto(url + home, { waitUntil: 'commit' });
  figures.cold.push(await ready(page));
  figures.questions = await page.locator('main a.q').count();
  await page.goto(`${url}${home}/runs`);
  await page.locator('main h1').first().waitFor();
  const begin = await page.evaluate((path) => {
    const began = performance.now();
    document.querySelector(`a[href="${path}"]`).click();
    return began;
  }, home);
  figures.warm.push((await ready(page)) - begin);
  await context.close();
}
await browser.close();
process.stdout.write(JSON.stringify(figures));
