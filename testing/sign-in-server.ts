import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { getRequestListener } from '@hono/node-server';
import { openCertificates } from '#server/http/certificates.ts';
import { createHttpApp } from '#server/http/create-http-app.ts';
import { mountOwnApi } from '#server/http/own-api.ts';
import { clientOf, type Dialect, mountDialect } from '#server/http/wire-routes.ts';
import {
  authenticateClient,
  codexOauthDialect,
  identityRoutes,
  readConsoleMember,
  startSession,
} from '#server/identity/index.ts';
import { openTestServices, seedWorkspace, type TestServices } from '#testing/test-services.ts';

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

export interface SignInServer {
  services: TestServices;
  origin: string;
  authorityPem: string;
  workspaceId: string;
  ownerId: string;
  send: <Body = Record<string, unknown>>(path: string, options?: SendOptions) => Promise<Answer<Body>>;
  /** `memberId` null: a browser that is not signed in. */
  person: (memberId: string | null) => Promise<Person>;
  close: () => Promise<void>;
}

/** Says who the credential belongs to, so that tests see what `authenticateClient` let in. */
const whoCalls: Dialect = {
  name: 'who-calls',
  routes: [
    {
      method: 'GET',
      path: '/backend-api/who',
      allow: 'codex-client',
      summary: 'Who calls',
      handle: (call) => {
        const { permissions, ...client } = clientOf(call);
        return Response.json({ ...client, permissions: [...permissions] });
      },
    },
  ],
  renderError: (error) => Response.json({ error: { code: error.code } }, { status: error.status }),
};

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

/** Identity alone on a real HTTPS socket: what clients call to sign in, and the console's calls that answer them. */
export async function startSignInServer(): Promise<SignInServer> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'reeve-sign-in-'));
  const opened = await openTestServices();
  const config = { ...opened.config, dataFolder };
  const { clock, log } = opened;
  const certificates = await openCertificates({ config, host: '127.0.0.1', clock, log });
  const server = https.createServer(certificates.tlsOptions());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const services: TestServices = { ...opened, config, origin };
  const app = createHttpApp({ log, trustedProxies: ['127.0.0.1/32'] });
  mountOwnApi(app, {
    router: { identity: identityRoutes(services) },
    origin,
    readMember: readConsoleMember(services),
  });
  const authenticate = authenticateClient(services);
  for (const dialect of [codexOauthDialect(services), whoCalls]) mountDialect(app, dialect, authenticate);
  server.on('request', getRequestListener(app.fetch, { overrideGlobalObjects: false }));
  const authorityPem = certificates.authorityPem ?? '';
  const agent = new https.Agent({ ca: authorityPem, keepAlive: true });

  async function send<Body>(path: string, options: SendOptions = {}): Promise<Answer<Body>> {
    const { headers, body } = encode(options);
    const method = options.method ?? (body === '' ? 'GET' : 'POST');
    const request = https.request(new URL(path, origin), { method, headers, agent, servername: 'localhost' });
    request.end(body);
    const [response] = (await once(request, 'response')) as [import('node:http').IncomingMessage];
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
      const { token } = await services.db
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

  return {
    services,
    origin,
    authorityPem,
    ...(await seedWorkspace(services.db)),
    send,
    person,
    async close() {
      agent.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      certificates.close();
      await rm(dataFolder, { recursive: true, force: true });
      await opened.close();
    },
  };
}
