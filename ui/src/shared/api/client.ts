import type { Problem } from './types';

/** What the server said was wrong, in its own words (RFC 9457). */
export class ApiError extends Error {
  readonly status: number;
  readonly problem: Partial<Problem>;
  constructor(status: number, message: string, problem: Partial<Problem> = {}) {
    super(message);
    this.status = status;
    this.problem = problem;
  }
}

/** True when the server does not know the call or the thing. */
export const isMissing = (error: unknown): boolean => error instanceof ApiError && error.status === 404;

function problemOf(text: string): Partial<Problem> {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null ? (body as Partial<Problem>) : {};
  } catch {
    return {};
  }
}

const base = '/api/v1';
const TOKEN = 'espalier.token';

/** Whose token this session acts with; without one the server takes the caller on this machine. */
export const session = {
  token: () => sessionStorage.getItem(TOKEN) ?? '',
  use: (token: string) => (token === '' ? sessionStorage.removeItem(TOKEN) : sessionStorage.setItem(TOKEN, token)),
};

/** What the calls of other protocols say is wrong has other names than our problems have. */
const told = (problem: Partial<Problem> & { readonly message?: unknown; readonly error?: unknown }): string | undefined => [problem.detail, problem.message, problem.error].find((text) => typeof text === 'string');

interface Early {
  readonly path: string;
  readonly token: string;
  readonly answer: Promise<Response>;
}

/** What /early.js asked before this program ran; nobody takes it twice, and another caller not at all. */
function takeEarly(address: string, token: string): Promise<Response> | undefined {
  const here = globalThis as { espalierEarly?: Early };
  const early = here.espalierEarly;
  if (early?.path !== address) return undefined;
  delete here.espalierEarly;
  return early.token === token ? early.answer : undefined;
}

async function ask(address: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  const token = session.token();
  if (token !== '') headers.set('authorization', `Bearer ${token}`);
  const early = (init.method ?? 'GET') === 'GET' ? takeEarly(address, token)?.catch(() => undefined) : undefined;
  const response = (await early) ?? (await fetch(address, { ...init, headers }));
  if (response.ok) return response;
  const problem = problemOf(await response.text());
  throw new ApiError(response.status, told(problem) ?? `The server answered ${response.status}.`, problem);
}

const call = async (path: string, init: RequestInit = {}): Promise<string> => (await ask(base + path, init)).text();

/** An answer that is not JSON is nothing. */
function parsed<T>(text: string): T {
  try {
    return JSON.parse(text) as T;
  } catch {
    return undefined as T;
  }
}

export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return parsed<T>(await call(path, signal ? { signal } : {}));
}

export async function getText(path: string, signal?: AbortSignal): Promise<string> {
  return call(path, signal ? { signal } : {});
}

export async function post<T>(path: string, body: unknown): Promise<T> {
  return parsed<T>(await call(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }));
}

/** Sends a canvas as it is written. */
export async function postYaml<T>(path: string, source: string, signal?: AbortSignal): Promise<T> {
  return parsed<T>(await call(path, { method: 'POST', headers: { 'content-type': 'application/yaml' }, body: source, ...(signal ? { signal } : {}) }));
}

/** Asks a call outside of the native API: the protocols that other programs speak. */
export async function getAt<T>(address: string, signal?: AbortSignal): Promise<T> {
  return parsed<T>(await (await ask(address, signal ? { signal } : {})).text());
}

export async function postAt<T>(address: string, body: unknown): Promise<T> {
  return parsed<T>(await (await ask(address, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })).text());
}

/** Asks a call of MLflow's REST, where the registry of its clients is. */
export async function getMlflow<T>(path: string, signal?: AbortSignal): Promise<T> {
  return getAt<T>(`/ajax-api/2.0/mlflow${path}`, signal);
}

export const postMlflow = async <T>(path: string, body: unknown): Promise<T> => postAt<T>(`/ajax-api/2.0/mlflow${path}`, body);

/** The bytes of a file, with the caller's token: a plain link would go without. */
export async function getBlob(address: string, signal?: AbortSignal): Promise<Blob> {
  return (await ask(address, signal ? { signal } : {})).blob();
}
