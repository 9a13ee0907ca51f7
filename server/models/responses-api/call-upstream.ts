import http, { type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import https from 'node:https';
import { ReeveError } from '#server/fail.ts';

export interface Agents {
  http: http.Agent;
  https: https.Agent;
  destroy(): void;
}

/** Connections to upstreams are kept: a new TLS handshake would cost every call more than all of our own work. */
export function openAgents(): Agents {
  const options = { keepAlive: true, keepAliveMsecs: 15_000, maxFreeSockets: 64, scheduling: 'lifo' as const };
  const plain = new http.Agent(options);
  const secure = new https.Agent({ ...options, minVersion: 'TLSv1.2' });
  return {
    http: plain,
    https: secure,
    destroy() {
      plain.destroy();
      secure.destroy();
    },
  };
}

/** What of the client's headers an upstream needs. Never who the client is: no Authorization, cookie, account or turn metadata. */
const passedOn = [
  'openai-beta',
  'session-id',
  'session_id',
  'thread-id',
  'x-client-request-id',
  'x-codex-beta-features',
  'x-codex-turn-state',
  'x-codex-window-id',
] as const;

export function upstreamHeaders(
  client: IncomingHttpHeaders,
  { apiKey, bodyBytes, isStream }: { apiKey: string | null; bodyBytes: number; isStream: boolean },
): http.OutgoingHttpHeaders {
  const headers: http.OutgoingHttpHeaders = {
    accept: isStream ? 'text/event-stream' : 'application/json',
    'accept-encoding': 'identity',
    'content-type': 'application/json',
    'content-length': bodyBytes,
    'user-agent': 'Reeve',
  };
  for (const name of passedOn) if (client[name] !== undefined) headers[name] = client[name];
  if (apiKey !== null) headers.authorization = `Bearer ${apiKey}`;
  return headers;
}

export interface UpstreamCall {
  url: URL;
  headers: http.OutgoingHttpHeaders;
  body: string;
  agents: Agents;
  /** Until the upstream's status line. */
  timeoutMs: number;
  /** Aborted when the client leaves. */
  signal: AbortSignal;
}

const connectTimeoutMs = 10_000;

const timedOut = (timeoutMs: number, what: string) =>
  new ReeveError(
    'upstream-timeout',
    {},
    { message: `The model upstream did not ${what} within ${Math.round(timeoutMs / 1000)} seconds. Try again.` },
  );

const unreachable = (cause: NodeJS.ErrnoException) =>
  new ReeveError(
    'upstream-unreachable',
    { cause: cause.code ?? null },
    {
      cause,
      message: `The model upstream cannot be reached (${cause.code ?? 'connection failed'}). Try again; if it stays, a workspace owner can test it under Models.`,
    },
  );

function sendOnce({ url, headers, body, agents, timeoutMs, signal }: UpstreamCall): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const isSecure = url.protocol === 'https:';
  const request = (isSecure ? https : http).request(url, {
    method: 'POST',
    headers,
    agent: isSecure ? agents.https : agents.http,
    signal,
  });
  const firstByte = setTimeout(() => request.destroy(timedOut(timeoutMs, 'answer')), timeoutMs);
  const connect = setTimeout(
    () => request.destroy(timedOut(connectTimeoutMs, 'accept a connection')),
    Math.min(connectTimeoutMs, timeoutMs),
  );
  request.on('socket', (socket) => {
    const isConnected = () => clearTimeout(connect);
    if (!socket.connecting) return isConnected();
    socket.once(isSecure ? 'secureConnect' : 'connect', isConnected);
    return undefined;
  });
  request.on('response', resolve);
  request.on('error', (error: NodeJS.ErrnoException) => {
    const isStale = request.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
    reject(isStale ? new StaleConnection() : error instanceof ReeveError ? error : unreachable(error));
  });
  request.on('close', () => {
    clearTimeout(firstByte);
    clearTimeout(connect);
  });
  request.on('response', () => clearTimeout(firstByte));
  request.end(body);
  return promise;
}

class StaleConnection extends Error {}

/**
 * Resolves with the upstream's answer as soon as its headers are there. A kept connection that the upstream closed at the same
 * moment is replaced once: nothing was answered on it.
 * @throws ReeveError upstream-unreachable, upstream-timeout
 */
export async function callUpstream(call: UpstreamCall): Promise<IncomingMessage> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await sendOnce(call);
    } catch (error) {
      if (!(error instanceof StaleConnection)) throw error;
      if (attempt === 3) throw unreachable(Object.assign(new Error('reset'), { code: 'ECONNRESET' }));
    }
  }
}
