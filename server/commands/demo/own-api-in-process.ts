import type { Hono } from 'hono';
import type { HttpEnv } from '#server/http/http-env.ts';
import { callOwnApi, type OwnApi } from '#server/http/own-api-caller.ts';

/** The example's own browser: calls the app without a network and keeps what it sets. */
export function ownApiInProcess(app: Hono<HttpEnv>, origin: string): OwnApi {
  const cookies = new Map<string, string>();
  const keep = (answer: Response) => {
    for (const line of answer.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      const [name = '', value = ''] = pair.split(/=(.*)/s);
      if (value === '') cookies.delete(name);
      else cookies.set(name, value);
    }
    return answer;
  };
  return callOwnApi({
    origin,
    explain: (error) => error,
    async send(asked) {
      const headers = new Headers(asked.headers);
      headers.set('origin', origin);
      headers.set('user-agent', 'Example browser');
      if (cookies.size > 0) headers.set('cookie', [...cookies].map((pair) => pair.join('=')).join('; '));
      const body = asked.method === 'GET' ? null : await asked.arrayBuffer();
      const socket = { incoming: { socket: { remoteAddress: '127.0.0.1' } } };
      return keep(await app.request(asked.url, { method: asked.method, headers, body }, socket));
    },
  });
}
