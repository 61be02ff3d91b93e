// The first load stays small: what index.html asks for at once, compressed, is at most 200 kB of script.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const LIMIT = 200_000;
const root = new URL('../target/classes/ui/', import.meta.url);
const page = readFileSync(new URL('index.html', root), 'utf8');
const scripts = new Set([...page.matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].map(([, file]) => file));
for (const file of scripts) {
  for (const [, next] of readFileSync(new URL(file, root), 'utf8').matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g)) scripts.add(`assets/${next}`);
}
const bytes = [...scripts].reduce((sum, file) => sum + gzipSync(readFileSync(new URL(file, root))).length, 0);
process.stdout.write(`First load: ${(bytes / 1000).toFixed(1)} kB of script compressed, at most ${LIMIT / 1000} kB\n`);
if (scripts.size === 0 || bytes > LIMIT) {
  process.stderr.write(`The first load is larger than it may be: ${[...scripts].join(', ')}\n`);
  process.exit(1);
}
