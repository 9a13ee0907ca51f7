import { EventEmitter } from 'node:events';
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

async function openServices({ config, log, clock = () => new Date() }: StartOptions, origin: string, opened: OpenDatabase): Promise<Services> {
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
  const lock = await lockDataFolder(config.dataFolder, 'reeve serve');
  const opened = await openDatabase({ url: config.databaseUrl?.reveal() ?? null, dataFolder: config.dataFolder });
  await migrate(opened.db);
  // The port decides the origin when the system chooses it, and everything else needs the origin: bind first, answer when ready.
  const server = createServer({ minVersion: 'TLSv1.2' });
  const port = await listen(server, config.listen);
  const origin = publicOrigin(config, port);
  const certificates = await openCertificates({ config, host: hostOf(origin), clock, log, extraNames: options.extraNames ?? [] });
  const services = await openServices(options, origin, opened);
  const gateway = await openGateway(services);
  let isStopping = false;
  const app = createApp(services, { gateway, authorityPem: certificates.authorityPem, isReady: () => !isStopping && isReachable(opened) });
  server.setSecureContext(certificates.tlsOptions());
  certificates.attach(server);
  server.on('request', getRequestListener(app.fetch, { overrideGlobalObjects: false }));
  server.on('upgrade', (request, socket) => gateway.refuseUpgrade(request, socket));
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

const isReachable = ({ db }: OpenDatabase): Promise<boolean> =>
  db.selectFrom('workspaces').select('id').limit(1).execute().then(
    () => true,
    () => false,
  );
