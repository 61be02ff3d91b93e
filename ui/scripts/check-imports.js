// Imports go one way: shared → features → app, and no feature reaches into another.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../src', import.meta.url));
const layer = { shared: 0, features: 1, app: 2 };
const wrong = [];
for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !/\.tsx?$/.test(entry.name)) continue;
  const file = join(entry.parentPath, entry.name);
  const [from, feature] = relative(root, file).split('/');
  if (!(from in layer)) continue;
  for (const [, target] of readFileSync(file, 'utf8').matchAll(/from\s+'(\.[^']+)'/g)) {
    const [to, other] = relative(root, resolve(dirname(file), target)).split('/');
    if (layer[to] > layer[from] || (from === 'features' && to === 'features' && feature !== other)) {
      wrong.push(`${relative(root, file)} may not import ${target}`);
    }
  }
}
if (wrong.length > 0) {
  process.stderr.write(`${wrong.join('\n')}\n`);
  process.exit(1);
}
