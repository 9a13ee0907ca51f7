import { Agent, type IncomingMessage, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import type { Measured } from '../measure.ts';

export interface EgressLoad {
  host: string;
  port: number;
  isTls: boolean;
  /** Of the answer's body. */
  bytes: number;
  concurrency: number;
  calls: number;
  /** A new connection for each call. */
  isFresh: boolean;
  proxy: { path: string } | { port: number } | null;
  ca: string;
}

const opened = (socket: Socket, event: string) =>
  new Promise<void>((resolve, reject) => {
    socket.once(event, () => resolve());
    socket.once('error', reject);
  });

async function openTunnel(socket: Socket, { host, port }: EgressLoad): Promise<void> {
  socket.write(`CONNECT ${host}:${port} HTTP/1.1\r\nHost: ${host}:${port}\r\n\r\n`);
  const answer = await new Promise<string>((resolve, reject) => {
    socket.once('data', (chunk) => resolve(String(chunk)));
    socket.once('error', reject);
  });
  if (!/^HTTP\/1\.[01] 200/.test(answer)) throw new Error(answer.slice(0, 200));
}

async function open(load: EgressLoad): Promise<Duplex> {
  const { proxy, host, port, isTls, ca } = load;
  const socket = connect(proxy === null ? { host, port } : 'path' in proxy ? proxy : { host: '127.0.0.1', ...proxy });
  await opened(socket, 'connect');
  socket.setNoDelay(true);
  if (!isTls) return socket;
  if (proxy !== null) await openTunnel(socket, load);
  const name = /^[\d.]+$/.test(host) ? { host } : { servername: host };
  const secured = connectTls({ socket, ca, ...name });
  await opened(secured, 'secureConnect');
  return secured;
}

async function once({ host, port, isTls, bytes, proxy }: EgressLoad, agent: Agent) {
  const startedAt = performance.now();
  const path = !isTls && proxy !== null ? `http://${host}:${port}/${bytes}` : `/${bytes}`;
  const isOwnPort = port === 80 || port === 443;
  const headers = { host: isOwnPort ? host : `${host}:${port}` };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request({ agent, path, headers }, resolve).once('error', reject).end();
  });
  const firstByteMs = performance.now() - startedAt;
  let received = 0;
  for await (const chunk of response) received += (chunk as Buffer).length;
  if (response.statusCode !== 200 || received !== bytes) throw new Error(`${response.statusCode}, ${received} bytes`);
  return { firstByteMs, totalMs: performance.now() - startedAt };
}

/** `concurrency` callers over one way, each starting its next call when its last one ended. */
export async function runThrough(load: EgressLoad): Promise<Measured> {
  const agent = new Agent({ keepAlive: !load.isFresh, maxSockets: load.concurrency });
  agent.createConnection = (_options, done) => {
    open(load).then(
      (socket) => done?.(null, socket),
      (error: Error) => done?.(error, undefined as unknown as Duplex),
    );
    return undefined;
  };
  const measured: Measured = { samples: [], failures: [], seconds: 0 };
  let left = load.calls;
  const caller = async () => {
    while (left > 0) {
      left -= 1;
      try {
        measured.samples.push(await once(load, agent));
      } catch (error) {
        measured.failures.push(error instanceof Error ? error.message : String(error));
      }
    }
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: load.concurrency }).map(caller));
  measured.seconds = (performance.now() - startedAt) / 1000;
  agent.destroy();
  return measured;
}
