/** A stretch of a line in one look; `look` is a class of ours, empty for plain text. */
export interface Stretch {
  readonly text: string;
  readonly look: string;
}

/** Colours of terminals in our own tones, which hold in light and dark; a bright one is the same tone. */
const TONES = ['muted', 'clay', 'leaf', 'amber', 'sky', 'plum', 'slate', ''] as const;
// oxlint-disable-next-line no-control-regex -- the escape character is what is looked for
const ESCAPES = /\u001b\[([\d;]*)m|\u001b\[[\d;?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\u001b[@-Z\\-_]/g;

interface Pen {
  readonly tone: string;
  readonly bold: boolean;
}
const PLAIN: Pen = { tone: '', bold: false };

/** What a list of numbers (ECMA-48, Select Graphic Rendition) makes of a pen; what a page has no look for changes nothing. */
function drawn(pen: Pen, codes: string): Pen {
  const numbers = codes === '' ? [0] : codes.split(';').map(Number);
  let { tone, bold } = pen;
  for (let at = 0; at < numbers.length; at += 1) {
    const code = numbers[at] ?? 0;
    if (code === 0) [tone, bold] = ['', false];
    else if (code === 1) bold = true;
    else if (code === 22) bold = false;
    else if (code === 39) tone = '';
    else if (code >= 30 && code <= 37) tone = TONES[code - 30] ?? '';
    else if (code >= 90 && code <= 97) tone = TONES[code - 90] ?? '';
    else if (code === 38 || code === 48) {
      // 38;5;N names one of 256, of which the first sixteen are the colours above; 38;2;R;G;B is none of ours.
      const named = numbers[at + 2] ?? 255;
      if (code === 38 && numbers[at + 1] === 5) tone = named < 16 ? (TONES[named % 8] ?? '') : '';
      at += numbers[at + 1] === 2 ? 4 : 2;
    }
  }
  return { tone, bold };
}

/**
 * The lines of a terminal's output as stretches of one look each: colours and bold as they were meant, every other
 * escape gone, and of a line that was written over with a carriage return what stood there at last.
 */
export function ansi(text: string): Stretch[] {
  const source = text.replaceAll('\r\n', '\n').replaceAll(/[^\n]*\r(?=[^\n])/g, (over) => (over.match(ESCAPES) ?? []).join(''));
  const found: Stretch[] = [];
  let pen = PLAIN;
  let from = 0;
  const put = (part: string) => {
    if (part !== '') found.push({ text: part, look: [pen.tone, pen.bold ? 'strong' : ''].filter(Boolean).join(' ') });
  };
  for (const match of source.matchAll(ESCAPES)) {
    put(source.slice(from, match.index));
    from = match.index + match[0].length;
    if (match[1] !== undefined) pen = drawn(pen, match[1]);
  }
  put(source.slice(from));
  return found;
}

/** What a person reads of it. */
export const plain = (text: string): string => ansi(text).map((part) => part.text).join('');
