import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { type EgressAttempt, type InternetAccess, noInternet } from '#contract/internet-access.ts';
import type { EgressPolicy, EgressProxy, EgressProxyOptions } from '#runner/egress/egress-policy.ts';
import { isPublicAddress } from '#runner/egress/public-addresses.ts';
import { startEgressProxy } from '#runner/egress/start-egress-proxy.ts';
import { freePort } from './free-port.ts';
import { createTestAuthority } from './servers/test-authority.ts';

/** Names of a test's internet, and the addresses they have. What is not public is refused by the real rule. */
export const testNames: Record<string, string[]> = {
  'pypi.org': ['151.101.0.223'],
  'files.pypi.org': ['151.101.0.224'],
  'example.com': ['93.184.215.14'],
  'evil.example': ['93.184.215.66'],
  'wrong-certificate.example': ['93.184.215.67'],
  'rebind.example': ['93.184.215.68', '127.0.0.1'],
  localhost: ['127.0.0.1'],
  'private.example': ['10.0.0.8'],
  'metadata.google.internal': ['169.254.169.254'],
  'cgnat.example': ['100.64.1.1'],
  'mapped.example': ['::ffff:93.184.215.14'],
  'nat64.example': ['64:ff9b::5db8:d70e'],
  'six.example': ['::1'],
  'unique-local.example': ['fd00:ec2::254'],
  'multicast.example': ['224.0.0.251'],
  'zero.example': ['0.0.0.0'],
  'azure.example': ['168.63.129.16'],
};

export const access = (over: Partial<InternetAccess> = {}): EgressPolicy => ({
  phase: 'agent',
  access: { ...noInternet, isOn: true, ...over },
  offBecause: 'internet-off',
  isSetupInternet: false,
});

export interface Seen {
  scheme: 'http' | 'https';
  method: string;
  host: string;
  path: string;
  headers: IncomingMessage['headers'];
  rawHeaders: string[];
  body: string;
}

export interface EgressWorld {
  proxy: EgressProxy;
  socketPath: string;
  attempts: EgressAttempt[];
  /** What reached any server behind the proxy. */
  seen: Seen[];
  /** What was looked up, in order. */
  lookups: string[];
  dialled: string[];
  gatewayOrigin: string;
  /** Answers for paths that a test wants to answer itself. */
  answers: Map<string, RequestListener>;
  servers: { http: Server; https: Server };
  close(): Promise<void>;
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;
/** On a port that nobody else gets while the server is down. */
const listening = async (server: Server) => {
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
};

async function readBody(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
}

const sameCertificate = ['pypi.org', 'files.pypi.org', 'example.com', 'evil.example', 'gateway.reeve.example'];

/** A proxy before servers that answer for every name, over HTTP and over TLS with one test authority. */
export async function openEgressWorld(options: Partial<EgressProxyOptions> = {}): Promise<EgressWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'reeve-egress-'));
  const authority = await createTestAuthority('Public internet');
  const pair = await authority.issueServer(sameCertificate);
  const [attempts, seen, lookups, dialled]: [EgressAttempt[], Seen[], string[], string[]] = [[], [], [], []];
  const answers = new Map<string, RequestListener>();
  const listener = (scheme: Seen['scheme']) => async (request: IncomingMessage, response: ServerResponse) => {
    const { method = '', url = '', headers, rawHeaders } = request;
    const one: Seen = { scheme, method, host: headers.host ?? '', path: url, headers, rawHeaders, body: '' };
    seen.push(one);
    const own = answers.get(url);
    if (own) return own(request, response);
    one.body = await readBody(request).catch(() => '');
    response.end(`${scheme} ${method} ${headers.host}${url} ${one.body.length}`);
  };
  const http = createServer(listener('http'));
  const https = createTlsServer({ key: pair.keyPem, cert: pair.certificatePem }, listener('https'));
  await Promise.all([listening(http), listening(https)]);
  const gatewayOrigin = 'https://gateway.reeve.example:8443';
  const socketPath = join(folder, 'egress.sock');
  const proxy = await startEgressProxy({
    socketPath,
    gateway: {
      origin: gatewayOrigin,
      paths: ['/v1', '/backend-api/codex'],
      authorityPem: authority.pem,
      connect: { host: '127.0.0.1', port: portOf(https) },
    },
    policy: access({ preset: 'common-dependencies' }),
    onAttempt: (attempt) => attempts.push(attempt),
    resolve: async (name) => {
      lookups.push(name);
      const addresses = testNames[name];
      if (!addresses) throw new Error(`no such name: ${name}`);
      return addresses;
    },
    isReachable: isPublicAddress,
    connectTo: (address, port) => {
      dialled.push(`${address}:${port}`);
      return { host: '127.0.0.1', port: portOf(port === 443 ? https : http) };
    },
    trustedPem: authority.pem,
    ...options,
  });
  return {
    proxy,
    socketPath,
    attempts,
    seen,
    lookups,
    dialled,
    gatewayOrigin,
    answers,
    servers: { http, https },
    async close() {
      await proxy.close();
      for (const server of [http, https]) {
        server.closeAllConnections();
        server.close();
      }
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Everything that comes until the other side ends, or `until` is in it. */
export function readAll(stream: Socket | TLSSocket, until?: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      if (until?.test(text)) resolve(text);
    });
    stream.once('close', () => resolve(text));
    stream.once('end', () => resolve(text));
    stream.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNRESET' || error.code === 'EPIPE' ? resolve(text) : reject(error),
    );
  });
}

