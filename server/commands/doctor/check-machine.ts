import { X509Certificate } from 'node:crypto';
import { readFile, stat, statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type Config, publicOrigin } from '#server/config.ts';
import { hostOf } from '#server/http/certificates.ts';
import { readOwnCertificate } from '#server/http/own-certificate.ts';
import { type Check, type Finding, fine, problem, warning } from './check.ts';
import type { Facts } from './read-facts.ts';

const dayMs = 86_400_000;
const lowDiskBytes = 1024 ** 3;
const othersMay = 0o077;

async function lookAtFolder({ dataFolder }: Config): Promise<Finding> {
  const found = await stat(dataFolder).catch((error: NodeJS.ErrnoException) => error);
  if (found instanceof Error) {
    if (found.code === 'ENOENT') return fine(`${dataFolder} does not exist yet; the first start makes it`);
    return problem(`${dataFolder}: ${found.code}`, 'Set REEVE_DATA to a folder that this user may use.');
  }
  if (!found.isDirectory()) return problem(`${dataFolder} is a file`, 'Set REEVE_DATA to a folder.');
  const uid = process.getuid?.();
  if (uid !== undefined && found.uid !== uid && uid !== 0)
    return problem(`${dataFolder} belongs to user ${found.uid}`, `Run as that user, or: chown -R ${uid} ${dataFolder}`);
  if ((found.mode & othersMay) !== 0)
    return warning(`${dataFolder} is open to other users of this machine`, `Close it: chmod 700 ${dataFolder}`);
  const { bavail, bsize } = await statfs(dataFolder);
  const free = `${dataFolder}, ${((bavail * bsize) / 1024 ** 3).toFixed(1)} GB free`;
  return bavail * bsize < lowDiskBytes ? warning(free, 'Free some space: a full disk stops the database.') : fine(free);
}

/** To be called before anything reads the keys: that closes the file. */
export async function lookAtKeyFile({ masterKey }: Config): Promise<Finding> {
  if (masterKey.from === 'environment') return fine('from REEVE_MASTER_KEY');
  const found = await stat(masterKey.path).catch(() => null);
  if (!found)
    return masterKey.createIfMissing
      ? warning(
          `${masterKey.path} does not exist`,
          'The first start makes it. If there is data already, put it back from your backup.',
        )
      : problem(`${masterKey.path} does not exist`, 'Set REEVE_MASTER_KEY_FILE to the right file.');
  if ((found.mode & othersMay) !== 0)
    return warning(
      `${masterKey.path} could be read by others`,
      `chmod 600 ${masterKey.path} (each start does it). If others use this machine: reeve rotate-keys --drop-former`,
    );
  return fine(masterKey.path);
}

const expiry = (expiresAt: Date, subject: string, next: string): Finding => {
  const days = Math.floor((expiresAt.getTime() - Date.now()) / dayMs);
  const found = `${subject}, until ${expiresAt.toISOString().slice(0, 10)} (${days} days)`;
  if (days < 0) return problem(found, next);
  return days < 14 ? warning(found, next) : fine(found);
};

async function lookAtCertificate(config: Config, { server }: Facts): Promise<Finding> {
  const host = hostOf(publicOrigin(config, config.listen.port));
  if (config.tls) {
    try {
      const { expiresAt } = await readOwnCertificate(config.tls, { host, now: new Date() });
      return expiry(
        expiresAt,
        `${config.tls.certificateFile} covers ${host}`,
        'Install a renewed one; Reeve takes it without a restart.',
      );
    } catch (error) {
      const [found = '', next = 'Install another.'] = (error as Error).message.split(/(?<=\.) (?=[A-Z][^.]*\.$)/);
      return problem(found, next);
    }
  }
  const pem = await readFile(join(config.dataFolder, 'tls', 'ca.pem'), 'utf8').catch(() => null);
  if (pem === null) return fine('the first start makes a certificate authority');
  if (server) {
    const servingUntil = new Date(server.certificateExpiresAt);
    const finding = expiry(
      servingUntil,
      `served for ${host}`,
      'Restart the server: it should have renewed this by itself.',
    );
    if (finding.outcome !== 'ok') return finding;
  }
  const authority = new X509Certificate(pem);
  return expiry(
    new Date(authority.validTo),
    'own authority',
    `Move ${config.dataFolder}/tls away and restart: Reeve makes a new authority, and clients must join again.`,
  );
}

async function lookAtPort({ listen: { host, port } }: Config, { server }: Facts): Promise<Finding> {
  if (server) return fine(`${host}:${port}, process ${server.pid} (Reeve ${server.version}) listens`);
  const probe = createServer();
  const { promise, resolve } = Promise.withResolvers<string | null>();
  probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  probe.listen({ host, port }, () => resolve(null));
  const code = await promise;
  if (probe.listening) await new Promise((closed) => probe.close(closed));
  if (code === null) return fine(`${host}:${port} is free; no server runs on this data folder`);
  return problem(
    `${host}:${port} cannot be used (${code})`,
    'Stop the program that listens there, or set REEVE_LISTEN.',
  );
}

export const machineChecks = (config: Config, facts: Facts): Check[] => [
  { name: 'data folder', look: () => lookAtFolder(config) },
  { name: 'port', look: () => lookAtPort(config, facts) },
  { name: 'certificate', look: () => lookAtCertificate(config, facts) },
];
