import type { ChangeEvent } from './types';

/** What the one event stream tells: the newest sequence number and each product's present. */
export interface StreamState {
  readonly seq: number;
  readonly connected: boolean;
  readonly clocks: Readonly<Record<string, string>>;
}

export const initialStream: StreamState = { seq: 0, connected: false, clocks: {} };

/** Folds one event in; a repeated or older event changes nothing. */
export function fold(state: StreamState, event: ChangeEvent): StreamState {
  if (event.seq <= state.seq) return state;
  const known = state.clocks[event.product];
  const later = known === undefined || Date.parse(event.at) > Date.parse(known);
  return {
    seq: event.seq,
    connected: true,
    clocks: later ? { ...state.clocks, [event.product]: event.at } : state.clocks,
  };
}

/** Views that an event of a stage makes out of date; the first part of each query key. */
const affected: Readonly<Record<string, readonly string[]>> = {
  canvas: ['canvases', 'conformance', 'plan'],
  comment: ['comments'],
  conformance: ['canvases', 'conformance'],
  run: ['runs', 'run', 'log'],
  version: ['versions', 'version', 'lineage', 'runs'],
  alias: ['versions', 'version', 'deployment'],
  rollout: ['deployment', 'monitor', 'versions'],
  traffic: ['deployment', 'monitor'],
  retirement: ['deployment'],
  monitor: ['monitor', 'features'],
  alert: ['monitor', 'alerts', 'incidents'],
  incident: ['incidents', 'alerts'],
  drill: ['conformance'],
  replay: ['deployment'],
  dataset: ['conformance'],
};

export function viewsTouchedBy(type: string): readonly string[] {
  return affected[type.split('.')[0] ?? ''] ?? [];
}

/** The event in a frame of the stream; undefined for anything else. */
export function parseEvent(data: string): ChangeEvent | undefined {
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const event = value as Partial<ChangeEvent>;
  if (typeof event.seq !== 'number' || typeof event.type !== 'string' || typeof event.product !== 'string') return undefined;
  if (typeof event.at !== 'string' || Number.isNaN(Date.parse(event.at))) return undefined;
  return event as ChangeEvent;
}
