import { lookup as dnsLookup } from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

/** What is asked answers in a second and sends some kilobytes; an identity federation's metadata is the largest. */
const timeoutMs = 10_000;
const maxBytes = 1024 * 1024;

/**
 * Private addresses are where on-premises identity providers and SIEMs live, so they are allowed; what only a machine's own cloud answers
 * to (169.254.169.254 and its kin) is not.
 */
const refusedRanges = new Set(['linkLocal', 'unspecified', 'broadcast', 'multicast']);

const isLoopbackName = (host: string): boolean => host === 'localhost' || host.endsWith('.localhost');

const bareHost = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '');

const isLoopback = (url: URL): boolean => {
  const host = bareHost(url);
  return isLoopbackName(host) || (isIP(host) !== 0 && ipaddr.process(host).range() === 'loopback');
};

/** AWS and GCP answer at these too, outside the link-local range. */
const metadataAddresses = new Set(['fd00:ec2::254', '100.100.100.200']);

export const isRefusedAddress = (address: string): boolean => {
  const parsed = ipaddr.process(address);
  return refusedRanges.has(parsed.range()) || metadataAddresses.has(parsed.toString());
};

export class AddressRefused extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'AddressRefused';
  }
}

/** @throws what `asError` makes of the reason: anything but https, except to this machine itself; a link-local address */
export function refuseUnsafeUrl(
  url: URL,
  asError: (message: string) => Error = (message) => new AddressRefused(message),
): void {
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url)))
    throw asError(`${url.origin} is not an https address.`);
  if (url.username !== '' || url.password !== '') throw asError('The address must not hold a password.');
  const host = bareHost(url);
  if (isIP(host) !== 0 && isRefusedAddress(host)) throw asError(`${host} is not an address that Reeve calls.`);
}

export const allowsHttp = (url: URL): boolean => url.protocol === 'http:' && isLoopback(url);

/** The address that is connected to is the one that was checked: a name cannot answer differently the second time. */
export const guardedLookup: LookupFunction = (hostname, options, callback) => {
  dnsLookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, []);
    const refused = addresses.find(({ address }) => isRefusedAddress(address));
    if (refused)
      return callback(
        new AddressRefused(`${hostname} leads to ${refused.address}, which is not an address that Reeve calls.`),
        [],
      );
    if (options.all) return callback(null, addresses);
    const [first] = addresses;
    return first ? callback(null, first.address, first.family) : callback(new Error(`${hostname} has no address`), []);
  });
};

export interface FetchOptions {
  method?: string;
  headers?: Record<string, string>;
  body?: string | null;
  signal?: AbortSignal;
  /** Authorities trusted in place of the public ones, in PEM. */
  authorityPem?: string | null;
}

async function readBody(answer: http.IncomingMessage, url: URL): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of answer as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > maxBytes) {
      answer.destroy();
      throw new AddressRefused(`${url.origin} sent more than ${maxBytes} bytes.`);
    }
    parts.push(part);
  }
  return new Uint8Array(Buffer.concat(parts));
}

const withoutBody = new Set([101, 204, 205, 304]);

/**
 * A request to an address that an administrator, or an identity provider's own metadata, named. Follows no redirect.
 * @throws AddressRefused, or what the network says
 */
export async function guardedFetch(address: string | URL, options: FetchOptions = {}): Promise<Response> {
  const url = new URL(address);
  refuseUnsafeUrl(url);
  const { method = 'GET', headers = {}, body = null, authorityPem = null } = options;
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout;
  const client = url.protocol === 'https:' ? https : http;
  const length: Record<string, string> = body === null ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  const answer = await new Promise<http.IncomingMessage>((resolve, reject) => {
    client
      .request(url, {
        method,
        headers: { ...headers, ...length },
        signal,
        lookup: guardedLookup,
        agent: false,
        ...(authorityPem !== null && { ca: authorityPem }),
      })
      .on('error', reject)
      .on('response', resolve)
      .end(body ?? undefined);
  });
  const content = await readBody(answer, url);
  const status = answer.statusCode ?? 0;
  const received = new Headers();
  for (const [name, value] of Object.entries(answer.headers))
    for (const one of [value ?? []].flat()) received.append(name, one);
  const response = new Response(withoutBody.has(status) ? null : content, { status, headers: received });
  // As of `fetch`: libraries read from it which page of a list they have. One that is constructed has none.
  return Object.defineProperty(response, 'url', { value: url.href });
}