/** Bytes as they are to the proxy, and what comes back until it ends. */
export async function sendRaw(socketPath: string, bytes: string, until?: RegExp): Promise<string> {
  const socket = connect({ path: socketPath });
  const answered = readAll(socket, until);
  socket.write(bytes, 'latin1');
  const text = await answered;
  socket.destroy();
  return text;
}

/** A granted tunnel, or what the proxy said instead. */
export async function openTunnelTo(socketPath: string, authority: string): Promise<{ socket: Socket; answer: string }> {
  const socket = connect({ path: socketPath });
  const answered = readAll(socket, /\r\n\r\n/);
  socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n\r\n`);
  const answer = await answered;
  socket.removeAllListeners('data').pause();
  return { socket, answer };
}

/** TLS inside a tunnel, as a client that trusts the task's authority. */
export async function secureTunnel(
  { socketPath, proxy }: Pick<EgressWorld, 'socketPath' | 'proxy'>,
  authority: string,
  { servername = authority.replace(/:\d+$/, ''), alpn = ['http/1.1'] }: { servername?: string; alpn?: string[] } = {},
): Promise<TLSSocket> {
  const { socket, answer } = await openTunnelTo(socketPath, authority);
  if (!answer.startsWith('HTTP/1.1 200')) throw new Error(answer);
  const secured = connectTls({
    socket,
    ca: proxy.authorityPem,
    ALPNProtocols: alpn,
    ...(servername === '' ? {} : { servername }),
    ...(servername === authority.replace(/:\d+$/, '') ? {} : { checkServerIdentity: () => undefined }),
  });
  await new Promise<void>((resolve, reject) => {
    secured.once('secureConnect', resolve);
    secured.once('error', reject);
    secured.once('close', () => reject(new Error('closed during the handshake')));
  });
  return secured;
}

/** One request through TLS; the text is status line, headers and body. */
export async function askInside(
  world: Pick<EgressWorld, 'socketPath' | 'proxy'>,
  authority: string,
  bytes: string,
): Promise<string> {
  const secured = await secureTunnel(world, authority);
  const answered = readAll(secured);
  secured.write(bytes, 'latin1');
  const text = await answered;
  secured.destroy();
  return text;
}

export const plain = (method: string, host: string, path: string, more: readonly string[] = []): string =>
  [`${method} ${path} HTTP/1.1`, `Host: ${host}`, 'Connection: close', ...more, '', ''].join('\r\n');
