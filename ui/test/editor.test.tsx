import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { AnswerForm } from '../src/features/canvas/AnswerForm';
import { Diff, directions, plain, summary } from '../src/features/canvas/Diff';
import { blocksOf, changedAnswers, controlOf, defaultText, defaultValue, hint, label, listOf, textOf, written } from '../src/features/canvas/fields';
import { Findings } from '../src/features/canvas/Findings';
import { repaired, target, valueOf } from '../src/features/canvas/repair';
import { drillsFor } from '../src/features/canvas/ProveIt';
import type { FieldChange, FieldInfo, Finding, QuestionInfo } from '../src/shared/api/contract';

const field = (name: string, type: string, extra: Partial<FieldInfo> = {}): FieldInfo => ({ name, type, ...extra });
const volume: QuestionInfo = {
  id: 'P8', key: 'serving.volume', block: 'serving', blockTitle: 'Serving', cell: 'serving', lane: 'MAINTAIN', kind: 'TARGET', text: 'How many predictions?', mainField: 'expected', compilesTo: ['load'],
  evidence: [{ clause: 'load', kind: 'DRILL', text: 'sustains the peak' }],
  fields: [field('expected', 'rate', { unit: 'per second', tighter: 'HIGHER' }), field('peakFactor', 'decimal', { default: 3, min: 1, max: 100 }), field('headroom', 'share', { default: '30%' })],
};
const model: QuestionInfo = { ...volume, id: 'A3', key: 'model', blockTitle: 'Page', text: 'Which family?', fields: [field('family', 'text', { oneOf: ['linear', 'encoder'], default: 'encoder' }), field('arch', 'record', { fields: [field('layers', 'int', { default: 2 })] })] };
const yaml = 'model: {family: linear, arch: {layers: 4}}\nserving: {volume: {expected: 34/day, why: the logs}}\n';
const form = (question: QuestionInfo, text = yaml, problems: Parameters<typeof AnswerForm>[0]['problems'] = []) =>
  renderToStaticMarkup(<AnswerForm question={question} text={text} problems={problems} set={() => undefined} />);

describe('how a field is edited', () => {
  it.each([
    [field('a', 'Duration'), 'text'],
    [field('a', 'boolean'), 'switch'],
    [field('a', 'text', { oneOf: ['x'] }), 'choice'],
    [field('a', 'text', { oneOf: ['x'], list: true }), 'choices'],
    [field('a', 'Set<text>'), 'lines'],
    [field('a', 'text', { list: true }), 'lines'],
    [field('a', 'Map<text, money>'), 'yaml'],
    [field('a', 'record', { fields: [field('b', 'int')] }), 'record'],
    [field('a', 'record', { list: true, fields: [field('b', 'int')] }), 'records'],
  ])('%o as %s', (one, control) => {
    expect(controlOf(one)).toBe(control);
  });
  it('says bounds, unit, direction and an example in one line', () => {
    expect(hint(field('a', 'duration', { tighter: 'LOWER' }))).toBe('lower is tighter · such as 30d, 15m, 1h30m');
    expect(hint(field('a', 'number', { min: 1, max: 10, unit: 'ms' }))).toBe('1 to 10 ms');
    expect(hint(field('a', 'int', { min: 1, unit: 'rows' }))).toBe('at least 1 rows');
    expect(hint(field('a', 'int', { max: 9, help: 'of nine' }))).toBe('of nine · at most 9');
    expect(hint(field('a', 'text', { oneOf: ['x'] }))).toBe('');
  });
  it('writes defaults as a person would', () => {
    expect([undefined, null, true, false, 5, ['a', 1], { a: 1 }].map(defaultText)).toEqual(['', '', 'yes', 'no', '5', 'a, 1', '{"a":1}']);
  });
  it('writes a default down as what it is, not as text that looks like it', () => {
    expect(defaultValue(field('a', 'text', { list: true, default: '[run, trigger]' }))).toEqual(['run', 'trigger']);
    expect(defaultValue(field('a', 'record', { default: '{layers: 2}' }))).toEqual({ layers: '2' });
    expect(defaultValue(field('a', 'duration', { default: '30d' }))).toBe('30d');
    expect(defaultValue(field('a', 'duration'))).toBeUndefined();
    expect(defaultValue(field('a', 'text', { default: '[broken' }))).toBe('[broken');
  });
  it('says the bounds of a share in percent, and no bound that says nothing', () => {
    expect(hint(field('a', 'share', { min: 0, max: 1 }))).toBe('0 % to 100 %');
    expect(hint(field('a', 'integer', { min: 0 }))).toBe('');
  });
  it('speaks Java, YAML and English', () => {
    expect(written('minPerClass')).toBe('min_per_class');
    expect(label('min_per_class')).toBe('Min per class');
    expect(label('p95')).toBe('P95');
    expect(textOf(['a'])).toBe('["a"]');
    expect(listOf('one')).toEqual(['one']);
    expect(listOf('')).toEqual([]);
  });
});

