import type { Evaluation } from '../../shared/api/types';

const MOST = 4;

/** One text that was recognised of each label, and the one that was got most wrong; at most five, without those that are no longer stored. */
export function examples(evaluation: Pick<Evaluation, 'surest' | 'worst'> | undefined): readonly { readonly name: string; readonly text: string }[] {
  const clear = (evaluation?.surest ?? []).filter(({ text }) => text !== '').slice(0, MOST);
  const hard = (evaluation?.worst ?? []).filter(({ text }) => text !== '').slice(0, 1);
  return [...clear.map(({ actual, text }) => ({ name: `Clearly ${actual}`, text })), ...hard.map(({ actual, predicted, text }) => ({ name: `${actual}, taken for ${predicted}`, text }))];
}
