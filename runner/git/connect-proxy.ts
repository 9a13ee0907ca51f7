import { createServer } from 'node:http';
import { connect as dial } from 'node:net';

export interface ConnectProxy {
  url: string;
  close(): void;
}

/**
 * git dials what a name leads to. Where the runner is told to dial another address instead, git goes through this: it answers CONNECT
 * alone, and leads to that one address whatever was asked for. TLS stays between git and Reeve.
 */
export async function openConnectProxy({ host, port }: { host: string; port: number }): Promise<ConnectProxy> {
  const server = createServer((_request, response) => response.writeHead(405).end());
  server.on('connect', (_request, inner, head) => {
    const outer = dial(port, host, () => {
      inner.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      if (head.length > 0) outer.write(head);
      inner.pipe(outer).pipe(inner);
    });
    for (const [one, other] of [
      [inner, outer],
      [outer, inner],
    ] as const) {
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.on('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const local = typeof address === 'object' && address ? address.port : 0;
  return { url: `http://127.0.0.1:${local}`, close: () => void server.close().closeAllConnections() };
}
