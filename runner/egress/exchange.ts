import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type EgressRule, egressRules } from '#contract/internet-access.ts';
import type { AttemptLog, OpenAttempt } from './attempt-log.ts';
import { DialError } from './dial-error.ts';
import type { EgressPolicy, EgressProxyOptions } from './egress-policy.ts';
import { forward, forwardUpgrade } from './forward.ts';
import { valuesOf } from './headers.ts';
import { isGatewayPath, judge } from './judge.ts';
import type { LookUps } from './look-up.ts';
import { readHost, splitAuthority, type Target } from './read-target.ts';
import { refuse } from './refuse.ts';
import type { Route } from './upstream.ts';
import { whileOpen } from './while-open.ts';

/** What all connections of one proxy have in common. */
export interface Egress {
  options: EgressProxyOptions;
  policy(): EgressPolicy;
  log: AttemptLog;
  lookUps: LookUps;
  /** Waited for before an answer. */
  pace: { refused(): Promise<void>; allowed(): Promise<void> };
}

/** A request and where it wants to go, before anything was judged. */
export interface Exchange {
  request: IncomingMessage;
  /** Its socket, where it asks to become a WebSocket. */
  upgrade: { socket: Duplex; head: Buffer } | null;
  response: ServerResponse;
  host: string;
  port: number;
  scheme: Target['scheme'];
  path: string;
  findRoute(target: Target, isGateway: boolean): Promise<Route>;
  /** Asked for permission to send its body (`Expect: 100-continue`). */
  isWaiting: boolean;
}

export function gatewayOf({ gateway }: EgressProxyOptions): Target {
  const url = new URL(gateway.origin);
  const scheme = url.protocol === 'http:' ? 'http' : 'https';
  return { scheme, host: url.hostname, port: Number(url.port) || (scheme === 'http' ? 80 : 443) };
}

export const isSameServer = (one: { host: string; port: number }, other: { host: string; port: number }): boolean =>
  one.host.toLowerCase().replace(/\.$/, '') === other.host && one.port === other.port;

/** Where a name may lead at all, before the policy is asked: its spelling and its port. */
export function readTarget(
  { host, port, scheme }: Pick<Exchange, 'host' | 'port' | 'scheme'>,
  options: EgressProxyOptions,
): { target: Target; isGateway: boolean } | { problem: EgressRule } {
  const gateway = gatewayOf(options);
  if (isSameServer({ host, port }, gateway))
    return scheme === gateway.scheme ? { target: gateway, isGateway: true } : { problem: 'bad-request' };
  const reading = readHost(host);
  if ('problem' in reading) return reading;
  if (port !== 80 && port !== 443) return { problem: 'port-not-allowed' };
  return { target: { scheme, host: reading.host, port }, isGateway: false };
}

/** What no ordinary client sends, and what another reader of the same bytes might take for something else. */
function oddityOf({ request, host, port, path, upgrade, scheme }: Exchange): EgressRule | null {
  const hosts = valuesOf(request.rawHeaders, 'host');
  if (hosts.length !== 1 || !['1.0', '1.1'].includes(request.httpVersion)) return 'bad-request';
  const encodings = valuesOf(request.rawHeaders, 'transfer-encoding');
  const lengths = valuesOf(request.rawHeaders, 'content-length');
  if (encodings.length > 1 || lengths.length > 1 || encodings.length + lengths.length > 1) return 'bad-request';
  if (encodings.length > 0 && request.httpVersion === '1.0') return 'bad-request';
  if (encodings.some((encoding) => encoding.toLowerCase() !== 'chunked')) return 'bad-request';
  if (lengths.some((length) => !/^\d{1,15}$/.test(length))) return 'bad-request';
  if (!/^\/[\x21-\x7e\x80-\xff]*$/.test(path) && !(path === '*' && request.method === 'OPTIONS')) return 'bad-request';
  if (path.includes('#')) return 'bad-request';
  if (upgrade !== null && (upgrade.head.length > 0 || encodings.length + lengths.length > 0)) return 'bad-request';
  const [named = ''] = hosts;
  const split = splitAuthority(/:\d+$/.test(named) ? named : `${named}:${scheme === 'https' ? 443 : 80}`);
  return split !== null && isSameServer(split, { host: host.toLowerCase().replace(/\.$/, ''), port })
    ? null
    : 'name-mismatch';
}

function ruleFor(exchange: Exchange, target: Target, { isGateway, egress }: { isGateway: boolean; egress: Egress }) {
  if (isGateway) return isGatewayPath(exchange.path, egress.options.gateway.paths) ? 'gateway' : 'gateway-path';
  return judge(egress.policy(), {
    host: target.host,
    method: exchange.request.method ?? '',
    isUpgrade: exchange.upgrade !== null,
    headers: exchange.request.headers,
  });
}

async function stop(exchange: Exchange, attempt: OpenAttempt, { rule, egress }: { rule: EgressRule; egress: Egress }) {
  attempt.end(rule);
  await egress.pace.refused();
  // What a refused connection sends next is not worth reading.
  if (rule === 'bad-request' || rule === 'name-mismatch') exchange.response.shouldKeepAlive = false;
  refuse(exchange.response, rule, exchange.host);
}

/** Judges one request and lets it through or says why not. */
export async function answer(exchange: Exchange, egress: Egress): Promise<void> {
  const { request, response, host, port, path } = exchange;
  const attempt = egress.log.open({ method: request.method ?? '', host, port, path });
  const reading = readTarget(exchange, egress.options);
  if ('problem' in reading) return stop(exchange, attempt, { rule: reading.problem, egress });
  const oddity = oddityOf(exchange);
  if (oddity) return stop(exchange, attempt, { rule: oddity, egress });
  const { target, isGateway } = reading;
  const rule = ruleFor(exchange, target, { isGateway, egress });
  if (!egressRules[rule].allows) return stop(exchange, attempt, { rule, egress });
  if (!isGateway) await egress.pace.allowed();
  const waiting = exchange.upgrade && whileOpen(exchange.upgrade.socket);
  let route: Route;
  try {
    route = await exchange.findRoute(target, isGateway);
  } catch (error) {
    if (!(error instanceof DialError)) throw error;
    // Nobody waits for the answer.
    if (error.rule === null) return attempt.end(rule);
    // What the policy says now comes first, here as below.
    const now = ruleFor(exchange, target, { isGateway, egress });
    return stop(exchange, attempt, { rule: egressRules[now].allows ? error.rule : now, egress });
  } finally {
    waiting?.release();
  }
  if (request.destroyed || response.destroyed) return attempt.end(rule);
  // The policy may have become stricter while the server was dialled.
  const later = ruleFor(exchange, target, { isGateway, egress });
  if (!egressRules[later].allows) return stop(exchange, attempt, { rule: later, egress });
  const passage = { target, isGateway, route, path, rule, attempt };
  if (exchange.upgrade) return forwardUpgrade({ request, response, socket: exchange.upgrade.socket }, passage);
  if (exchange.isWaiting) response.writeContinue();
  forward(request, response, passage);
}

/** An answer to a request whose connection was handed out for an upgrade. */
export function responseOn(request: IncomingMessage, socket: Duplex): ServerResponse {
  const response = new ServerResponse(request);
  response.assignSocket(socket as Socket);
  response.shouldKeepAlive = false;
  response.once('finish', () => socket.end());
  return response;
}
