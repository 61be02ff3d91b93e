import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { typeOf, typesOf } from '../scripts/types.js';

it('has the types of the API document as it is (npm run api)', () => {
  const document: unknown = JSON.parse(readFileSync(new URL('../../server/src/main/resources/openapi.json', import.meta.url), 'utf8'));
  expect(readFileSync(new URL('../src/shared/api/generated/schema.d.ts', import.meta.url), 'utf8')).toBe(typesOf(document));
});

describe('types from schemas', () => {
  it('tells what must be there from what may be', () => {
    expect(typeOf({ type: 'object', required: ['a'], properties: { a: { type: 'integer' }, 'b-c': { type: 'string' } } })).toBe('{\n  a: number;\n  "b-c"?: string;\n}');
  });
  it('keeps choices together inside lists and maps', () => {
    expect(typeOf({ type: 'array', items: { enum: ['A', 'B'] } })).toBe('("A" | "B")[]');
    expect(typeOf({ type: 'object', additionalProperties: { $ref: '#/components/schemas/Real' } })).toBe("{\n  [key: string]: Schemas['Real'];\n}");
    expect(typeOf({ anyOf: [{ type: 'number' }, { enum: ['NaN'] }] })).toBe('number | "NaN"');
  });
  it('never guesses: a word or a type that it does not know is an error', () => {
    expect(() => typeOf({ allOf: [] })).toThrow("the word 'allOf'");
    expect(() => typeOf({ type: 'decimal' })).toThrow("for 'decimal'");
    expect(typeOf({})).toBe('unknown');
  });
});
