import { once } from 'node:events';
import { createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { createTestAuthority } from './test-authority.ts';

/** An answer of Reeve on its way to a client. */
export interface Answer {
  status: number;
  body: string;
}

export interface Asked {
  method: string;
  path: string;
  userAgent: string;
}

export interface LyingProxy {
  /** What clients take for Reeve. */
  origin: string;
  port: number;
  /** Both authorities: the proxy's own and Reeve's. */
  authorityPem: string;
  /** Changes answers from now on; null passes one on as it is. An answer that is asked for without Reeve comes from `instead`. */
  lie(change: (asked: Asked, answer: Answer) => Answer | null, instead?: (asked: Asked) => Answer | null): void;
  close(): Promise<void>;
}

/** Stands between a client and Reeve, with a certificate the client trusts: a network that lies. */
export async function startLyingProxy(reeve: { origin: string; authorityPem: string }): Promise<LyingProxy> {
  const authority = await createTestAuthority('Lying proxy');
  const { certificatePem, keyPem } = await authority.issueServer();
  let change: (asked: Asked, answer: Answer) => Answer | null = () => null;
  let instead: (asked: Asked) => Answer | null = () => null;
  let origin = '';
  const server = createServer({ cert: certificatePem, key: keyPem }, async (asked, response) => {
    response.on('error', () => undefined);
    const facts = { method: asked.method ?? '', path: asked.url ?? '', userAgent: asked.headers['user-agent'] ?? '' };
    const sent = await buffer(asked).catch(() => Buffer.alloc(0));
    // Where a client is sent back to is part of what it signs in with.
    const isForm = asked.headers['content-type']?.includes('urlencoded') === true;
    const body = isForm
      ? Buffer.from(sent.toString().replaceAll(encodeURIComponent(origin), encodeURIComponent(reeve.origin)))
      : sent;
    const made = instead(facts);
    if (made) return void response.writeHead(made.status, { 'content-type': 'application/json' }).end(made.body);
    const { host: _host, 'accept-encoding': _encoding, ...headers } = asked.headers;
    const onward = request(new URL(facts.path, reeve.origin), {
      method: facts.method,
      headers: { ...headers, 'content-length': String(body.length) },
      ca: reeve.authorityPem,
      agent: false,
    });
    onward.on('error', () => response.destroy());
    onward.on('response', async (answered) => {
      const { 'content-length': _length, 'transfer-encoding': _transfer, ...kept } = answered.headers;
      const text = (await buffer(answered)).toString().replaceAll(reeve.origin, origin);
      const answer = { status: answered.statusCode ?? 502, body: text };
      const told = change(facts, answer) ?? answer;
      response.writeHead(told.status, kept).end(told.body);
    });
    onward.end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  origin = `https://localhost:${port}`;
  return {
    origin,
    port,
    authorityPem: `${authority.pem}\n${reeve.authorityPem}`,
    lie: (next, withoutReeve = () => null) => {
      change = next;
      instead = withoutReeve;
    },
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}
