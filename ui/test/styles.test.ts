import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const folder = new URL('../src/shared/styles/', import.meta.url);
/** Where each class begins a selector; what only prints speaks of everybody's. */
const homes = new Map<string, Set<string>>();
for (const file of readdirSync(folder).filter((name) => name.endsWith('.css') && name !== 'print.css')) {
  const text = readFileSync(new URL(file, folder), 'utf8').replaceAll(/\/\*[\s\S]*?\*\//g, '');
  for (const [, selectors = ''] of text.matchAll(/([^{}]+)\{/g)) {
    for (const selector of selectors.trim().startsWith('@') ? [] : selectors.split(',')) {
      const name = /^\s*(?:[a-z]+)?\.([\w-]+)/.exec(selector)?.[1];
      if (name !== undefined) homes.set(name, (homes.get(name) ?? new Set()).add(file));
    }
  }
}

describe('style sheets', () => {
  it('each class begins its selectors in one sheet only, so that no page dresses another', () => {
    expect([...homes].filter(([, files]) => files.size > 1).map(([name, files]) => `${name}: ${[...files].toSorted().join(', ')}`)).toEqual([]);
    expect(homes.size).toBeGreaterThan(100);
  });
  it('words that any page may use stand below the page that means them', () => {
    expect(['cell', 'cells', 'column', 'row-head', 'q', 'value', 'claim', 'name'].filter((word) => homes.has(word))).toEqual([]);
  });
});
