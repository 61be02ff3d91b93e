import { load } from './templateFiles';

/** A canvas to start from: a file of examples/, which a test applies. */
export interface Template {
  readonly name: string;
  /** Its first comment. */
  readonly about: string;
  readonly text: string;
}

/** `../examples/mail-filter/canvas.yaml` → mail filter. */
export function titleOf(path: string): string {
  const parts = path.replace(/\.yaml$/, '').split('/');
  const last = parts.at(-1) === 'canvas' ? parts.at(-2) : parts.at(-1);
  const words = (last ?? '').replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The comment at the head of a file, as one sentence or more. */
export function aboutOf(text: string): string {
  const lines = text.split('\n');
  const end = lines.findIndex((line) => !line.startsWith('#'));
  return lines
    .slice(0, end === -1 ? lines.length : end)
    .map((line) => line.replace(/^#\s?/, ''))
    .join(' ')
    .trim();
}

/** The template as a canvas of another product: only its name changes. */
export function forProduct(text: string, product: string): string {
  return text.replace(/^(product:\s*(?:\{\s*|\n\s+)(?:[^}\n]*?,\s*)?name:\s*)[^,}\n]+/m, (_, head: string) => head + product);
}

export async function templates(): Promise<Template[]> {
  const files = await load();
  return files.map(({ path, text }) => ({ name: titleOf(path), about: aboutOf(text), text })).toSorted((a, b) => a.text.length - b.text.length);
}
