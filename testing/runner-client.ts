import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { z } from 'zod';
import type { ClaimAnswer, HeartbeatAnswer, Job } from '#contract/runner-protocol.ts';
import type { RunnerDriver } from '#contract/runners.ts';
import { systemActor } from '#server/audit/index.ts';
import { runnerApiDialect } from '#server/cloud/index.ts';
import { createRunnerToken } from '#server/cloud/runners/runner-tokens.ts';
import { createHttpApp } from '#server/http/create-http-app.ts';
import { mountDialect } from '#server/http/wire-routes.ts';
import type { Services } from '#server/services.ts';

export interface RunnerApi {
  url: string;
  /** Registers a runner with a token made for it. */
  register(workspaceId: string, options?: { labels?: string[]; drivers?: RunnerDriver[] }): Promise<RunnerCaller>;
  close(): Promise<void>;
}

export interface Answered {
  status: number;
  body: unknown;
  /** Of a refusal. */
  code: string | null;
}

export interface RunnerCaller {
  id: string;
  secret: string;
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answered>;
  claim(waitSeconds?: number, claimId?: string): Promise<z.infer<typeof Job> | null>;
  heartbeat(running: { attemptId: string; epoch: number }[]): Promise<z.infer<typeof HeartbeatAnswer>>;
}

export const dockerDriver: RunnerDriver = { kind: 'docker', engine: 'Docker 27', runtimes: ['runc'], weaknesses: [] };

const codeIn = (body: unknown): string | null => (body as { error?: { code?: string } })?.error?.code ?? null;

async function ask(url: string, secret: string | null, init: RequestInit): Promise<Answered> {
  const headers = { ...(secret === null ? {} : { authorization: `Bearer ${secret}` }), ...(init.headers as object) };
  const response = await fetch(url, { ...init, headers });
  const text = await response.text();
  let body: unknown = text;
  if (response.headers.get('content-type')?.includes('json')) body = JSON.parse(text);
  return { status: response.status, body, code: response.ok ? null : codeIn(body) };
}

function callerOf(url: string, { id, secret }: { id: string; secret: string }): RunnerCaller {
  const call: RunnerCaller['call'] = (method, path, body, headers = {}) =>
    ask(`${url}${path}`, secret, {
      method,
      headers,
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  const must = async <Body>(answered: Promise<Answered>): Promise<Body> => {
    const { status, body } = await answered;
    if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
    return body as Body;
  };
  return {
    id,
    secret,
    call,
    claim: async (waitSeconds = 0, claimId = undefined) =>
      (await must<z.infer<typeof ClaimAnswer>>(call('POST', '/claim', { free: 1, caches: [], waitSeconds, claimId })))
        .job,
    heartbeat: (running) => must(call('POST', '/heartbeat', { running, problem: null, caches: [] })),
  };
}

/** What runners call, on a real socket before the database of the services. */
export async function startRunnerApi(services: Services): Promise<RunnerApi> {
  const app = createHttpApp({ log: services.log, trustedProxies: [] });
  mountDialect(app, runnerApiDialect(services), () => Promise.reject(new Error('no client calls here')));
  const server = http.createServer(getRequestListener(app.fetch, { overrideGlobalObjects: false }));
  // A connection that closes just when it is used again would be a race.
  server.keepAliveTimeout = 600_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/runner/v1`;
  return {
    url,
    async register(workspaceId, { labels = [], drivers = [dockerDriver] } = {}) {
      const wanted = { workspaceId, labels: [], expiresInMinutes: 60, createdBy: 'test', at: services.clock() };
      const { token } = await services.db
        .transaction()
        .execute((tx) => createRunnerToken(tx, systemActor('test', workspaceId), wanted));
      const facts = { name: 'runner', version: '1', protocol: 1, drivers, labels, capacity: 4 };
      const { status, body } = await ask(`${url}/register`, null, {
        method: 'POST',
        body: JSON.stringify({ token, ...facts }),
      });
      if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
      const { runnerId, secret } = body as { runnerId: string; secret: string };
      return callerOf(url, { id: runnerId, secret });
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
