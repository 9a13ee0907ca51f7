import { Resolver } from 'node:dns/promises';
import { EventEmitter } from 'node:events';
import type { RequestListener } from 'node:http';
import { createServer, type Server } from 'node:https';
import { setTimeout } from 'node:timers/promises';
import { getRequestListener } from '@hono/node-server';
import type { Logger } from 'pino';
import { createApp } from './app.ts';
import { finishRestore } from './backup/restore-journal.ts';
import { openBlobFolder } from './blobs/blob-folder.ts';
import { openBlobs } from './blobs/open-blobs.ts';
import { openComplianceWork } from './compliance/index.ts';
import { type Config, publicOrigin } from './config.ts';
import { vendorNames } from './connect/index.ts';
import type { LiveKeys } from './crypto/live-keys.ts';
import { databaseRefused } from './db/explain-database.ts';
import { migrate, pendingMigrations } from './db/migrate.ts';
import { type OpenDatabase, openDatabase } from './db/open-database.ts';
import { type Certificates, hostOf, openCertificates } from './http/certificates.ts';
import { listen } from './listen.ts';
import { createMetrics, serveMetrics } from './log/metrics.ts';
import { openGateway } from './models/index.ts';
import { openDataFolder, refuseFullDisk } from './open-data-folder.ts';
import { openKeys } from './open-keys.ts';
import { flushReceipts } from './policies/index.ts';
import { exitCodes, Refused } from './refused.ts';
import type { Clock, Services } from './services.ts';
import { closeTelemetry } from './telemetry/index.ts';
import { openProofWorker } from './verify/index.ts';

export interface RunningReeve {
  services: Services;
  origin: string;
  /** Where it is reached from this machine. */
  localAddress: { host: string; port: number };
  /** The local authority's certificate in PEM; null with an own certificate. */
  authorityPem: string | null;
  opened: OpenDatabase;
  keys: LiveKeys;
  certificates: Certificates;
  /** Stops accepting at once and lets running streams finish within the shutdown time, then tells them. The database stays open. */
  stop(): Promise<void>;
  /** Stops, then closes everything. */
  close(): Promise<void>;
}

export interface StartOptions {
  config: Config;
  log: Logger;
  clock?: Clock;
  /** Foreign host names this server also answers for (`reeve proxy`); the configuration says which by default. */
  extraNames?: readonly string[];
  /** The DNS is asked by default. */
  resolveTxt?: Services['resolveTxt'];
}

function askDns(): Services['resolveTxt'] {
  const resolver = new Resolver({ timeout: 3_000, tries: 2 });
  return (name) => resolver.resolveTxt(name);
}

/** Runners say every 5 seconds that they live: Node's own 5 seconds would end the connection just then. */
const keepAliveMs = 30_000;
/** How long answers other than model streams may take to end, once no new ones are accepted. */
const lastAnswersMs = 1_000;

async function refuseNewerSchema({ db }: OpenDatabase): Promise<void> {
  const { unknown } = await pendingMigrations(db);
  if (unknown.length === 0) return;
  throw new Refused(
    `A newer Reeve has used this database (it knows ${unknown.join(', ')}). Start that version, or restore a backup from before the upgrade.`,
    { exitCode: exitCodes.badConfig },
  );
}

/** Opens the database and brings its schema up to date. @throws Refused when it cannot be used */
export async function openMigratedDatabase(config: Pick<Config, 'databaseUrl' | 'dataFolder'>): Promise<{
  opened: OpenDatabase;
  applied: string[];
}> {
  const place = { url: config.databaseUrl?.reveal() ?? null, dataFolder: config.dataFolder };
  let opened: OpenDatabase | null = null;
  try {
    opened = await openDatabase(place);
    await refuseNewerSchema(opened);
    return { opened, applied: await migrate(opened.db) };
  } catch (error) {
    await opened?.close().catch(() => undefined);
    throw error instanceof Refused ? error : databaseRefused(error, place);
  }
}

/** What the features work with; for a command that does not serve as well. */
export function createServices(
  { config, log, clock = () => new Date(), resolveTxt = askDns() }: StartOptions,
  { origin, opened, keys }: { origin: string; opened: OpenDatabase; keys: LiveKeys },
): Services {
  return {
    config,
    origin,
    db: opened.db,
    changes: opened.changes,
    blobs: openBlobs({ db: opened.db, secrets: keys.secrets, place: openBlobFolder(config.blobsFolder) }),
    clock,
    log,
    secrets: keys.secrets,
    signerFor: keys.signerFor,
    signals: new EventEmitter(),
    resolveTxt,
  };
}

