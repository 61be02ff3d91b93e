import { describe, expect, it } from 'vitest';
import { fold, initialStream, parseEvent, viewsTouchedBy } from '../src/shared/api/stream';
import type { ChangeEvent } from '../src/shared/api/types';

const event = (seq: number, at: string, product = 'mail'): ChangeEvent => ({ seq, at, product, type: 'traffic', data: {} });

describe('the event stream', () => {
  it('moves the clock of the product that changed', () => {
    const state = fold(fold(initialStream, event(1, '2002-08-01T00:00:00Z')), event(2, '2002-08-02T00:00:00Z', 'other'));
    expect(state.clocks).toEqual({ mail: '2002-08-01T00:00:00Z', other: '2002-08-02T00:00:00Z' });
    expect(state.seq).toBe(2);
    expect(state.connected).toBe(true);
  });
  it('ignores what it has seen', () => {
    const seen = fold(initialStream, event(5, '2002-08-01T00:00:00Z'));
    expect(fold(seen, event(5, '2003-01-01T00:00:00Z'))).toBe(seen);
    expect(fold(seen, event(4, '2003-01-01T00:00:00Z'))).toBe(seen);
  });
  it('never turns a clock back', () => {
    const later = fold(initialStream, event(1, '2002-09-01T00:00:00Z'));
    expect(fold(later, event(2, '2002-08-01T00:00:00Z')).clocks['mail']).toBe('2002-09-01T00:00:00Z');
  });
  it.each(['', '{', 'null', '[]', '{"seq":"1"}', '{"seq":1,"type":"x","product":"p"}', '{"seq":1,"type":"x","product":"p","at":"soon"}'])('refuses the frame %s', (data) => {
    expect(parseEvent(data)).toBeUndefined();
  });
  it('reads a frame of the server', () => {
    const text = '{"seq":7,"at":"2002-08-01T00:00:00Z","recordedAt":"2026-01-01T00:00:00Z","product":"mail","type":"run.step","data":"{}"}';
    expect(parseEvent(text)).toMatchObject({ seq: 7, type: 'run.step', product: 'mail' });
  });
  it.each([
    ['canvas.applied', 'conformance'], ['run.started', 'runs'], ['run.step', 'run'], ['run.progress', 'run'], ['run.finished', 'runs'],
    ['version.registered', 'versions'], ['alias.moved', 'versions'], ['rollout.started', 'deployment'], ['rollout.step', 'deployment'],
    ['rollout.finished', 'deployment'], ['traffic', 'deployment'], ['monitor.window', 'monitor'], ['alert.fired', 'alerts'], ['alert.resolved', 'monitor'],
    ['incident.opened', 'incidents'], ['incident.updated', 'incidents'], ['conformance.changed', 'conformance'], ['drill.finished', 'conformance'],
    ['replay.progress', 'deployment'], ['dataset.added', 'conformance'],
  ])('%s makes %s ask again', (type, view) => expect(viewsTouchedBy(type)).toContain(view));
  it('leaves every view alone for an unknown event', () => expect(viewsTouchedBy('weather.changed')).toEqual([]));
});
