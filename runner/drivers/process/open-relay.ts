import { spawn } from 'node:child_process';
import { connect, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { inside } from '../inside.ts';
import { unlessAborted } from '../unless-aborted.ts';

export interface Relay {
  close(): void;
}

// Beyond what any build opens at once; the proxy has a limit of its own.
const mostConnections = 512;

function pass(inner: Socket, socketPath: string): Socket {
  const outer = connect({ path: socketPath, allowHalfOpen: true });
  inner.allowHalfOpen = true;
  inner.pipe(outer);
  outer.pipe(inner);
  for (const [one, other] of [
    [inner, outer],
    [outer, inner],
  ] as const) {
    one.on('error', () => other.destroy());
    one.on('close', () => other.destroy());
  }
  return outer;
}

interface RelayOptions {
  socketPath: string;
  isRoot: boolean;
  signal: AbortSignal;
}

/** Asks the kernel for a socket in the namespace of process `pid`. */
async function listenIn(pid: number, { isRoot, signal }: Omit<RelayOptions, 'socketPath'>): Promise<Server> {
  // Whoever is not root owns the container's user namespace, and with it the network namespace.
  const enter = isRoot
    ? [`--net=/proc/${pid}/ns/net`]
    : [`--user=/proc/${pid}/ns/user`, `--net=/proc/${pid}/ns/net`, '--preserve-credentials'];
  const program = join(import.meta.dirname, 'listen-inside.ts');
  const child = spawn('nsenter', [...enter, '--', process.execPath, program, String(inside.proxyPort)], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
  });
  let said = '';
  child.stderr?.on('data', (chunk) => {
    said += chunk;
  });
  const { promise, resolve, reject } = Promise.withResolvers<Server>();
  let isOver = false;
  child.on('message', (_message, handle) => {
    if (isOver) return void (handle as Server).close();
    child.send('taken', () => undefined);
    resolve(handle as Server);
  });
  child.on('error', (cause) => reject(new Error('nsenter of util-linux cannot be started', { cause })));
  child.on('exit', () => reject(new Error(`no socket in the container’s network: ${said.trim().slice(0, 500)}`)));
  try {
    return await unlessAborted(promise, signal, async (server) => void server.close());
  } catch (error) {
    isOver = true;
    child.kill('SIGKILL');
    throw error;
  }
}

/** 127.0.0.1:3128 inside the container leads to `socketPath` outside. @throws the signal's reason */
export async function openRelay(pid: number, { socketPath, ...options }: RelayOptions): Promise<Relay> {
  const server = await listenIn(pid, options);
  const open = new Set<Socket>();
  server.maxConnections = mostConnections;
  // One that cannot be taken (no file left to open) is that connection's end, not the runner's.
  server.on('error', () => undefined);
  server.on('connection', (inner) => {
    const outer = pass(inner, socketPath);
    for (const socket of [inner, outer]) {
      open.add(socket);
      socket.on('close', () => open.delete(socket));
    }
  });
  return {
    close: () => {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}
