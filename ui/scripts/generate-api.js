// Writes the types of the native API from its OpenAPI document: npm run api.
import { readFileSync, writeFileSync } from 'node:fs';
import { typesOf } from './types.js';

const source = new URL('../../server/src/main/resources/openapi.json', import.meta.url);
const target = new URL('../src/shared/api/generated/schema.d.ts', import.meta.url);
writeFileSync(target, typesOf(JSON.parse(readFileSync(source, 'utf8'))));
