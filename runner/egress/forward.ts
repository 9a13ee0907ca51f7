import { type ClientRequest, type IncomingMessage, request as openRequest, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { EgressRule } from '#contract/internet-access.ts';
import type { OpenAttempt } from './attempt-log.ts';
import { DialError } from './dial-error.ts';
import { bytesOfHead, endToEnd, headerPairs } from './headers.ts';
import type { Target } from './read-target.ts';
import { answerUnreachable, refuse } from './refuse.ts';
import { gatewayPatienceMs, gatewayPauseMs, type Route } from './upstream.ts';

export const maxHeaderBytes = 65_536;

/** A request that was judged and may go. */
export interface Passage {
  target: Target;
  isGateway: boolean;
  route: Route;
  /** Below the server: path and query. */
  path: string;
  rule: EgressRule;
  attempt: OpenAttempt;
}

const hostHeader = ({ scheme, host, port }: Target): string =>
  port === (scheme === 'https' ? 443 : 80) ? host : `${host}:${port}`;

/**
 * The request's head as the server gets it. How long the body is, is said anew in exactly one way: a body that Node would send without
 * a length after a GET could be read as a second request.
 */
function headFor(request: IncomingMessage, { target, isGateway }: Passage): string[] {
  const kept = headerPairs(endToEnd(request.rawHeaders, { toGateway: isGateway })).filter(
    ([name]) => !['host', 'content-length'].includes(name.toLowerCase()),
  );
  const length = request.headers['content-length'];
  const isChunked = request.headers['transfer-encoding'] !== undefined;
  const hasNone = ['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE'].includes(request.method ?? '');
  const framing = isChunked
    ? ['Transfer-Encoding', 'chunked']
    : length !== undefined
      ? ['Content-Length', length]
      : hasNone
        ? []
        : ['Content-Length', '0'];
  return ['Host', hostHeader(target), ...kept.flat(), ...framing];
}

function open(request: IncomingMessage, passage: Passage, more: readonly string[] = []): ClientRequest {
  const { route, path, attempt } = passage;
  const headers = [...headFor(request, passage), ...more];
  attempt.sent(bytesOfHead(headers) + path.length);
  return openRequest({
    agent: route.agent,
    method: request.method ?? 'GET',
    path,
    headers,
    setHost: false,
    maxHeaderSize: maxHeaderBytes,
  });
}

function noteAddress({ route, attempt }: Passage): void {
  const address = route.address();
  if (address !== null) attempt.dialled(address);
}

function failed(error: Error, response: ServerResponse, passage: Passage): void {
  const { target, rule, attempt } = passage;
  noteAddress(passage);
  const refusal = error instanceof DialError ? error.rule : null;
  attempt.end(refusal ?? rule);
  if (refusal) refuse(response, refusal, target.host);
  else answerUnreachable(response, target.host, error.message);
}

/** Says what the server said, unless no server of ours could: Node reads more than it writes. @returns whether it could be said */
function copyHead(answer: IncomingMessage, response: ServerResponse, passage: Passage): boolean {
  response.sendDate = false;
  try {
    response.writeHead(answer.statusCode ?? 502, answer.statusMessage, endToEnd(answer.rawHeaders));
    return true;
  } catch (error) {
    answer.destroy();
    failed(error as Error, response, passage);
    return false;
  }
}

/** What whoever stands before Reeve says while it is away. */
const isAway = ({ statusCode }: IncomingMessage): boolean => [502, 503, 504].includes(statusCode ?? 0);

/**
 * Whether a request may be sent once more: to Reeve alone, and where that does the same as sending it once (RFC 9110 §9.2.2). The stock
 * client asks once who it is, and goes on without a credential where that fails.
 */
function openPatience(request: IncomingMessage, { isGateway }: Passage): () => boolean {
  const hasBody =
    request.headers['transfer-encoding'] !== undefined || (request.headers['content-length'] ?? '0') !== '0';
  if (!isGateway || hasBody || !['GET', 'HEAD'].includes(request.method ?? '')) return () => false;
  let until: number | null = null;
  return () => {
    until ??= performance.now() + gatewayPatienceMs;
    return performance.now() < until;
  };
}

/** Both bodies flow as fast as the slower side takes them. */
export function forward(request: IncomingMessage, response: ServerResponse, passage: Passage): void {
  const { attempt, rule } = passage;
  let status: number | null = null;
  let upstream: ClientRequest | null = null;
  const mayRepeat = openPatience(request, passage);
  const repeat = () =>
    void setTimeout(() => {
      if (!response.destroyed) ask().end();
    }, gatewayPauseMs);
  const take = (answer: IncomingMessage) => {
    noteAddress(passage);
    attempt.received(bytesOfHead(answer.rawHeaders));
    answer.on('data', (chunk: Buffer) => attempt.received(chunk.length));
    if (isAway(answer) && mayRepeat()) {
      answer.once('error', () => undefined).resume();
      return repeat();
    }
    status = answer.statusCode ?? null;
    answer.once('error', () => response.destroy());
    if (!copyHead(answer, response, passage)) return;
    response.flushHeaders();
    answer.pipe(response);
  };
  const ask = (): ClientRequest => {
    let isAnswered = false;
    upstream = open(request, passage);
    upstream.once('error', (error) => {
      // Where nobody listens, it was waited for already.
      const isBroken = !isAnswered && !(error instanceof DialError);
      if (isBroken && !response.destroyed && mayRepeat()) repeat();
      else failed(error, response, passage);
    });
    upstream.once('response', (answer) => {
      isAnswered = true;
      take(answer);
    });
    return upstream;
  };
  response.once('close', () => {
    attempt.end(rule, status);
    upstream?.destroy();
  });
  request.on('data', (chunk: Buffer) => attempt.sent(chunk.length));
  request.pipe(ask());
}

function join(client: Duplex, server: Duplex, { attempt, rule }: Passage, status: number): void {
  const close = () => {
    attempt.end(rule, status);
    client.destroy();
    server.destroy();
  };
  for (const side of [client, server]) side.once('close', close).on('error', close);
  client.on('data', (chunk: Buffer) => attempt.sent(chunk.length));
  server.on('data', (chunk: Buffer) => attempt.received(chunk.length));
  client.pipe(server);
  server.pipe(client);
}

/** A WebSocket. Once the server has agreed, what flows is theirs. */
export function forwardUpgrade(
  { request, response, socket }: { request: IncomingMessage; response: ServerResponse; socket: Duplex },
  passage: Passage,
): void {
  const { attempt } = passage;
  const upstream = open(request, passage, ['Connection', 'Upgrade', 'Upgrade', 'websocket']);
  const abandon = () => {
    noteAddress(passage);
    attempt.end(passage.rule);
    upstream.destroy();
    socket.destroy();
  };
  // Nobody reads from it yet, so a client that ended its side closes nothing by itself.
  socket.once('close', abandon).once('end', abandon);
  upstream.once('error', (error) => failed(error, response, passage));
  upstream.once('upgrade', (answer, server, head) => {
    noteAddress(passage);
    socket.off('close', abandon).off('end', abandon);
    response.detachSocket(socket as Socket);
    const headers = headerPairs(endToEnd(answer.rawHeaders)).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${headers.join('')}\r\n`,
      'latin1',
    );
    if (head.length > 0) socket.write(head);
    attempt.received(bytesOfHead(answer.rawHeaders) + head.length);
    join(socket, server, passage, 101);
  });
  upstream.once('response', (answer) => {
    socket.off('end', abandon);
    attempt.end(passage.rule, answer.statusCode ?? null);
    if (!copyHead(answer, response, passage)) return;
    answer.once('error', () => response.destroy());
    answer.pipe(response);
  });
  upstream.end();
}
