import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '#testing/free-port.ts';

export interface PlainProxy {
  port: number;
  stop(): Promise<void>;
}

async function untilOpen(child: ChildProcess, port: number, name: string): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}`);
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect({ port, host: '127.0.0.1' }, () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
    if (isOpen) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

interface Kind {
  name: string;
  probe: string;
  configuration(folder: string, port: number, connectPorts: readonly number[]): string;
  arguments(file: string): string[];
}

async function start(kind: Kind, connectPorts: readonly number[]): Promise<PlainProxy | null> {
  if (spawnSync(kind.name, [kind.probe]).error) return null;
  const folder = mkdtempSync(join(tmpdir(), `reeve-${kind.name}-`));
  chmodSync(folder, 0o777);
  const port = await freePort();
  const file = join(folder, 'proxy.conf');
  writeFileSync(file, kind.configuration(folder, port, connectPorts));
  const child = spawn(kind.name, kind.arguments(file), { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await untilOpen(child, port, kind.name);
  return {
    port,
    async stop() {
      child.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Null where it is not installed. */
export const startTinyproxy = (connectPorts: readonly number[]): Promise<PlainProxy | null> =>
  start(
    {
      name: 'tinyproxy',
      probe: '-v',
      configuration: (folder, port, ports) =>
        [
          `Port ${port}`,
          'Listen 127.0.0.1',
          'MaxClients 200',
          `LogFile "${folder}/log"`,
          'LogLevel Critical',
          ...ports.map((one) => `ConnectPort ${one}`),
          '',
        ].join('\n'),
      arguments: (file) => ['-d', '-c', file],
    },
    connectPorts,
  );

/** Null where it is not installed. */
export const startSquid = (connectPorts: readonly number[]): Promise<PlainProxy | null> =>
  start(
    {
      name: 'squid',
      probe: '-v',
      configuration: (folder, port, ports) =>
        [
          `http_port 127.0.0.1:${port}`,
          `acl ours port ${ports.join(' ')}`,
          'http_access deny !ours',
          'http_access allow localhost',
          'http_access deny all',
          'cache deny all',
          'access_log none',
          `cache_log ${folder}/log`,
          `pid_filename ${folder}/pid`,
          `coredump_dir ${folder}`,
          'shutdown_lifetime 0 seconds',
          '',
        ].join('\n'),
      arguments: (file) => ['-N', '-f', file],
    },
    connectPorts,
  );
