import { describe, expect, it } from 'vitest';
import { hunks, lineChanges } from '../src/features/canvas/lines';
import { unwaive, waive, waiversOf } from '../src/features/canvas/waivers';
import { inferRequest, said } from '../src/features/serving/infer';

describe('waivers in the text of a canvas', () => {
  const text = 'canvas: espalier/1\nnfr: [] # none yet\n';
  it('are written beside the answers, comments and all', () => {
    const waived = waive(text, { question: 'nfr', until: '2027-01-31', why: 'a rewrite' });
    expect(waived).toContain('# none yet');
    expect(waiversOf(waived)).toEqual([{ question: 'nfr', until: '2027-01-31', why: 'a rewrite' }]);
  });
  it('of the same promise replace each other; of another clause they do not', () => {
    const once = waive(text, { question: 'nfr', clause: 'ci:cost', until: '2027-01-31', why: 'one' });
    const twice = waive(waive(once, { question: 'nfr', clause: 'ci:cost', until: '2027-02-28', why: 'two' }), { question: 'nfr', until: '2027-03-31', why: 'all' });
    expect(waiversOf(twice).map(({ clause, why }) => [clause, why])).toEqual([['ci:cost', 'two'], [undefined, 'all']]);
  });
  it('go again without a trace', () => {
    expect(unwaive(waive(text, { question: 'nfr', until: '2027-01-31', why: 'x' }), { question: 'nfr' })).toBe(text);
  });
  it('are none where the text says something else', () => {
    expect(waiversOf('waivers: soon\n')).toEqual([]);
    expect(waiversOf('waivers: [3, {question: a}]\n')).toEqual([{ question: 'a', until: '', why: '' }]);
  });
});

describe('two versions of a text', () => {
  const show = (before: string, after: string) => lineChanges(before, after).map(({ kind, text }) => `${kind[0]}${text}`);
  it('share what they share, in order', () => {
    expect(show('a\nb\nc', 'a\nx\nc\nd')).toEqual(['sa', 'rb', 'ax', 'sc', 'ad']);
    expect(show('a\nb', 'a\nb')).toEqual(['sa', 'sb']);
    expect(show('', 'a')).toEqual(['r', 'aa']);
  });
  it('show only what changed, with a little around and a gap for the rest', () => {
    const lines = Array.from({ length: 30 }, (_, index) => `line ${index}`);
    const shown = hunks(lineChanges(lines.join('\n'), lines.with(15, 'other').join('\n')));
    expect(shown.map((one) => (one === 'gap' ? '…' : one.kind[0])).join('')).toBe('…ssrass…');
    expect(hunks(lineChanges('a\nb', 'a\nb'))).toEqual(['gap']);
  });
});

describe('the Open Inference Protocol', () => {
  it('is asked with one text and answers with label and probability', () => {
    expect(inferRequest('hi').inputs[0]).toEqual({ name: 'text', datatype: 'BYTES', shape: [1], data: ['hi'] });
    const answer = { outputs: [{ name: 'label', shape: [1], data: ['spam'] }, { name: 'probabilities', shape: [1, 2], data: [0.2, 0.8] }] };
    expect(said(answer, 0)).toEqual({ label: 'spam', probability: 0.8 });
    expect(said({ outputs: [] }, 0)).toEqual({ label: '', probability: undefined });
  });
});
