import http from 'node:http';
import https from 'node:https';
import { Readable } from 'node:stream';
import type { ReadableStream as NodeStream } from 'node:stream/web';
import { ReeveError } from '#server/fail.ts';
import { guardedLookup, refuseUnsafeUrl } from '#server/http/guarded-fetch.ts';
import type { Services } from '#server/services.ts';
import { type GitCredential, takeCredential } from './git-credential.ts';
import { cloneUrl, hostOf, openRepository, type RepositoryRef } from './open-repository.ts';

const service = 'git-upload-pack';

/** Smart HTTP of a fetch (gitprotocol-http(5)): these two and nothing else. */
export const fetchPaths = ['info/refs', service] as const;
export type FetchPath = (typeof fetchPaths)[number];

export interface ForwardAsked extends RepositoryRef {
  /** For the list of tokens, for example “attempt att_…”. */
  forWhom: string;
  /** As it came from the client. Its own credential is not passed on. */
  request: Pick<Request, 'method' | 'url' | 'headers' | 'body' | 'signal'>;
  path: FetchPath;
}

/** A server that says nothing for so long is not waited for: git says “keep-alive” every five seconds while it counts. */
const silenceMs = 120_000;
/** What a client has and wants. */
const maxRequestBytes = 64 * 1024 * 1024;
const longestSaid = 500;

const passedOn = {
  ofQuestions: ['accept', 'accept-encoding'],
  ofRequests: ['accept', 'accept-encoding', 'content-type', 'content-encoding', 'content-length'],
} as const;
const passedBack = ['content-type', 'content-encoding', 'content-length', 'cache-control'] as const;

interface Sent {
  method: 'GET' | 'POST';
  url: URL;
  headers: Record<string, string>;
  body: ForwardAsked['request']['body'];
}

const refused = (message: string) => new ReeveError('not-permitted', {}, { message });

/** @throws ReeveError not-permitted: it is no part of a fetch */
function readAsked({ request, path }: ForwardAsked, base: string, { username, token }: GitCredential): Sent {
  const asked = new URL(request.url, 'https://reeve.invalid').searchParams.get('service');
  const isFine =
    path === 'info/refs'
      ? request.method === 'GET' && asked === service
      : path === service && request.method === 'POST';
  if (!isFine) throw refused('This repository can be fetched from, by git over smart HTTP, and nothing else.');
  const url = new URL(`${base.replace(/\/+$/, '')}/${path}${path === 'info/refs' ? `?service=${service}` : ''}`);
  refuseUnsafeUrl(url);
  const headers: Record<string, string> = {
    authorization: `Basic ${Buffer.from(`${username}:${token}`).toString('base64')}`,
    'user-agent': 'git/2 (Reeve)',
  };
  for (const name of path === 'info/refs' ? passedOn.ofQuestions : passedOn.ofRequests) {
    const value = request.headers.get(name);
    if (value !== null) headers[name] = value;
  }
  const protocol = /^version=[012]$/.exec(request.headers.get('git-protocol') ?? '');
  if (protocol) headers['git-protocol'] = protocol[0];
  if (Number(headers['content-length'] ?? 0) > maxRequestBytes)
    throw new ReeveError('body-too-large', { maxBytes: maxRequestBytes });
  return path === 'info/refs'
    ? { method: 'GET', url, headers, body: null }
    : { method: 'POST', url, headers, body: request.body };
}

async function* atMost(body: NonNullable<Sent['body']>): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const part of Readable.fromWeb(body as NodeStream<Uint8Array>)) {
    bytes += (part as Uint8Array).length;
    if (bytes > maxRequestBytes) throw new ReeveError('body-too-large', { maxBytes: maxRequestBytes });
    yield part as Uint8Array;
  }
}

async function send({ method, url, headers, body }: Sent, signal: AbortSignal): Promise<http.IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>();
  const client = url.protocol === 'https:' ? https : http;
  // The address that is connected to is the one that was checked.
  const asked = client.request(url, {
    method,
    headers,
    signal,
    lookup: guardedLookup,
    agent: false,
    timeout: silenceMs,
  });
  asked.on('timeout', () => asked.destroy(new Error(`it said nothing for ${silenceMs / 1000} seconds`)));
  asked.on('error', reject);
  asked.on('response', resolve);
  if (body === null) asked.end();
  else
    Readable.from(atMost(body))
      .on('error', (error) => asked.destroy(error))
      .pipe(asked);
  return promise;
}

async function saidBy(answer: http.IncomingMessage): Promise<string> {
  let said = '';
  for await (const part of answer.setEncoding('utf8')) {
    said += part;
    if (said.length > longestSaid) break;
  }
  return said.slice(0, longestSaid).trim();
}

async function refusalOf(answer: http.IncomingMessage, host: string, name: string): Promise<ReeveError> {
  const status = answer.statusCode ?? 0;
  if (status >= 300 && status < 400) {
    answer.destroy();
    const said = 'it has moved; the list of repositories is brought up to date under GitHub';
    return new ReeveError(
      'git-server-failed',
      { status, said },
      { message: `${host} does not have ${name} there: ${said}.` },
    );
  }
  const said = await saidBy(answer).catch(() => '');
  const code = status === 401 || status === 403 || status === 404 ? 'git-refused' : 'git-server-failed';
  return new ReeveError(
    code,
    { status, said },
    { message: `${host} answered ${status} to a fetch of ${name}: ${said}` },
  );
}

function passBack(answer: http.IncomingMessage, atEnd: () => void): Response {
  const headers = new Headers({ 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff' });
  for (const name of passedBack) {
    const value = answer.headers[name];
    if (typeof value === 'string') headers.set(name, value);
  }
  answer.once('close', atEnd);
  return new Response(Readable.toWeb(answer) as ReadableStream<Uint8Array>, { status: 200, headers });
}

/**
 * Passes a fetch through to the git server, with a token that is made for it and revoked at its end. Both ways as a stream; neither the
 * token nor the server's other headers reach the client. Redirects are not followed, because the token would follow them.
 * @returns status 200 with git's own content type
 * @throws ReeveError not-found, repository-not-allowed, not-permitted, body-too-large, git-refused, git-server-failed
 */
export async function forwardGitFetch(
  services: Pick<Services, 'db' | 'clock' | 'secrets' | 'log'>,
  asked: ForwardAsked,
): Promise<Response> {
  const opened = await openRepository(services, asked);
  const host = hostOf(opened);
  const { credential, giveBack } = await takeCredential(services, opened, {
    operation: 'fetch',
    forWhom: asked.forWhom,
  });
  try {
    const answer = await send(readAsked(asked, cloneUrl(opened), credential), asked.request.signal).catch(
      (cause: unknown) => {
        if (cause instanceof ReeveError) throw cause;
        const said = cause instanceof Error ? cause.message : String(cause);
        throw new ReeveError('git-server-failed', { said }, { message: `${host} could not be asked: ${said}`, cause });
      },
    );
    if (answer.statusCode !== 200) throw await refusalOf(answer, host, opened.repository.name);
    return passBack(answer, () => void giveBack());
  } catch (error) {
    await giveBack();
    throw error;
  }
}
