/** What the server said was wrong, in its own words (RFC 9457). */
export class ApiError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

function detailOf(body: unknown, status: number): string {
  if (typeof body === 'object' && body !== null && 'detail' in body && typeof body.detail === 'string') {
    return body.detail;
  }
  return `The server answered ${status}.`;
}

async function read<T>(response: Response): Promise<T> {
  const text = await response.text();
  let body: unknown;
  try {
    body = text === '' ? undefined : JSON.parse(text);
  } catch {
    body = undefined;
  }
  if (!response.ok) throw new ApiError(response.status, detailOf(body, response.status));
  return body as T;
}

const base = '/api/v1';

export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return read<T>(await fetch(base + path, signal ? { signal } : {}));
}

export async function post<T>(path: string, body: unknown): Promise<T> {
  return read<T>(
    await fetch(base + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  );
}
