import { words } from '../lib/format';
import { toneOf } from '../lib/state';

/** An outcome word in the tone that it has everywhere. */
export function Pill({ outcome, text }: { readonly outcome: string; readonly text?: string }) {
  return <span className={`state tone-${toneOf(outcome)}`}>{text ?? words(outcome)}</span>;
}
