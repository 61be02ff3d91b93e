import { ansi } from '../lib/ansi';

/** Output of a terminal, its colours in our tones. */
export function Ansi({ text }: { readonly text: string }) {
  // oxlint-disable-next-line no-control-regex -- most lines have no escape
  if (!/[\u001b\r]/.test(text)) return text;
  return ansi(text).map(({ text: part, look }, index) =>
    look === '' ? (
      part
    ) : (
      // oxlint-disable-next-line react/no-array-index-key -- stretches have no identity but their place
      <span key={index} className={look}>
        {part}
      </span>
    ),
  );
}
