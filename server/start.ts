import { EventEmitter } from 'node:events';
import type { RequestListener } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { Logger } from 'pino';
import { createApp } from './app.ts';
import { type Config, publicOrigin } from './config.ts';
import { loadMasterKeys } from './crypto/master-key.ts';
import { createSecretBox } from './crypto/secret-box.ts';
import { createSigner } from './crypto/signer.ts';
import { lockDataFolder } from './data-lock.ts';
import { migrate } from './db/migrate.ts';
import { type OpenDatabase, openDatabase } from './db/open-database.ts';
import { hostOf, openCertificates } from './http/certificates.ts';
import { openGateway } from './models/index.ts';
import type { Clock, Services } from './services.ts';

export interface RunningReeve {
  services: Services;
  origin: string;
  /** The local authority's certificate in PEM; null with an own certificate. */
  authorityPem: string | null;
  /** Stops accepting, lets running streams finish within the shutdown time, then tells them, and closes the database. */
  close(): Promise<void>;
}

export interface StartOptions {
  config: Config;
  log: Logger;
  clock?: Clock;
  /** Foreign host names this server also answers for (`reeve proxy`). */
  extraNames?: readonly string[];
}

const listen = (server: Server, { host, port }: { host: string; port: number }) =>
  new Promise<number>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });

async function openServices(
  { config, log, clock = () => new Date() }: StartOptions,
  origin: string,
  opened: OpenDatabase,
): Promise<Services> {
  const keys = await loadMasterKeys(config.masterKey);
  return {
    config,
    origin,
    db: opened.db,
    clock,
    log,
    secrets: createSecretBox(keys),
    signerFor: (purpose) => createSigner(keys, purpose),
    signals: new EventEmitter(),
  };
}

/** Starts the HTTPS server on a data folder that this process locks. @throws DataFolderInUse */
export async function startReeve(options: StartOptions): Promise<RunningReeve> {
  const { config, log, clock = () => new Date() } = options;
  const lock = await lockDataFolder(config.dataFolder, { command: 'reeve serve' });
  const opened = await openDatabase({ url: config.databaseUrl?.reveal() ?? null, dataFolder: config.dataFolder });
  await migrate(opened.db);
  const host = hostOf(publicOrigin(config, config.listen.port));
  const certificates = await openCertificates({ config, host, clock, log, extraNames: options.extraNames ?? [] });
  const server = createServer(certificates.tlsOptions());
  certificates.attach(server);
  // With port 0 the origin is known only once the socket is bound, and everything else needs the origin.
  let answer: RequestListener = answerStarting;
  server.on('request', (request, response) => answer(request, response));
  const origin = publicOrigin(config, await listen(server, config.listen));
  const services = await openServices(options, origin, opened);
  const gateway = await openGateway(services);
  let isStopping = false;
  const app = createApp(services, {
    gateway,
    authorityPem: certificates.authorityPem,
    proxyAuthorityPem: certificates.extraAuthorityPem,
    isReady: () => !isStopping && isReachable(opened),
  });
  server.on('upgrade', (request, socket) => gateway.refuseUpgrade(request, socket));
  answer = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  return {
    services,
    origin,
    authorityPem: certificates.authorityPem,
    async close() {
      isStopping = true;
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeIdleConnections();
      await gateway.close();
      server.closeAllConnections();
      await closed;
      certificates.close();
      await opened.close();
      await lock.release();
    },
  };
}

const answerStarting: RequestListener = (_request, response) => {
  response
    .writeHead(503, { 'content-type': 'application/json', 'retry-after': '1' })
    .end('{"error":{"code":"starting","message":"Reeve is starting."}}');
};

const isReachable = ({ db }: OpenDatabase): Promise<boolean> =>
  db
    .selectFrom('workspaces')
    .select('id')
    .limit(1)
    .execute()
    .then(
      () => true,
      () => false,
    );
