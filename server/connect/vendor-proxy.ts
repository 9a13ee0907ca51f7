import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { answersFor } from './answers-for.ts';
import { proxyPage } from './proxy-page.ts';
import { type VendorName, vendorNameIn, vendorNames } from './vendor-names.ts';

export interface VendorProxyOptions {
  listen: { host: string; port: number };
  /** Where Reeve is, `https://host[:port]`. Tunnels end there and nowhere else. */
  reeveOrigin: string;
  /** The authorities Reeve's certificates come from (its own and the one for the vendor's names); null: the system's. */
  authorityPem: string | null;
  log: Logger;
  connectTimeoutMs?: number;
}

export interface VendorProxy {
  /** What clients put into HTTPS_PROXY. */
  url: string;
  /** Ends the tunnels and stops listening. */
  close(): Promise<void>;
}

const refusalText = (target: string): string =>
  `reeve proxy leads to Reeve only: ${vendorNames.join(', ')}, port 443, by CONNECT. ${target} was refused. ` +
  'Start other programs without HTTPS_PROXY.\n';

const shown = (target: string | undefined): string => JSON.stringify((target ?? '').slice(0, 200));

function answer(socket: Duplex, status: string, text: string): void {
  socket.end(
    `HTTP/1.1 ${status}\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(text)}\r\n` +
      `connection: close\r\n\r\n${text}`,
  );
}

const portOf = (url: URL): number => (url.port === '' ? 443 : Number(url.port));
const hostOf = (url: URL): string => url.hostname.replace(/^\[(.*)\]$/, '$1');

interface Tunnel {
  client: Duplex;
  head: Buffer;
  reeve: URL;
  timeoutMs: number;
  onFailed: (error: Error) => void;
}

/** Joins the two ends. Bytes pass unread: TLS is between the client and Reeve. */
function openTunnel({ client, head, reeve, timeoutMs, onFailed }: Tunnel): Socket {
  let isOpen = false;
  const upstream = connect({ host: hostOf(reeve), port: portOf(reeve) });
  upstream.setTimeout(timeoutMs, () => upstream.destroy(new Error(`no connection within ${timeoutMs} ms`)));
  upstream.once('connect', () => {
    isOpen = true;
    upstream.setTimeout(0);
    client.write('HTTP/1.1 200 Connection established\r\n\r\n');
    if (head.length > 0) upstream.write(head);
    upstream.pipe(client);
    client.pipe(upstream);
  });
  upstream.on('error', (error) => {
    if (isOpen) client.destroy();
    else onFailed(error);
  });
  upstream.once('close', () => isOpen && client.destroy());
  client.on('error', () => upstream.destroy());
  client.once('close', () => upstream.destroy());
  return upstream;
}

const pageHeaders = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
};

/**
 * `reeve proxy`: a CONNECT proxy for machines whose owner set it up. It leads the vendor's fixed names to Reeve, because the stock
 * client's browser sign-in and `codex cloud` call them whatever its settings are, and refuses every other name, port and method.
 * It holds no key: Reeve itself presents the certificates, and only when its operator turned that on.
 */
export async function startVendorProxy(options: VendorProxyOptions): Promise<VendorProxy> {
  const { listen, log, connectTimeoutMs = 10_000 } = options;
  const reeve = new URL(options.reeveOrigin);
  if (reeve.protocol !== 'https:') throw new TypeError(`Reeve's address must be https, not ${options.reeveOrigin}`);
  const sockets = new Set<Duplex>();
  const remember = <S extends Duplex>(socket: S): S => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    return socket;
  };
  const confirmed = new Set<VendorName>();

  const isConfirmed = async (name: VendorName): Promise<string | null> => {
    if (confirmed.has(name)) return null;
    const problem = await answersFor({ reeve, name, authorityPem: options.authorityPem, timeoutMs: connectTimeoutMs });
    if (problem === null) confirmed.add(name);
    return problem;
  };

  async function onConnect(request: IncomingMessage, client: Duplex, head: Buffer): Promise<void> {
    const facts = { target: shown(request.url), client: request.socket.remoteAddress };
    const fail = (problem: string) => {
      log.warn({ ...facts, problem }, 'no tunnel');
      answer(client, '502 Bad Gateway', `reeve proxy cannot use Reeve at ${reeve.origin}: ${problem}\n`);
    };
    const name = vendorNameIn(request.url ?? '');
    if (!name) {
      log.warn(facts, 'refused');
      answer(client, '403 Forbidden', refusalText(facts.target));
      return;
    }
    const problem = await isConfirmed(name);
    if (client.destroyed) return;
    if (problem !== null) {
      fail(problem);
      return;
    }
    log.info(facts, 'tunnel');
    remember(
      openTunnel({ client, head, reeve, timeoutMs: connectTimeoutMs, onFailed: (error) => fail(error.message) }),
    );
  }

  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const isPage = (request.method === 'GET' || request.method === 'HEAD') && request.url === '/';
    if (isPage) {
      response.writeHead(200, { ...pageHeaders, 'content-type': 'text/html; charset=utf-8' });
      response.end(proxyPage({ proxyUrl: url, reeveOrigin: reeve.origin }));
      return;
    }
    const target = `${request.method} ${shown(request.url)}`;
    log.warn({ target, client: request.socket.remoteAddress }, 'refused');
    response.writeHead(403, { ...pageHeaders, 'content-type': 'text/plain; charset=utf-8', connection: 'close' });
    response.end(refusalText(target));
  });
  server.on('connection', remember);
  server.on('connect', (request: IncomingMessage, client: Duplex, head: Buffer) => {
    client.on('error', () => client.destroy());
    void onConnect(request, client, head);
  });
  server.on('clientError', (_error, socket) => socket.destroy());

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(listen.port, listen.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const { address, family, port } = server.address() as AddressInfo;
  const url = `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  log.info({ url, reeve: reeve.origin }, 'proxy ready');
  return {
    url,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
