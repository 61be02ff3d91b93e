/** The part of Markdown that our documents are written in; nothing in it can become HTML. */
export type Block =
  | { readonly kind: 'heading'; readonly level: number; readonly text: string }
  | { readonly kind: 'paragraph'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | { readonly kind: 'table'; readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] }
  | { readonly kind: 'code'; readonly text: string };

const cells = (line: string) =>
  line
    .trim()
    .replace(/^\||\|$/g, '')
    .split('|')
    .map((cell) => cell.trim());

export function blocks(source: string): Block[] {
  const lines = source.split(/\r?\n/);
  const result: Block[] = [];
  let at = 0;
  const take = (fits: (line: string) => boolean) => {
    const from = at;
    while (at < lines.length && fits(lines[at] ?? '')) at += 1;
    return lines.slice(from, at);
  };
  while (at < lines.length) {
    const line = lines[at] ?? '';
    const heading = /^(#{1,6})\s+(.*)$/.exec(line);
    if (line.trim() === '') at += 1;
    else if (heading) {
      result.push({ kind: 'heading', level: heading[1]?.length ?? 1, text: heading[2] ?? '' });
      at += 1;
    } else if (line.startsWith('```')) {
      at += 1;
      result.push({ kind: 'code', text: take((next) => !next.startsWith('```')).join('\n') });
      at += 1;
    } else if (/^\s*[-*]\s+/.test(line)) {
      result.push({ kind: 'list', items: take((next) => /^\s*[-*]\s+/.test(next)).map((item) => item.replace(/^\s*[-*]\s+/, '')) });
    } else if (line.trim().startsWith('|')) {
      const [head = '', , ...rows] = take((next) => next.trim().startsWith('|'));
      result.push({ kind: 'table', head: cells(head), rows: rows.map(cells) });
    } else {
      const text = take((next) => next.trim() !== '' && !/^(#{1,6}\s|```|\s*[-*]\s|\s*\|)/.test(next)).join(' ');
      if (text === '') at += 1;
      else result.push({ kind: 'paragraph', text });
    }
  }
  return result;
}

export interface Span {
  readonly kind: 'text' | 'strong' | 'code' | 'link';
  readonly text: string;
  readonly href?: string;
}

/** Strong, code and links within a line; a link leads to this server or to the web over TLS, nowhere else. */
export function spans(text: string): Span[] {
  const result: Span[] = [];
  const pattern = /\*\*([^*]+)\*\*|`([^`]+)`|\[([^\]]+)\]\(([^)\s]+)\)/g;
  let from = 0;
  for (const match of text.matchAll(pattern)) {
    if (match.index > from) result.push({ kind: 'text', text: text.slice(from, match.index) });
    const [whole, strong, code, label, href] = match;
    if (strong !== undefined) result.push({ kind: 'strong', text: strong });
    else if (code !== undefined) result.push({ kind: 'code', text: code });
    else if (label !== undefined && href !== undefined && /^(https:\/\/|\/[^/]|#)/.test(href)) result.push({ kind: 'link', text: label, href });
    else result.push({ kind: 'text', text: label ?? whole });
    from = match.index + whole.length;
  }
  if (from < text.length) result.push({ kind: 'text', text: text.slice(from) });
  return result;
}
