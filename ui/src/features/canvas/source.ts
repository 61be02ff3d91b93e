import { isMap, isNode, isScalar, isSeq, parseDocument, YAMLMap, type Document, type Node } from 'yaml';

/** A value as it is written: scalars stay text, for the schema gives them their type, not YAML. */
export type Value = string | readonly Value[] | { readonly [key: string]: Value };
export type Path = readonly (string | number)[];

export interface Source {
  readonly document: Document.Parsed;
  /** Why the text is not YAML, with the line. */
  readonly broken: readonly { readonly line: number; readonly message: string }[];
}

const options = { schema: 'failsafe', version: '1.2', uniqueKeys: true, keepSourceTokens: false, prettyErrors: false } as const;

export function parse(text: string): Source {
  const document = parseDocument(text, options);
  const broken = document.errors.map((error) => ({ line: text.slice(0, error.pos[0]).split('\n').length, message: error.message }));
  return { document, broken };
}

/** Where a question's answer is written: the template is the one key that is not spelled as its path. */
export function pathOf(key: string): string[] {
  return key === 'canvas.template' ? ['template'] : key.split('.');
}

function plain(node: unknown): Value | undefined {
  if (isScalar(node)) return node.value === null ? '' : String(node.value);
  if (isSeq(node)) return node.items.map((item) => plain(item) ?? '');
  if (isMap(node)) return Object.fromEntries(node.items.map((pair) => [String(isScalar(pair.key) ? pair.key.value : pair.key), plain(pair.value) ?? '']));
  return undefined;
}

const isFields = (value: Value | undefined): value is { readonly [key: string]: Value } => typeof value === 'object' && !Array.isArray(value);

export interface Written {
  /** Fields by name; what a shorthand says stands under the main field. */
  readonly fields: { readonly [key: string]: Value };
  readonly special?: 'n/a' | 'deferred' | 'default';
  readonly why: string;
  readonly present: boolean;
}

/** An answer as the form shows it. */
export function read(source: Source, key: string, mainField: string | undefined): Written {
  const value = plain(source.document.getIn(pathOf(key), true));
  if (value === undefined) return { fields: {}, why: '', present: false };
  if (value === 'default') return { fields: {}, special: 'default', why: '', present: true };
  if (!isFields(value)) return { fields: mainField === undefined ? {} : { [mainField]: value }, why: '', present: true };
  const { why, value: shorthand, ...rest } = value;
  const special = 'n/a' in rest ? 'n/a' : 'deferred' in rest ? 'deferred' : undefined;
  const fields = shorthand !== undefined && mainField !== undefined && mainField !== 'value' ? { ...rest, [mainField]: shorthand } : value['value'] === undefined ? rest : { ...rest, value: value['value'] };
  return { fields, ...(special ? { special } : {}), why: typeof why === 'string' ? why : '', present: true };
}

/** The value under a path of an answer's fields. */
export function at(value: Value | undefined, path: Path): Value | undefined {
  return path.reduce<Value | undefined>((here, step) => {
    if (Array.isArray(here)) return here[Number(step)];
    return isFields(here) ? here[String(step)] : undefined;
  }, value);
}

function written(document: Document, value: Value): Node {
  const node = document.createNode(value, { flow: true });
  return isNode(node) ? node : document.createNode(String(value));
}

/** Makes the answer a map with fields, keeping what a shorthand said and the comments around it. */
function opened(document: Document, path: string[], mainField: string | undefined): void {
  const node = document.getIn(path, true);
  if (isMap(node) && !node.has('n/a') && !node.has('deferred')) {
    const value = node.get('value', true);
    if (mainField === undefined || mainField === 'value' || value === undefined || node.has(mainField)) return;
    node.delete('value');
    node.set(mainField, value);
    return;
  }
  const map = new YAMLMap();
  map.flow = isScalar(node) || (isSeq(node) && node.flow === true) || node === undefined;
  const keeps = (isScalar(node) && node.value !== 'default' && node.value !== '' && node.value !== null) || isSeq(node);
  if (keeps && mainField !== undefined) map.set(mainField, node);
  document.setIn(path, map);
}

function print(document: Document): string {
  return document.toString({ lineWidth: 0, flowCollectionPadding: false, indentSeq: true });
}

