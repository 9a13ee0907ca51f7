import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ProofClient } from '#contract/proofs.ts';
import { type TestedClient, testedClients } from '#contract/tested-clients.ts';
import { type Actor, record } from '#server/audit/index.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { type ClientBinary, ensureClient, findClient, isTestedClient } from '#server/stock-client/install-client.ts';

type ClientServices = Pick<Services, 'config' | 'db' | 'clock' | 'log'>;

interface Store {
  /** The version that is being fetched. */
  installing: string | null;
  failed: Map<string, string>;
}

/** By folder: what one process does there. Between processes, the install takes a lock of its own. */
const stores = new Map<string, Store>();

function storeOf({ config }: Pick<Services, 'config'>): Store {
  const store = stores.get(config.clientsFolder) ?? { installing: null, failed: new Map() };
  stores.set(config.clientsFolder, store);
  return store;
}

/** The pinned versions, the oldest first. */
export function readClients(services: Pick<Services, 'config'>): ProofClient[] {
  const { installing, failed } = storeOf(services);
  return testedClients.map((version) => {
    if (installing === version) return { version, state: 'installing', error: null };
    if (findClient(version, services.config.clientsFolder)) return { version, state: 'installed', error: null };
    const error = failed.get(version);
    return error === undefined ? { version, state: 'absent', error: null } : { version, state: 'failed', error };
  });
}

/** @throws ReeveError client-not-installed */
export function requireClient({ config }: Pick<Services, 'config'>, version: string): ClientBinary {
  const found = isTestedClient(version) ? findClient(version, config.clientsFolder) : null;
  if (found) return found;
  throw new ReeveError(
    'client-not-installed',
    { version },
    {
      message: `Codex ${version} is not installed on the server. Install it under Verify, or with \`reeve prove install ${version}\`.`,
    },
  );
}

/**
 * Begins to fetch a pinned client, which goes on behind the answer; ask `readClients` how it is.
 * @throws ReeveError bad-input for a version that is not pinned, conflict while another one is fetched
 */
export async function installClient(
  services: ClientServices,
  { version, actor, workspaceId }: { version: string; actor: Actor; workspaceId: string },
): Promise<ProofClient> {
  if (!isTestedClient(version)) {
    const issues = [{ path: ['version'], message: `Is not one of the pinned versions: ${testedClients.join(', ')}.` }];
    throw new ReeveError('bad-input', { issues });
  }
  const store = storeOf(services);
  if (store.installing !== null && store.installing !== version)
    throw new ReeveError(
      'conflict',
      { version: store.installing },
      { message: `Codex ${store.installing} is being installed. Wait for it, then try again.` },
    );
  await services.db.transaction().execute((tx) =>
    record(tx, actor, 'proof.client-installed', {
      at: services.clock(),
      subject: { kind: 'client', id: version, label: `Codex ${version}` },
      workspaceId,
    }),
  );
  if (store.installing === null && !findClient(version, services.config.clientsFolder)) {
    store.installing = version;
    void install(services, store, version);
  }
  return readClients(services).find((client) => client.version === version) as ProofClient;
}

async function install({ config, log }: ClientServices, store: Store, version: TestedClient): Promise<void> {
  try {
    await ensureClient(version, config.clientsFolder);
    store.failed.delete(version);
  } catch (error) {
    log.warn({ err: error, version }, 'a pinned client could not be installed');
    store.failed.set(version, (error as Error).message.slice(0, 1_000));
  } finally {
    store.installing = null;
  }
}

const sums = new Map<string, string>();

/** SHA-256 of the program that runs, in hexadecimal; read once for each file as it is. */
export async function clientSum({ folder, executable }: ClientBinary): Promise<string> {
  const file = path.join(folder, executable);
  const { mtimeMs, size } = await stat(file);
  const key = `${file} ${mtimeMs} ${size}`;
  const known = sums.get(key);
  if (known !== undefined) return known;
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  const sum = hash.digest('hex');
  sums.set(key, sum);
  return sum;
}
