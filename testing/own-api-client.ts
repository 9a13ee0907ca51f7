import type { Hono } from 'hono';
import type { HttpEnv } from '#server/http/http-env.ts';

export interface ApiAnswer<Body = unknown> {
  status: number;
  /** The parsed body; tests say which shape they expect. */
  body: Body;
  headers: Headers;
}

export interface ApiClient {
  /** What this browser holds, by name. */
  cookies: Map<string, string>;
  call<Body = Record<string, unknown>>(method: string, path: string, input?: unknown): Promise<ApiAnswer<Body>>;
}

function keepCookies(cookies: Map<string, string>, headers: Headers): void {
  for (const line of headers.getSetCookie()) {
    const [pair = '', ...attributes] = line.split('; ');
    const [name = '', value = ''] = pair.split('=');
    if (attributes.includes('Max-Age=0')) cookies.delete(name);
    else cookies.set(name, decodeURIComponent(value));
  }
}

/** Downloads are not. */
const isJson = (headers: Headers): boolean =>
  (headers.get('content-type') ?? '').includes('json') && !headers.has('content-disposition');

/**
 * A browser without a window: calls Reeve's own API in process and keeps its cookies. `address` is where it calls from; the app has
 * to trust 127.0.0.1 as a proxy (`trustedProxies: ['127.0.0.1/32']`) for it to count.
 */
export function apiClient(app: Hono<HttpEnv>, { address = '192.0.2.1' } = {}): ApiClient {
  const cookies = new Map<string, string>();
  return {
    cookies,
    async call<Body>(method: string, path: string, input?: unknown): Promise<ApiAnswer<Body>> {
      const headers = new Headers({ 'x-forwarded-for': address, 'user-agent': 'test browser' });
      if (cookies.size > 0)
        headers.set('cookie', [...cookies].map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('; '));
      if (input !== undefined) headers.set('content-type', 'application/json');
      const init = { method, headers, ...(input !== undefined && { body: JSON.stringify(input) }) };
      const socket = { incoming: { socket: { remoteAddress: '127.0.0.1' } } };
      const response = await app.request(`/api/v1${path}`, init, socket);
      keepCookies(cookies, response.headers);
      const text = await response.text();
      return {
        status: response.status,
        body: (text === '' ? null : isJson(response.headers) ? JSON.parse(text) : text) as Body,
        headers: response.headers,
      };
    },
  };
}
