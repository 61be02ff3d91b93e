// Types of the native API from its OpenAPI document. The generator is not a dependency of the build: it
// runs by hand when the document changes, and a test compares the digest in the first line.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';

const source = new URL('../../server/src/main/resources/openapi.json', import.meta.url).pathname;
const target = new URL('../src/shared/api/generated/schema.d.ts', import.meta.url).pathname;
execFileSync(
  'npx',
  ['--yes', '-p', 'openapi-typescript@7.13.0', '-p', 'typescript@5.9.3', 'openapi-typescript', source, '-o', target],
  { stdio: 'inherit' },
);
const digest = createHash('sha256').update(readFileSync(source)).digest('hex');
writeFileSync(target, `// openapi.json sha256 ${digest}\n${readFileSync(target, 'utf8')}`);
