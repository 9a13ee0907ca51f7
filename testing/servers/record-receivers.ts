import { webcrypto } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Condition } from '#server/stock-client/condition.ts';
import type { IssuedPair } from './test-authority.ts';

export interface ReceivedBatch {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** What a test lets it answer; null: 200 with nothing. */
export type Answer = (
  batch: ReceivedBatch,
) => { status: number; headers?: Record<string, string>; body?: string } | null;

export interface RecordReceiver {
  url: string;
  /** Only what was answered with 2xx. */
  taken: ReceivedBatch[];
  /** Everything that was asked. */
  asked: ReceivedBatch[];
  answer: Answer;
  until<T>(probe: () => T | undefined | false): Promise<T>;
  close(): Promise<void>;
}

/** An HTTPS server that keeps what is posted to it. */
export async function startRecordReceiver(pair: IssuedPair): Promise<RecordReceiver> {
  const inbox = new Condition();
  const server = createServer({ cert: pair.certificatePem, key: pair.keyPem }, async (request, response) => {
    const batch = { path: request.url ?? '', headers: request.headers, body: await text(request) };
    receiver.asked.push(batch);
    const { status, headers = {}, body = '' } = receiver.answer(batch) ?? { status: 200 };
    if (status >= 200 && status < 300) receiver.taken.push(batch);
    response.writeHead(status, headers).end(body);
    inbox.changed();
  });
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const receiver: RecordReceiver = {
    url: `https://localhost:${(server.address() as AddressInfo).port}`,
    taken: [],
    asked: [],
    answer: () => null,
    until: (probe) =>
      inbox.until(probe, { failure: () => `${receiver.asked.length} asked, ${receiver.taken.length} taken` }),
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  return receiver;
}

/**
 * Whether one of the signatures is that of the secret, as a receiver checks it (Standard Webhooks, “Verifying signatures”). By Web Crypto,
 * so that it shares nothing with what is tested.
 */
export async function hasWebhookSignature({ headers, body }: ReceivedBatch, secret: string): Promise<boolean> {
  const bytes = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const key = await webcrypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);
  const signed = Buffer.from(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`);
  const signatures = String(headers['webhook-signature']).split(' ');
  const results = await Promise.all(
    signatures.map((signature) => {
      const [version, value = ''] = signature.split(',');
      return version === 'v1' && webcrypto.subtle.verify('HMAC', key, Buffer.from(value, 'base64'), signed);
    }),
  );
  return results.some(Boolean);
}
