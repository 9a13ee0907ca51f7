import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { openCertificates } from '#server/http/certificates.ts';
import { createHttpApp } from '#server/http/create-http-app.ts';
import { mountOwnApi } from '#server/http/own-api.ts';
import { clientOf, type Dialect, mountDialect } from '#server/http/wire-routes.ts';
import { authenticateClient, codexOauthDialect, identityRoutes, readConsoleMember } from '#server/identity/index.ts';
import { connectPeople, type People } from '#testing/people.ts';
import { openTestServices, seedWorkspace, type TestServices } from '#testing/test-services.ts';

export interface SignInServer extends Pick<People, 'send' | 'person'> {
  services: TestServices;
  origin: string;
  authorityPem: string;
  workspaceId: string;
  ownerId: string;
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
  const people = connectPeople({ services, origin, authorityPem });

  return {
    services,
    origin,
    authorityPem,
    ...(await seedWorkspace(services.db)),
    send: people.send,
    person: people.person,
    async close() {
      people.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      certificates.close();
      await rm(dataFolder, { recursive: true, force: true, maxRetries: 5 });
      await opened.close();
    },
  };
}
