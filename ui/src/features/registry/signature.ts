import { parse } from 'yaml';

/** One column or tensor of a signature. */
export interface Slot {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
}

export interface ModelFile {
  readonly inputs: readonly Slot[];
  readonly outputs: readonly Slot[];
  readonly flavours: readonly string[];
  readonly signed: boolean;
}

const record = (value: unknown): Readonly<Record<string, unknown>> => (typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {});

function slotsOf(value: unknown): Slot[] {
  let list: unknown = value;
  if (typeof value === 'string') {
    try {
      list = JSON.parse(value);
    } catch {
      return [];
    }
  }
  return (Array.isArray(list) ? list : []).map((item, index) => {
    const slot = record(item);
    const tensor = record(slot['tensor-spec']);
    const shape = Array.isArray(tensor['shape']) ? ` [${tensor['shape'].join(', ')}]` : '';
    return { name: typeof slot['name'] === 'string' ? slot['name'] : `#${index}`, type: tensor['dtype'] === undefined ? String(slot['type'] ?? 'unknown') : `${String(tensor['dtype'])}${shape}`, required: slot['required'] !== false };
  });
}

/** What an `MLmodel` file says of the model; what it does not say is empty. */
export function modelFile(text: string): ModelFile {
  let file: Readonly<Record<string, unknown>> = {};
  try {
    file = record(parse(text, { maxAliasCount: 0 }));
  } catch {
    // A file that is no YAML says nothing.
  }
  const signature = record(file['signature']);
  return { inputs: slotsOf(signature['inputs']), outputs: slotsOf(signature['outputs']), flavours: Object.keys(record(file['flavors'])), signed: file['signature'] !== undefined && file['signature'] !== null };
}

export interface SlotChange {
  readonly name: string;
  readonly before: string;
  readonly after: string;
  readonly kind: 'added' | 'removed' | 'changed' | 'same';
}

const told = (slot: Slot | undefined) => (slot ? `${slot.type}${slot.required ? '' : ', optional'}` : '');

/** Slots by name, before and after. */
export function changes(before: readonly Slot[], after: readonly Slot[]): SlotChange[] {
  const names = [...new Set([...before, ...after].map(({ name }) => name))];
  return names.map((name) => {
    const [old, now] = [before.find((slot) => slot.name === name), after.find((slot) => slot.name === name)];
    const kind = !old ? 'added' : !now ? 'removed' : told(old) === told(now) ? 'same' : 'changed';
    return { name, before: told(old), after: told(now), kind };
  });
}
