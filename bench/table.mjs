// Scrolls through the table of runs of an experiment in headless Chromium, pages and all; prints frame times in
// milliseconds as JSON. Run in ui/, whose node_modules have playwright-core: node ../bench/table.mjs URL EXPERIMENT STEP SECONDS
// EXPERIMENT is its address below the server, STEP the pixels of each frame, SECONDS the most that it may take. Half of
// the time goes to a bare list of the same cells: the limit of this machine in this minute.
import { createRequire } from 'node:module';

const { chromium } = createRequire(`${process.cwd()}/`)('playwright-core');
const [url, experiment, pixels, seconds] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
await page.goto(url + experiment);
await page.locator('.run-table .line .run-cell').first().waitFor({ timeout: 60_000 });
await page.evaluate(() => document.fonts.ready);
// Beside the frames, which an otherwise busy machine makes longer: what the page's own thread worked for each.
const devtools = await page.context().newCDPSession(page);
await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
const worked = async () => Object.fromEntries((await devtools.send('Performance.getMetrics')).metrics.map(({ name, value }) => [name, value * 1000]));
const before = await worked();
const measure = async () => {
  const before = await worked();
  const result = await page.evaluate(async ([step, limit]) => {
    const table = document.querySelector('.run-table');
    const frames = [];
    const began = performance.now();
    let last = began;
    let rested = 0;
    // The end is where nothing grows any more for two seconds.
    while (rested < 120 && performance.now() - began < limit) {
      const before = table.scrollTop;
      table.scrollTop = before + step;
      // oxlint-disable-next-line no-await-in-loop -- one frame after the other
      const now = await new Promise((resolve) => requestAnimationFrame(resolve));
      frames.push(now - last);
      rested = table.scrollTop === before ? rested + 1 : 0;
      last = now;
    }
    const sorted = frames.slice(5).toSorted((a, b) => a - b);
    const at = (share) => Number((sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(1));
    return { frames: sorted.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1), seconds: Number(((last - began) / 1000).toFixed(1)), rows: Math.round(table.scrollHeight / 32) - 1, inPage: table.querySelectorAll('.rest .line').length, heap: Math.round((performance.memory?.usedJSHeapSize ?? 0) / 1e6) };
  }, [Number(pixels), (Number(seconds) * 1000) / 2]);
  const after = await worked();
  const each = (name) => Number(((after[name] - before[name]) / result.frames).toFixed(2));
  return { ...result, threadMillisPerFrame: { script: each('ScriptDuration'), style: each('RecalcStyleDuration'), layout: each('LayoutDuration'), all: each('TaskDuration') } };
};

const table = await measure();
// What the machine itself gives in the same minute: the same rows and styles as bare elements, whose texts a few lines
// write anew on each scroll. No React, no server, no list of runs behind it.
await page.evaluate((height) => {
  const bare = document.querySelector('.run-table').cloneNode(true);
  const main = document.querySelector('#root') ?? document.body;
  main.after(bare);
  main.remove();
  bare.querySelector('.grid').style.height = `${height}px`;
  const halves = [...bare.querySelectorAll('.names, .rest')].map((half) => [...half.querySelectorAll('.line')].toSorted((a, b) => a.offsetTop - b.offsetTop));
  bare.querySelector('.names').style.height = `${height - 32}px`;
  const many = halves[0].length;
  const slots = Array.from({ length: many }, (_, slot) => {
    const texts = [];
    for (const half of halves) {
      const walker = document.createTreeWalker(half[slot], NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) texts.push(walker.currentNode);
    }
    return { lines: halves.map((half) => half[slot]), texts, words: texts.map((node) => node.data), index: -1 };
  });
  const look = () => {
    const from = Math.max(0, Math.floor(bare.scrollTop / 128) * 4 - 6);
    for (let index = from; index < from + many; index += 1) {
      const slot = slots[index % many];
      if (slot.index === index) continue;
      slot.index = index;
      for (const line of slot.lines) line.style.top = `${index * 32}px`;
      const { words } = slots[(index * 7 + Math.floor(index / many)) % many];
      slot.texts.forEach((node, at) => (node.data = words[at] ?? ''));
    }
  };
  bare.addEventListener('scroll', look);
  bare.scrollTop = 0;
  look();
}, 3_200_000);
const bare = await measure();
process.stdout.write(`${JSON.stringify({ ...table, bare })}\n`);
await browser.close();
