import { lookup } from 'node:dns/promises';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import { rootCertificates } from 'node:tls';
import type { ProofSubject } from './subject.ts';

type Where = Pick<ProofSubject, 'origin' | 'listenAddress' | 'authorityPem'>;

/** The address that the origin's name leads to on the machine of the proof: this process, unless something stands in front of it. */
export async function addressOfOrigin({ origin, listenAddress }: Where): Promise<string> {
  const { hostname, port } = new URL(origin);
  if (Number(port || 443) === listenAddress.port)
    return /^(0\.0\.0\.0|::)?$/.test(listenAddress.host) ? '127.0.0.1' : listenAddress.host.replace(/^\[(.*)\]$/, '$1');
  return (await lookup(hostname.replace(/^\[(.*)\]$/, '$1'))).address;
}

export interface GatewayAnswer {
  status: number;
  body: string;
}

/** Calls Reeve as a program would that is no Codex client at all. */
export async function callGateway(
  where: Where,
  {
    method,
    path,
    headers,
    body,
  }: { method: 'GET' | 'POST'; path: string; headers: Record<string, string>; body?: unknown },
  signal: AbortSignal,
): Promise<GatewayAnswer> {
  const url = new URL(path, where.origin);
  const address = await addressOfOrigin(where);
  const family = address.includes(':') ? 6 : 4;
  const { promise, resolve, reject } = Promise.withResolvers<GatewayAnswer>();
  const call = request(url, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    agent: false,
    signal,
    timeout: 15_000,
    // A name that leads elsewhere from here leads to this process on the machine of the proof, and here.
    lookup: (_name, options, done) =>
      options.all === true ? done(null, [{ address, family }]) : done(null, address, family),
    ...(where.authorityPem === null ? {} : { ca: [...rootCertificates, where.authorityPem] }),
  });
  call.on('timeout', () => call.destroy(new Error('no answer within 15 s')));
  call.on('error', reject);
  call.on('response', (answer) => {
    text(answer).then((read) => resolve({ status: answer.statusCode ?? 0, body: read }), reject);
  });
  call.end(body === undefined ? undefined : JSON.stringify(body));
  return promise;
}
