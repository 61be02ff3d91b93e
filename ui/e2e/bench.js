// How soon the board of a running server stands in a real browser: `ESPALIER_URL=… npm run bench`.
import { chromium } from 'playwright-core';

const base = process.env.ESPALIER_URL ?? 'http://127.0.0.1:8080';
const rounds = Number(process.env.ROUNDS ?? 25);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
const cold = await measure(true);
const warm = await measure(false);
await browser.close();
process.stdout.write(`board ready, nothing cached: ${line(cold)}\nboard ready, files cached:   ${line(warm)}\n`);

async function measure(fresh) {
  const times = [];
  let context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  for (let round = 0; round <= rounds; round += 1) {
    if (fresh) {
      await context.close();
      context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    }
    const page = await context.newPage();
    await page.goto(base);
    await page.locator('a.q').first().waitFor();
    times.push(await page.evaluate(() => performance.getEntriesByName('board-ready')[0]?.startTime ?? Number.NaN));
    await page.close();
  }
  await context.close();
  return times.slice(1).toSorted((a, b) => a - b);
}

function line(times) {
  const at = (share) => Math.round(times[Math.min(times.length - 1, Math.floor(times.length * share))]);
  return `p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, n ${times.length}`;
}