/** Removes maps and lists that an edit left empty, from the inside out. */
function prune(document: Document, path: Path): void {
  for (let length = path.length; length > 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true);
    if ((isMap(node) || isSeq(node)) && node.items.length === 0) document.deleteIn(path.slice(0, length));
    else if (node !== undefined) return;
  }
}

/** The text with one field of an answer set, or taken away; everything else stays as it is written. */
export function edit(text: string, key: string, mainField: string | undefined, field: Path, value: Value | undefined): string {
  const { document, broken } = parse(text);
  if (broken.length > 0) return text;
  const path = pathOf(key);
  const node = document.getIn(path, true);
  const shorthand = mainField !== undefined && field[0] === mainField && node !== undefined && !isMap(node) && !(isScalar(node) && node.value === 'default');
  if (!shorthand && value !== undefined) opened(document, path, mainField);
  const main = isMap(node) && mainField !== undefined && field[0] === mainField && !node.has(mainField) && node.has('value') ? ['value', ...field.slice(1)] : field;
  const target = shorthand ? [...path, ...field.slice(1)] : [...path, ...(value === undefined ? main : field)];
  if (value === undefined) {
    if (document.getIn(target, true) === undefined) return text;
    document.deleteIn(target);
    prune(document, target.slice(0, -1));
    return print(document);
  }
  const before = document.getIn(target, true);
  if (isScalar(before) && typeof value === 'string') before.value = value;
  else fill(document, target, written(document, value));
  return print(document);
}

/** Sets a node and creates the maps and lists on the way to it. */
function fill(document: Document, path: Path, value: Node): void {
  path.slice(0, -1).forEach((_, index) => {
    const way = path.slice(0, index + 1);
    const here = document.getIn(way, true);
    if (!isMap(here) && !isSeq(here)) document.setIn(way, written(document, typeof path[index + 1] === 'number' ? [] : {}));
  });
  document.setIn(path, value);
}

/** The text with a whole answer replaced: by a special one, or by nothing. */
export function replace(text: string, key: string, value: Value | undefined): string {
  const { document, broken } = parse(text);
  if (broken.length > 0) return text;
  const path = pathOf(key);
  if (value === undefined) {
    if (document.getIn(path, true) === undefined) return text;
    document.deleteIn(path);
    prune(document, path.slice(0, -1));
  } else fill(document, path, written(document, value));
  return print(document);
}

/** The answer alone as YAML, for what a form cannot show. */
export function snippet(source: Source, key: string): string {
  const node = source.document.getIn(pathOf(key), true);
  return node === undefined ? '' : parseDocumentOf(node);
}

function parseDocumentOf(node: unknown): string {
  const document = parseDocument('', options);
  document.contents = node as Document.Parsed['contents'];
  return print(document).trimEnd();
}

/** The text with an answer replaced by YAML that was typed; undefined when it is not YAML. */
export function replaceByText(text: string, key: string, yaml: string): string | undefined {
  const answer = parse(yaml);
  const { document, broken } = parse(text);
  if (answer.broken.length > 0 || broken.length > 0) return undefined;
  if (yaml.trim() === '') return replace(text, key, undefined);
  const path = pathOf(key);
  fill(document, path, answer.document.contents as Node);
  return print(document);
}

/** Line of a dotted key in the text, 1-based; the nearest part above it that is written. */
export function lineOf(text: string, field: string): number | undefined {
  const { document } = parse(text);
  const path = field.replaceAll(/\[(\d+)\]/g, '.$1').split('.').filter(Boolean);
  for (let length = path.length; length > 0; length -= 1) {
    const node = document.getIn(path.slice(0, length).map((part) => (/^\d+$/.test(part) ? Number(part) : part)), true);
    const from = isNode(node) ? node.range?.[0] : undefined;
    if (from !== undefined) return text.slice(0, from).split('\n').length;
  }
  return undefined;
}

/** The blocks that a canvas answers something of, in its order. */
export function blocksIn(text: string): string[] {
  const value = plain(parse(text).document.contents);
  return isFields(value) ? Object.keys(value).filter((key) => key !== 'canvas' && key !== 'template') : [];
}

/** The canvas as JSON: a number stays a number, everything else the text that it is. Undefined where it is no YAML. */
export function asJson(text: string): string | undefined {
  const document = parseDocument(text, { ...options, schema: 'core' });
  return document.errors.length > 0 ? undefined : `${JSON.stringify(document.toJS({ maxAliasCount: 0 }), null, 2)}\n`;
}
