import { spawn } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { type TestedClient, testedClients } from '#contract/tested-clients.ts';

export interface ClientBinary {
  version: TestedClient;
  /** What the stock package brings for this system; the names below are relative to it. */
  folder: string;
  executable: string;
  /** The folder with `rg`, which the package's launcher puts first on PATH. */
  tools: string;
}

/** Each folder there is a package of its own with its lockfile: the versions that Reeve was tested with. */
export const clientPins = path.join(import.meta.dirname, 'pins');

export const isTestedClient = (text: string): text is TestedClient =>
  (testedClients as readonly string[]).includes(text);

// npm writes this file last, so its presence means that an earlier install was not cut short.
const isPackageInstalled = (folder: string): boolean =>
  existsSync(path.join(folder, 'node_modules/.package-lock.json'));

/** Installs under flock(1): the kernel drops the lock of a killed process, and who waited looks again before installing. */
export async function installPackage(folder: string, npmArguments: string[] = []): Promise<void> {
  if (isPackageInstalled(folder)) return;
  const script =
    'test -e node_modules/.package-lock.json || npm ci --ignore-scripts --no-audit --no-fund --loglevel=error "$@"';
  const child = spawn('flock', [path.join(folder, 'package.json'), 'sh', '-c', script, 'sh', ...npmArguments], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk) => {
    output += chunk;
  });
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.on('error', reject);
  child.on('close', resolve);
  const exitCode = await promise.catch((cause: unknown) => {
    throw new Error('cannot run flock(1), which comes with util-linux', { cause });
  });
  if (exitCode !== 0 || !isPackageInstalled(folder)) {
    throw new Error(`npm ci in ${folder} ended with ${exitCode}; is the npm registry reachable?\n${output}`);
  }
}

// Up to 0.12x the package kept `codex/codex` and `path/`; later ones `bin/codex` and `codex-path/`.
const layouts = [
  { executable: 'bin/codex', tools: 'codex-path' },
  { executable: 'codex/codex', tools: 'path' },
];

/** The client of this version below `folder`, the parent of one package per version; null when it is not installed there. */
export function findClient(version: TestedClient, folder: string = clientPins): ClientBinary | null {
  const pin = path.join(folder, version);
  if (!isPackageInstalled(pin)) return null;
  const vendor = globSync(path.join(pin, `node_modules/@openai/codex-linux-${process.arch}/vendor/*-linux-musl`))[0];
  if (vendor === undefined) return null;
  const layout = layouts.find(({ executable }) => existsSync(path.join(vendor, executable)));
  return layout ? { version, folder: vendor, ...layout } : null;
}

/**
 * The stock client of a pinned version, installed by npm from the lockfile that Reeve brings when it is not there yet (300 to 400 MB).
 * @throws Error when npm cannot, or there is none for this system
 */
export async function ensureClient(version: TestedClient, folder: string = clientPins): Promise<ClientBinary> {
  if (process.platform !== 'linux') {
    throw new Error(
      'running the stock client apart from this machine needs Linux: it gets a private /etc in a mount namespace',
    );
  }
  const pin = path.join(folder, version);
  if (folder !== clientPins) {
    await mkdir(pin, { recursive: true });
    for (const name of ['package.json', 'package-lock.json'])
      await copyFile(path.join(clientPins, version, name), path.join(pin, name));
  }
  await installPackage(pin);
  const found = findClient(version, folder);
  if (found) return found;
  throw new Error(`no Linux ${process.arch} build of the Codex CLI ${version} in ${pin}: remove its node_modules`);
}
