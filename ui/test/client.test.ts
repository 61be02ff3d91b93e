import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError, get, getText, isMissing, post, postYaml, session } from '../src/shared/api/client';

interface Heard {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

// A real server over real HTTP: what the client sends is read off the wire.
let server: Server;
let heard: Heard[] = [];
let answer: { status: number; type: string; body: string } = { status: 200, type: 'application/json', body: '{}' };

beforeAll(async () => {
  server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      heard.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body: Buffer.concat(parts).toString('utf8') });
      response.writeHead(answer.status, { 'content-type': answer.type }).end(answer.body);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const real = globalThis.fetch;
  vi.stubGlobal('fetch', (path: string, init?: RequestInit) => real(origin + path, init));
  const kept = new Map<string, string>();
  vi.stubGlobal('sessionStorage', { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => kept.set(key, value), removeItem: (key: string) => kept.delete(key) });
});
afterAll(() => {
  server.close();
  vi.unstubAllGlobals();
});
beforeEach(() => {
  heard = [];
  answer = { status: 200, type: 'application/json', body: '{"ok":true}' };
  session.use('');
});

const failure = async (call: Promise<unknown>): Promise<ApiError> => {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ApiError);
  return error as ApiError;
};

describe('calls to the server', () => {
  it('reads JSON and text', async () => {
    expect(await get('/canvases')).toEqual({ ok: true });
    answer = { status: 200, type: 'application/yaml', body: 'canvas: espalier/1\n' };
    expect(await getText('/canvases/p/export')).toBe('canvas: espalier/1\n');
    expect(heard.map(({ method, url }) => `${method} ${url}`)).toEqual(['GET /api/v1/canvases', 'GET /api/v1/canvases/p/export']);
  });
  it('sends JSON as JSON and a canvas as it is written', async () => {
    await post('/feedback', { label: 'spam', text: 'ü "quoted"' });
    await postYaml('/canvases/p/plan', '# mine\ncanvas: espalier/1\n');
    expect(heard[0]?.headers['content-type']).toBe('application/json');
    expect(JSON.parse(heard[0]?.body ?? '')).toEqual({ label: 'spam', text: 'ü "quoted"' });
    expect(heard[1]?.headers['content-type']).toBe('application/yaml');
    expect(heard[1]?.body).toBe('# mine\ncanvas: espalier/1\n');
  });
  it('names who asks only when a token is used, and forgets it', async () => {
    await get('/me');
    session.use('esp_secret');
    await get('/me');
    session.use('');
    await get('/me');
    expect(heard.map(({ headers }) => headers.authorization)).toEqual([undefined, 'Bearer esp_secret', undefined]);
  });
  it('says what was wrong in the words of the server, with field, rule and nearest value', async () => {
    answer = { status: 400, type: 'application/problem+json', body: JSON.stringify({ title: 'INVALID', status: 400, detail: 'No such unit.', field: 'serving.volume', rule: 'known unit', nearest: 'day' }) };
    const error = await failure(post('/canvases/p/apply', {}));
    expect(error.message).toBe('No such unit.');
    expect(error.status).toBe(400);
    expect(error.problem).toMatchObject({ field: 'serving.volume', nearest: 'day' });
    expect(isMissing(error)).toBe(false);
  });
  it('knows what the server does not know', async () => {
    answer = { status: 404, type: 'application/problem+json', body: '{"detail":"There is nothing here."}' };
    expect(isMissing(await failure(get('/questions')))).toBe(true);
    expect(isMissing(new Error('offline'))).toBe(false);
    expect(isMissing(undefined)).toBe(false);
  });
  it.each([['<html>Bad gateway</html>'], [''], ['null'], ['"text"'], ['{"detail":42}']])('survives an answer that is no problem document: %s', async (body) => {
    answer = { status: 502, type: 'text/html', body };
    const error = await failure(get('/canvases'));
    expect(error.message).toBe('The server answered 502.');
  });
  it('takes an empty or broken success as nothing', async () => {
    answer = { status: 200, type: 'application/json', body: '' };
    expect(await get('/canvases')).toBeUndefined();
    answer = { status: 200, type: 'application/json', body: '{broken' };
    expect(await get('/canvases')).toBeUndefined();
  });
  it('can be given up', async () => {
    const giveUp = new AbortController();
    giveUp.abort();
    await expect(get('/canvases', giveUp.signal)).rejects.toThrow(/abort/i);
  });
});