describe('the form of a question', () => {
  it('shows what is written, what is a default, and the unit', () => {
    const html = form(volume);
    expect(html).toContain('value="34/day"');
    expect(html).toContain('value="the logs"');
    expect(html).toContain('placeholder="3"');
    expect(html).toContain('per second');
    expect(html).toContain('1 to 100');
    expect(html.match(/>confirm</g)).toHaveLength(2);
    expect(html).toContain('sustains the peak');
  });
  it('offers choices with the default named, and inner fields as a group', () => {
    const html = form(model);
    expect(html).toContain('encoder (default)');
    expect(html).toContain('<legend>Arch</legend>');
    expect(html).toContain('value="4"');
  });
  it('puts what the server says beside the field that it is about', () => {
    const html = form(volume, yaml, [{ field: 'serving.volume.expected', detail: 'A rate has a period.', nearest: '34/day' }, { field: 'model.arch.layers', detail: 'elsewhere' }]);
    expect(html).toContain('A rate has a period. Nearest valid: 34/day.');
    expect(html).not.toContain('elsewhere');
    expect(html.match(/aria-invalid="true"/g)).toHaveLength(1);
  });
  it('lets nobody write what the platform sets', () => {
    const html = form({ ...volume, derived: true, examples: ['34/day'] });
    expect(html).toContain('nobody writes it');
    expect(html).not.toContain('<input');
    expect(html).toContain('34/day');
  });
  it('says what holds when nothing is written, and what a special answer means', () => {
    expect(form(volume, 'model: {family: linear}\n')).toContain('Nothing is written yet');
    expect(form(volume, 'serving: {volume: default}\n')).toContain('All defaults are confirmed.');
    const without = form(volume, 'serving: {volume: {n/a: nobody asks}}\n');
    expect(without).toContain('Not applicable.');
    expect(without).toContain('nobody asks');
  });
});

describe('the difference that a draft makes', () => {
  const change = (direction: FieldChange['direction'], path: string, before?: string, after?: string): FieldChange => ({ question: path.split('.').slice(0, 2).join('.'), path, direction, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) });
  const changes = [change('ADDED', 'serving.volume.growth', undefined, '"5%/month"'), change('LOOSENED', 'serving.volume.expected', '"34/day"', '"9/day"'), change('TEXT', 'serving.volume.why', '""', '"logs"')];
  it('counts the gravest first', () => {
    expect(summary(changes)).toBe('1 loosened, 1 added, 1 text');
    expect(summary([])).toBe('');
  });
  it('reads canonical JSON', () => {
    expect([undefined, '{}', '"P1D"', 'true', '0.05', '{"a":[1,2]}', 'not json'].map(plain)).toEqual(['nothing', 'nothing', 'P1D', 'yes', '0.05', '{a: [1, 2]}', 'not json']);
  });
  it('gives each direction a word and a sign of its own', () => {
    const looks = Object.values(directions);
    expect(new Set(looks.map(({ word }) => word)).size).toBe(6);
    expect(new Set(looks.map(({ sign }) => sign)).size).toBe(6);
  });
  it('lists loosened fields before added ones, with both values', () => {
    const html = renderToStaticMarkup(<Diff changes={changes} questions={[volume]} go={() => undefined} />);
    expect(html.indexOf('serving.volume.expected')).toBeLessThan(html.indexOf('serving.volume.growth'));
    expect(html).toContain('34/day');
    expect(html).toContain('9/day');
    expect(html).toContain('P8');
  });
  it('finds changed answers by value, not by spelling', () => {
    expect(changedAnswers(yaml, yaml.replace('{family: linear, arch: {layers: 4}}', '\n  arch:\n    layers: 4 # deep\n  family: linear'), [volume, model])).toEqual(new Set(['model']));
    expect(changedAnswers(yaml, `# a comment\n${yaml}`, [volume, model])).toEqual(new Set());
    expect(changedAnswers(yaml, yaml.replace('34/day', '35/day'), [volume, model])).toEqual(new Set(['serving.volume']));
    expect(changedAnswers(yaml, 'a: [', [volume, model])).toEqual(new Set());
  });
});