async function openServerCertificates({ config, log, clock = () => new Date(), extraNames }: StartOptions) {
  const host = hostOf(publicOrigin(config, config.listen.port));
  const names = extraNames ?? (config.answersVendorNames ? vendorNames : []);
  return openCertificates({ config, host, clock, log, extraNames: names }).catch((cause: Error) => {
    throw new Refused(cause.message, { cause, exitCode: exitCodes.badConfig });
  });
}

/** Where a client on this machine reaches the server, whatever the address it was told to listen on. */
function loopbackOf(server: Server, host: string): { host: string; port: number } {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const isAnywhere = host === '0.0.0.0' || host === '::' || host === 'localhost';
  return { host: isAnywhere ? '127.0.0.1' : host, port };
}

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  await Promise.race([closed, setTimeout(lastAnswersMs, undefined, { ref: false })]);
  server.closeAllConnections();
  await closed;
}

/**
 * Starts the HTTPS server on a data folder that this process locks. The port is taken before the database opens, so that a wrong
 * one is told at once; until everything stands, it answers 503.
 * @throws DataFolderInUse, or Refused with what to put right
 */
export async function startReeve(options: StartOptions): Promise<RunningReeve> {
  const { config, log } = options;
  await using opening = new AsyncDisposableStack();
  const lock = await openDataFolder(config, 'reeve serve');
  opening.defer(() => lock.release());
  await finishRestore(config.dataFolder);
  if (config.databaseUrl === null) await refuseFullDisk(config.dataFolder);
  const certificates = await openServerCertificates(options);
  opening.defer(() => certificates.close());
  const server = createServer({ ...certificates.tlsOptions(), keepAliveTimeout: keepAliveMs });
  certificates.attach(server);
  let answer: RequestListener = answerStarting;
  server.on('request', (request, response) => answer(request, response));
  const origin = publicOrigin(config, await listen(server, config.listen));
  opening.defer(() => closeServer(server));
  const metrics = createMetrics();
  if (config.metricsListen) {
    const metricsServer = await serveMetrics(metrics, config.metricsListen).catch((cause: Error) => {
      throw new Refused(cause.message, { cause, exitCode: exitCodes.unavailable });
    });
    opening.defer(() => void metricsServer.close().closeAllConnections());
  }
  const { opened } = await openMigratedDatabase(config);
  opening.defer(() => opened.close());
  await opened.changes.follow(log);
  const keys = await openKeys(config, opened.db);
  const services = createServices(options, { origin, opened, keys });
  const gateway = await openGateway(services, { registry: metrics.registry });
  const complianceWork = openComplianceWork(services);
  opening.defer(() => complianceWork.close());
  let isStopping = false;
  const app = createApp(services, {
    gateway,
    metrics,
    authorityPem: certificates.authorityPem,
    proxyAuthorityPem: certificates.extraAuthorityPem,
    isReady: () => !isStopping && isReachable(opened),
  });
  server.on('upgrade', (request, socket) => gateway.refuseUpgrade(request, socket));
  answer = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  // Here and in no job: the client under proof calls this very process.
  const localAddress = loopbackOf(server, config.listen.host);
  const proofs = openProofWorker(services, {
    listenAddress: localAddress,
    authorityPem: certificates.authorityPem,
  });
  opening.defer(() => proofs.close());
  log.debug({ origin, engine: opened.engine }, 'ready');
  const running = opening.move();
  const stopOnce = async () => {
    isStopping = true;
    services.signals.emit('stopping');
    // While calls are still answered: a client under proof is ended, and what it was given deleted.
    await proofs.close();
    server.close();
    server.closeIdleConnections();
    await gateway.close();
    await closeServer(server);
    await flushReceipts(services);
    await closeTelemetry(services);
  };
  let stopped: Promise<void> | null = null;
  const stop = () => {
    stopped ??= stopOnce();
    return stopped;
  };
  return {
    services,
    origin,
    localAddress,
    authorityPem: certificates.authorityPem,
    opened,
    keys,
    certificates,
    stop,
    async close() {
      await stop();
      await running.disposeAsync();
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
