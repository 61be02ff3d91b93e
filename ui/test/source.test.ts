import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { at, edit, lineOf, parse, read, replace, replaceByText, snippet } from '../src/features/canvas/source';

const text = `# Mail filter
canvas: espalier/1
product: {name: mail-filter, authors: {ana: owner}}

# how much mail comes
serving:
  volume: 30M/month # gateway logs
  mode: {modes: [online], online: {p95: 40ms}}
deploy:
  lead_time: {value: 1d, why: a promise}
  release_policy: default
registry:
  required: {n/a: nothing is kept}
modeling:
  - {id: v0, approach: majority, hypothesis: the floor}
data:
  versioning: no
  ratio: 1.10
`;

describe('reading an answer from YAML', () => {
  it('leaves scalars as they are written: the schema types them', () => {
    expect(read(parse(text), 'data', undefined).fields).toEqual({ versioning: 'no', ratio: '1.10' });
  });
  it('puts a shorthand under its main field', () => {
    expect(read(parse(text), 'serving.volume', 'expected').fields).toEqual({ expected: '30M/month' });
    expect(read(parse(text), 'modeling', 'iterations').fields).toEqual({ iterations: [{ id: 'v0', approach: 'majority', hypothesis: 'the floor' }] });
    expect(read(parse(text), 'deploy.lead_time', 'target')).toEqual({ fields: { target: '1d' }, why: 'a promise', present: true });
  });
  it('knows the special answers and what is not written', () => {
    expect(read(parse(text), 'deploy.release_policy', undefined).special).toBe('default');
    expect(read(parse(text), 'registry.required', 'rule').special).toBe('n/a');
    expect(read(parse(text), 'monitoring.skew', undefined).present).toBe(false);
  });
  it('walks into lists and maps', () => {
    const { fields } = read(parse(text), 'modeling', 'iterations');
    expect(at(fields, ['iterations', 0, 'approach'])).toBe('majority');
    expect(at(fields, ['iterations', 4, 'approach'])).toBeUndefined();
  });
  it('says why a text is not YAML, with the line', () => {
    const [first] = parse('canvas: espalier/1\nserving: {volume: 1\n').broken;
    expect(first?.line).toBeGreaterThan(1);
    expect(parse('a: 1\na: 2\n').broken[0]?.message).toMatch(/unique/i);
  });
});

describe('patching YAML by a form', () => {
  const changed = (after: string) => {
    const before = text.split('\n');
    return after.split('\n').filter((line) => !before.includes(line));
  };
  it('changes one scalar and nothing else, comments included', () => {
    const after = edit(text, 'serving.mode', undefined, ['online', 'p95'], '80ms');
    expect(changed(after)).toEqual(['  mode: {modes: [online], online: {p95: 80ms}}']);
    expect(after).toContain('# how much mail comes');
  });
  it('keeps a shorthand a shorthand when its main field changes', () => {
    expect(changed(edit(text, 'serving.volume', 'expected', ['expected'], '34/day'))).toEqual(['  volume: 34/day # gateway logs']);
  });
  it('opens a shorthand when another field is given, and loses nothing', () => {
    const after = edit(text, 'serving.volume', 'expected', ['peak_factor'], '3');
    expect(read(parse(after), 'serving.volume', 'expected').fields).toEqual({ expected: '30M/month', peak_factor: '3' });
    const lead = edit(text, 'deploy.lead_time', 'target', ['stat'], 'p50');
    expect(read(parse(lead), 'deploy.lead_time', 'target')).toEqual({ fields: { target: '1d', stat: 'p50' }, why: 'a promise', present: true });
  });
  it('turns a special answer into a real one', () => {
    const after = edit(text, 'registry.required', 'rule', ['scope'], ['prod']);
    expect(read(parse(after), 'registry.required', 'rule')).toEqual({ fields: { scope: ['prod'] }, why: '', present: true });
  });
  it('creates groups on the way and prunes what it empties', () => {
    const more = edit(text, 'monitoring.skew', undefined, ['test'], 'js');
    expect(read(parse(more), 'monitoring.skew', undefined).fields).toEqual({ test: 'js' });
    const less = edit(more, 'monitoring.skew', undefined, ['test'], undefined);
    expect(parse(less).document.getIn(['monitoring'])).toBeUndefined();
  });
  it('adds to and takes from a list by position', () => {
    const more = edit(text, 'modeling', 'iterations', ['iterations', 1], { id: 'v1', approach: 'linear' });
    expect(at(read(parse(more), 'modeling', 'iterations').fields, ['iterations', 1])).toEqual({ id: 'v1', approach: 'linear' });
    const less = edit(more, 'modeling', 'iterations', ['iterations', 0], undefined);
    expect(at(read(parse(less), 'modeling', 'iterations').fields, ['iterations', 0])).toEqual({ id: 'v1', approach: 'linear' });
  });
  it('quotes what YAML would misread, and nothing else', () => {
    const after = edit(text, 'data', undefined, ['note'], 'a: b # c');
    expect(at(read(parse(after), 'data', undefined).fields, ['note'])).toBe('a: b # c');
    expect(edit(text, 'data', undefined, ['versioning'], 'off')).toContain('versioning: off');
  });
  it('takes nothing away that is not there, and touches no broken text', () => {
    expect(edit(text, 'serving.volume', 'expected', ['growth'], undefined)).toBe(text);
    expect(edit('a: [', 'serving.volume', 'expected', ['growth'], '1%')).toBe('a: [');
  });
  it('replaces a whole answer', () => {
    const after = replace(text, 'modeling', { deferred: { owner: 'ana', due: '2027-01-01' } });
    expect(read(parse(after), 'modeling', 'iterations').special).toBe('deferred');
    expect(read(parse(replace(after, 'modeling', undefined)), 'modeling', undefined).present).toBe(false);
  });
  it('takes YAML that was typed, or refuses it', () => {
    expect(snippet(parse(text), 'deploy.lead_time')).toBe('{value: 1d, why: a promise}');
    expect(replaceByText(text, 'deploy.lead_time', '{target: 2d')).toBeUndefined();
    expect(read(parse(replaceByText(text, 'deploy.lead_time', 'target: 2d\nstat: p50') ?? ''), 'deploy.lead_time', 'target').fields).toEqual({ target: '2d', stat: 'p50' });
  });
  it('survives a hundred edits of one field without drifting', () => {
    let now = text;
    for (let step = 0; step < 100; step += 1) now = edit(now, 'serving.mode', undefined, ['online', 'p95'], `${step}ms`);
    expect(now).toBe(edit(text, 'serving.mode', undefined, ['online', 'p95'], '99ms'));
  });
  it('finds the line of a field', () => {
    expect(lineOf(text, 'serving.mode.online.p95')).toBe(8);
    expect(lineOf(text, 'modeling[0].approach')).toBe(15);
    expect(lineOf(text, 'serving.volume.growth')).toBe(7);
    expect(lineOf(text, 'nowhere')).toBeUndefined();
  });
  it('keeps the whole example as it is written, but for the field that changes', () => {
    const example = readFileSync(new URL('../../examples/mail-filter/canvas.yaml', import.meta.url), 'utf8');
    expect(parse(example).broken).toEqual([]);
    const after = edit(example, 'deploy.strategy', undefined, ['min_requests'], '80');
    const [before, now] = [example.split('\n'), after.split('\n')];
    expect(now.filter((line) => !before.includes(line)).map((line) => line.trim())).toEqual(['min_requests: 80']);
  });
});