describe('what does not fit together', () => {
  const finding = (level: Finding['level'], rule: number, questions: string[], extra: Partial<Finding> = {}): Finding => ({ level, rule, questions, message: `rule ${rule} says so`, repair: 'Promise P30D.', ...extra });
  const html = (contradictions: Finding[], repair = true) =>
    renderToStaticMarkup(<Findings contradictions={contradictions} problems={[{ field: 'serving.volume', detail: 'No such unit.', nearest: 'day' }]} text={yaml} questions={[volume, model]} current="model" go={() => undefined} {...(repair ? { repair: () => undefined } : {})} />);
  it('puts errors before warnings, and what concerns this question first', () => {
    const shown = html([finding('WARN', 4, ['model']), finding('ERROR', 15, ['serving.volume']), finding('ERROR', 3, ['model'])]);
    expect(shown.indexOf('rule 3 says')).toBeLessThan(shown.indexOf('rule 15 says'));
    expect(shown.indexOf('rule 15 says')).toBeLessThan(shown.indexOf('rule 4 says'));
  });
  it('names the line of a problem and the nearest valid value', () => {
    const shown = html([]);
    expect(shown).toContain('line 2');
    expect(shown).toContain('Nearest valid: day');
  });
  it('offers a repair only where the server says how', () => {
    expect(html([finding('ERROR', 15, ['model'])])).not.toContain('Apply the repair');
    const able = finding('ERROR', 15, ['model'], { patch: [{ path: 'model.family', value: 'encoder' }] });
    expect(html([able])).toContain('Apply the repair');
    expect(html([able], false)).not.toContain('Apply the repair');
    expect(html([able])).toContain('Promise 30 d.');
  });
});

describe('a repair', () => {
  const known = [{ key: 'serving' }, { key: 'serving.volume', mainField: 'expected' }, { key: 'modeling', mainField: 'iterations' }, { key: 'model' }];
  it('finds the question that a path leads into, the longest key first', () => {
    expect(target('serving.volume.expected', known)).toEqual({ question: known[1], field: ['expected'] });
    expect(target('serving.mode.online', known)?.question.key).toBe('serving');
    expect(target('modeling[1].approach', known)?.field).toEqual(['iterations', 1, 'approach']);
    expect(target('modeling.iterations[0]', known)?.field).toEqual(['iterations', 0]);
    expect(target('models.family', known)).toBeUndefined();
  });
  it('turns JSON into what a person writes', () => {
    expect(valueOf({ a: [1, true, null, 'x'], b: false })).toEqual({ a: ['1', 'yes', '', 'x'], b: 'no' });
  });
  it('changes what it names and keeps the rest, comments too', () => {
    const text = `# mine\n${yaml}modeling: [{id: v0}, {id: v1, approach: linear}] # ladder\n`;
    const after = repaired(text, [{ path: 'serving.volume.expected', value: '12/s' }, { path: 'modeling[1].approach', value: 'encoder' }, { path: 'model.arch.layers', value: 2 }, { path: 'nowhere.at.all', value: 1 }], known);
    expect(after).toBe(text.replace('34/day', '12/s').replace('approach: linear', 'approach: encoder').replace('layers: 4', 'layers: 2'));
  });
  it('can replace a whole answer', () => {
    expect(repaired(yaml, [{ path: 'serving.volume', value: '9/day' }], known)).toContain('volume: 9/day');
  });
});

describe('finding questions and drills', () => {
  it('keeps blocks in order and leaves out empty ones', () => {
    expect(blocksOf([volume, model], '').map(({ title }) => title)).toEqual(['Serving', 'Page']);
    expect(blocksOf([volume, model], 'family').map(({ title }) => title)).toEqual(['Page']);
    expect(blocksOf([volume, model], 'zzz')).toEqual([]);
  });
  it('knows which drill speaks for a question, else offers all', () => {
    const drills = ['load', 'rollback'].map((name) => ({ name, description: '' }));
    const clause = (name: string, kind: 'DRILL' | 'LIVE') => ({ clause: name, text: name, kind, state: 'STALE' as const, reason: '', minN: 1, ttl: 'P1D' });
    expect(drillsFor({ evidence: [clause('load', 'DRILL')] }, drills).map(({ name }) => name)).toEqual(['load']);
    expect(drillsFor({ evidence: [clause('load', 'LIVE')] }, drills)).toHaveLength(2);
  });
});
