import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { permissionsOf } from '#contract/built-in-roles.ts';
import { systemActor } from '#server/audit/index.ts';
import { ReeveError } from '#server/fail.ts';
import { createHttpApp } from '#server/http/create-http-app.ts';
import { type AuthenticateClient, type CodexClient, mountDialect } from '#server/http/wire-routes.ts';
import { type Gateway, openGateway, responsesDialect } from '#server/models/index.ts';
import { setUpstream } from '#server/models/upstream.ts';
import { deliverPolicy } from '#server/policies/policy-revision.ts';
import { seedPrice } from '#testing/seed-price.ts';
import { type ResponsesServer, type ResponsesServerOptions, startResponsesServer } from '#testing/servers/responses.ts';
import { openTestServices, seedMember, seedWorkspace, type TestServices } from '#testing/test-services.ts';

export const upstreamKey = 'sk-upstream-of-the-workspace';

export interface GatewayServer {
  services: TestServices;
  gateway: Gateway;
  upstream: ResponsesServer;
  url: string;
  port: number;
  workspaceId: string;
  memberId: string;
  /** Everyone whose token is known; a test may add and change. */
  clients: Map<string, CodexClient>;
  /** Headers of a current Codex client of the member, policy revision included. */
  headers: Record<string, string>;
  /** Rows of the activity, oldest first, after everything so far was written. */
  calls: () => Promise<CallOfTest[]>;
  close: () => Promise<void>;
}
export type CallOfTest = Awaited<ReturnType<typeof readCalls>>[number];

const readCalls = ({ db }: Pick<TestServices, 'db'>) =>
  db.selectFrom('model_calls').selectAll().orderBy('started_at').orderBy('id').execute();

async function listen(server: http.Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const token = 'token-of-the-member';
export const fetchOfCodex = { client: 'codex_exec', clientVersion: '0.169.0', form: 'bundle' } as const;

/** The gateway on a real socket, before a scripted upstream and a real database; only the check of credentials is by a list. */
export async function startGatewayServer({
  environment = {},
  ...options
}: ResponsesServerOptions & { environment?: Record<string, string> } = {}): Promise<GatewayServer> {
  const services = await openTestServices(environment);
  const { db } = services;
  const { workspaceId } = await seedWorkspace(db);
  const memberId = await seedMember(db, { workspaceId, email: 'grace@example.com', name: 'Grace Hopper' });
  const upstream = await startResponsesServer({ apiKey: upstreamKey, ...options });
  await setUpstream(services, {
    workspaceId,
    actor: systemActor('test', workspaceId),
    change: { baseUrl: upstream.baseUrl, apiKey: upstreamKey },
  });
  await seedModel(services, { workspaceId, slug: 'corp-model' });
  const member: CodexClient = {
    workspaceId,
    memberId,
    email: 'grace@example.com',
    name: 'Grace Hopper',
    permissions: permissionsOf('codex-user'),
    credential: 'codex-sign-in',
    scopes: ['policy.read', 'models.call'],
    credentialId: 'grant_1',
  };
  const clients = new Map([[token, member]]);
  const authenticate: AuthenticateClient = async (request) => {
    const client = clients.get(request.headers.get('authorization')?.replace(/^Bearer /, '') ?? '');
    if (!client) throw new ReeveError('token-invalid');
    return client;
  };
  const gateway = await openGateway(services);
  const app = createHttpApp({ log: services.log, trustedProxies: [] });
  mountDialect(app, responsesDialect(services, gateway), authenticate);
  const server = http.createServer(getRequestListener(app.fetch, { overrideGlobalObjects: false }));
  server.on('upgrade', (request, socket) => gateway.refuseUpgrade(request, socket));
  const port = await listen(server);
  const { revisionHeader } = await deliverPolicy(services, { workspaceId, memberId }, fetchOfCodex);
  return {
    services,
    gateway,
    upstream,
    url: `http://127.0.0.1:${port}/backend-api/codex`,
    port,
    workspaceId,
    memberId,
    clients,
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      originator: 'codex_exec',
      'user-agent': 'codex_exec/0.169.0 (Debian 12.0.0; x86_64) xterm',
      version: '0.169.0',
      'x-reeve-policy': revisionHeader,
    },
    calls: async () => {
      await gateway.recorder.flush();
      return readCalls(services);
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      await gateway.close();
      server.closeAllConnections();
      await closed;
      await upstream.close();
      await services.close();
    },
  };
}

export async function seedModel(
  { db }: Pick<TestServices, 'db'>,
  { workspaceId, slug, upstreamModel = null }: { workspaceId: string; slug: string; upstreamModel?: string | null },
): Promise<void> {
  await db
    .insertInto('models')
    .values({
      workspace_id: workspaceId,
      slug,
      display_name: slug,
      upstream_model: upstreamModel,
      context_window_tokens: 200_000,
      reasoning_efforts: '["low","medium"]',
      is_default: true,
      created_at: new Date(),
    })
    .execute();
  await seedPrice({ db }, { workspaceId, model: slug, input: 2, cachedInput: 0.5, output: 10 });
}
