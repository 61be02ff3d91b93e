import type { Question } from '../../shared/api/types';

export type Lack = NonNullable<Question['lack']>;

export const lacks: readonly Lack[] = ['HAPPENING', 'MACHINERY'];

/** What a question without evidence is short of, in the words of the page. */
export const lackWords: Readonly<Record<Lack, { readonly short: string; readonly title: string }>> = {
  HAPPENING: { short: 'waits', title: 'Everything that sends the evidence is there; what it is about has not happened yet.' },
  MACHINERY: { short: 'not built', title: 'No component of this build can send the evidence.' },
};

/** 16 answers have no evidence: 9 wait for something to happen, 7 for a part that is not built. */
export function lackSentence(counts: Readonly<Record<string, number>>): string {
  const [waits, unbuilt] = [counts['HAPPENING'] ?? 0, counts['MACHINERY'] ?? 0];
  const all = waits + unbuilt;
  if (all === 0) return 'Every answer has been looked at.';
  const parts = [...(waits > 0 ? [`${waits} ${waits === 1 ? 'waits' : 'wait'} for something to happen`] : []), ...(unbuilt > 0 ? [`${unbuilt} ${unbuilt === 1 ? 'needs' : 'need'} a part that is not built`] : [])];
  return `${all} answer${all === 1 ? ' has' : 's have'} no evidence: ${parts.join(', ')}.`;
}
