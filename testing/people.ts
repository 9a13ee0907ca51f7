import { once } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import https from 'node:https';
import { text } from 'node:stream/consumers';
import { startSession } from '#server/identity/index.ts';
import type { Services } from '#server/services.ts';

export interface Answer<Body = Record<string, unknown>> {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  /** The parsed body; throws when it is not JSON. */
  json: () => Body;
}

export interface SendOptions {
  method?: string;
  headers?: Record<string, string>;
  form?: Record<string, string> | string;
  json?: unknown;
  body?: string;
}

/** A browser of one person: their console session and whatever cookies the server sets. Follows no redirect. */
export interface Person {
  cookies: Map<string, string>;
  send: <Body = Record<string, unknown>>(path: string, options?: SendOptions) => Promise<Answer<Body>>;
}

export interface People {
  /** A call without a browser, as clients make it. */
  send: <Body = Record<string, unknown>>(path: string, options?: SendOptions) => Promise<Answer<Body>>;
  /** `memberId` null: a browser that is not signed in. */
  person: (memberId: string | null) => Promise<Person>;
  close: () => void;
}

function encode({ form, json, body, headers = {} }: SendOptions): { headers: Record<string, string>; body: string } {
  if (json !== undefined)
    return { headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(json) };
  if (form !== undefined)
    return {
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: typeof form === 'string' ? form : new URLSearchParams(form).toString(),
    };
  return { headers, body: body ?? '' };
}

/** Clients and browsers before a running server. People are signed in to the console without their password. */
export function connectPeople({
  services,
  origin,
  authorityPem,
}: {
  services: Pick<Services, 'db' | 'clock'>;
  origin: string;
  authorityPem: string;
}): People {
  const { db, clock } = services;
  // A connection for each call: one that is kept may have been closed by the server, between two steps of a slow test.
  const agent = new https.Agent({ ca: authorityPem, keepAlive: false });

  async function send<Body>(path: string, options: SendOptions = {}): Promise<Answer<Body>> {
    const { headers, body } = encode(options);
    const method = options.method ?? (body === '' ? 'GET' : 'POST');
    const request = https.request(new URL(path, origin), { method, headers, agent, servername: 'localhost' });
    request.end(body);
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    const answer = await text(response);
    return {
      status: response.statusCode ?? 0,
      headers: response.headers,
      text: answer,
      json: () => JSON.parse(answer) as Body,
    };
  }

  async function person(memberId: string | null): Promise<Person> {
    const cookies = new Map<string, string>();
    if (memberId !== null) {
      const session = { memberId, at: clock(), ip: '127.0.0.1', userAgent: 'test browser' };
      const { token } = await db
        .transaction()
        .execute((tx) => startSession(tx, { ...session, replaces: null, because: 'password' }));
      cookies.set('__Host-reeve_session', token);
    }
    return {
      cookies,
      async send<Body>(path: string, options: SendOptions = {}): Promise<Answer<Body>> {
        const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
        const answer = await send<Body>(path, { ...options, headers: { cookie, ...options.headers } });
        for (const line of answer.headers['set-cookie'] ?? []) {
          const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
          if (value === '') cookies.delete(name);
          else cookies.set(name, value);
        }
        return answer;
      },
    };
  }

  return { send, person, close: () => agent.destroy() };
}
