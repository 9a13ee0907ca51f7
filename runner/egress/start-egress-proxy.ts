import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import process from 'node:process';
import type { Duplex } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import { egressRules } from '#contract/internet-access.ts';
import { createAttemptLog } from './attempt-log.ts';
import type { EgressPolicy, EgressProxy, EgressProxyOptions } from './egress-policy.ts';
import { answer, type Egress, responseOn } from './exchange.ts';
import { maxHeaderBytes } from './forward.ts';
import { judge } from './judge.ts';
import { createLookUps } from './look-up.ts';
import { createPace } from './pace.ts';
import { splitAbsolute, splitAuthority, type Target } from './read-target.ts';
import { refuseRaw } from './refuse.ts';
import { createTaskAuthority } from './task-authority.ts';
import { openTunnel, type Tunnel, type TunnelParts } from './tunnel.ts';
import { findRoute, type Route } from './upstream.ts';

/** At once, of one task. */
export const mostConnections = 256;
const mostServersPerConnection = 8;
const longestSocketPath = 107;
/** What ends with its connection is written down at once; a task must not wait for what does not. */
const lastEntriesMs = 3_000;

/** Requests of a connection that have no whole answer yet. */
const unanswered = new WeakMap<Duplex, number>();

const httpOptions: ServerOptions = {
  maxHeaderSize: maxHeaderBytes,
  // Judged by us, so that it is in the log.
  requireHostHeader: false,
  headersTimeout: 30_000,
  // Uploads take as long as they take.
  requestTimeout: 0,
  keepAliveTimeout: 120_000,
  insecureHTTPParser: false,
  // Anything else that asks to be upgraded (h2c) is an ordinary request, and stays HTTP/1.1. So is what comes before the answer to an
  // earlier request: its connection cannot be handed out yet.
  shouldUpgradeCallback: ({ headers, socket }) =>
    headers.upgrade?.toLowerCase() === 'websocket' && !unanswered.get(socket),
};

interface Client {
  /** It leads to Reeve and never led elsewhere; null before its first request. */
  isGateway: boolean | null;
  /** Where it leads beside. */
  targets: Map<string, Pick<Target, 'host' | 'port'>>;
  routes: LRUCache<string, Route>;
  gone: AbortSignal;
}

const keyOf = ({ host, port }: Pick<Target, 'host' | 'port'>) => `${host}:${port}`;

function noteTarget(client: Client, { host, port }: Target, isGateway: boolean): void {
  client.isGateway = isGateway && client.isGateway !== false;
  if (!isGateway) client.targets.set(keyOf({ host, port }), { host, port });
}

/** Plain requests on one client connection share a connection to each server, as long as both stay. */
async function routeOf(client: Client, target: Target, isGateway: boolean, egress: Egress): Promise<Route> {
  const key = keyOf(target);
  const known = client.routes.get(key);
  if (known) return known;
  // While it is looked up nothing leads there; afterwards `answer` judges again.
  const route = await findRoute(target, {
    ...{ isGateway, options: egress.options, lookUps: egress.lookUps },
    gone: client.gone,
  });
  client.routes.set(key, route);
  noteTarget(client, target, isGateway);
  return route;
}

type Incoming = { request: IncomingMessage; response: ServerResponse; isWaiting: boolean };
type Upgrade = { socket: Duplex; head: Buffer } | null;

function onEachRequest(server: Server, take: (incoming: Incoming, upgrade: Upgrade) => void): void {
  const takePlain = (request: IncomingMessage, response: ServerResponse, isWaiting: boolean) => {
    const { socket } = request;
    unanswered.set(socket, (unanswered.get(socket) ?? 0) + 1);
    response.once('close', () => unanswered.set(socket, (unanswered.get(socket) ?? 1) - 1));
    take({ request, response, isWaiting }, null);
  };
  server.on('request', (request, response) => takePlain(request, response, false));
  server.on('checkContinue', (request, response) => takePlain(request, response, true));
  server.on('checkExpectation', (request, response) => takePlain(request, response, false));
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    take({ request, response: responseOn(request, socket), isWaiting: false }, { socket, head });
  });
}

const isNoHttp = (error: NodeJS.ErrnoException): boolean =>
  /^HPE_INVALID_(METHOD|CONSTANT|VERSION|URL)$/.test(error.code ?? '');

/** Requests inside a tunnel: as a server gets them, and for this server alone. */
function createInnerServer(egress: Egress, tunnels: WeakMap<Duplex, Tunnel>): Server {
  const inner = createServer(httpOptions);
  const take = ({ request, response, isWaiting }: Incoming, upgrade: Upgrade) => {
    const tunnel = tunnels.get(request.socket);
    if (!tunnel) return request.socket.destroy();
    tunnel.requests += 1;
    tunnel.active += 1;
    (upgrade?.socket ?? response).once('close', () => {
      tunnel.active -= 1;
    });
    const { host, port, scheme } = tunnel.target;
    const findTunnelRoute = () => Promise.resolve(tunnel.route);
    const exchange = { request, response, upgrade, isWaiting, host, port, scheme, path: request.url ?? '' };
    void answer({ ...exchange, findRoute: findTunnelRoute }, egress).catch(() => request.socket.destroy());
  };
  onEachRequest(inner, take);
  inner.on('connect', (request, socket) => {
    const tunnel = tunnels.get(socket);
    if (tunnel) tunnel.requests += 1;
    const target = tunnel?.target;
    const inside = splitAuthority(request.url ?? '');
    const about = inside ?? { host: target?.host ?? '', port: target?.port ?? 0 };
    egress.log.note({ method: 'CONNECT', ...about }, 'bad-request');
    void egress.pace.refused().then(() => refuseRaw(socket, 'bad-request', about.host));
  });
  inner.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const tunnel = tunnels.get(socket);
    if (!tunnel || error.code === 'ECONNRESET') return socket.destroy();
    const rule = isNoHttp(error) ? 'not-http' : 'bad-request';
    if (tunnel.requests === 0) tunnel.say(rule);
    else egress.log.note({ method: '?', ...tunnel.target }, rule);
    void egress.pace.refused().then(() => refuseRaw(socket, rule, tunnel.target.host));
  });
  return inner;
}

function createOuterServer(egress: Egress, parts: TunnelParts, clients: Map<Duplex, Client>): Server {
  const outer = createServer(httpOptions);
  const take = ({ request, response, isWaiting }: Incoming, upgrade: Upgrade) => {
    const split = splitAbsolute(request.url ?? '');
    const client = clients.get(request.socket);
    const { host, port, path } = split ?? { host: '', port: 0, path: request.url ?? '' };
    if (!client) return request.socket.destroy();
    const exchange = { request, response, upgrade, isWaiting, host, port, scheme: 'http' as const, path };
    const find = (target: Target, isGateway: boolean) => routeOf(client, target, isGateway, egress);
    void answer({ ...exchange, findRoute: find }, egress).catch(() => request.socket.destroy());
  };
  onEachRequest(outer, take);
  outer.on('connect', (request, socket, head) => {
    void openTunnel(request, socket as Socket, head, parts).catch(() => socket.destroy());
  });
  outer.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET') return socket.destroy();
    const rule = isNoHttp(error) ? 'not-http' : 'bad-request';
    egress.log.note({ method: '?', host: '', port: 0 }, rule);
    void egress.pace.refused().then(() => refuseRaw(socket, rule, 'anywhere'));
  });
  return outer;
}

function trackClients(outer: Server, egress: Egress, clients: Map<Duplex, Client>): void {
  let saidAt = Number.NEGATIVE_INFINITY;
  outer.prependListener('connection', (socket) => {
    if (clients.size >= mostConnections) {
      // Opening them costs nothing, so a second's worth is one entry.
      if (performance.now() - saidAt > 1000) {
        egress.log.note({ method: '?', host: '', port: 0 }, 'too-many-connections');
        saidAt = performance.now();
      }
      socket.on('error', () => socket.destroy());
      refuseRaw(socket, 'too-many-connections', 'anywhere');
      socket.destroySoon();
      return;
    }
    const targets: Client['targets'] = new Map();
    const routes = new LRUCache<string, Route>({
      max: mostServersPerConnection,
      dispose: (route, key) => {
        route.close();
        targets.delete(key);
      },
    });
    const leaving = new AbortController();
    clients.set(socket, { isGateway: null, targets, routes, gone: leaving.signal });
    socket.once('close', () => {
      clients.delete(socket);
      leaving.abort();
      routes.clear();
    });
  });
}

/** Ends a connection that leads where the policy does not let it any more. What it asks there by which method is known to the request alone. */
function cutRefused(
  socket: Duplex,
  targets: readonly Pick<Target, 'host' | 'port'>[],
  { egress, isOtherMethods }: { egress: Egress; isOtherMethods: boolean },
): void {
  const refused = targets.flatMap(({ host, port }) => {
    const rule = judge(egress.policy(), { host, method: null, isUpgrade: false, headers: {} });
    return egressRules[rule].allows ? [] : [{ host, port, rule }];
  });
  for (const { rule, ...about } of refused) egress.log.note({ method: 'CONNECT', ...about }, rule);
  if (refused.length > 0 || (isOtherMethods && targets.length > 0)) socket.destroy();
}

/** Binding takes the rights from the process's mask, so nobody else can connect even in the first moment. */
function listen(server: Server, path: string): Promise<void> {
  if (Buffer.byteLength(path) > longestSocketPath)
    throw new Error(
      `the path of a UNIX socket has at most ${longestSocketPath} bytes; ${path} is longer. Use a shorter work folder.`,
    );
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    const before = process.umask(0o177);
    try {
      server.listen({ path }, resolve);
    } finally {
      process.umask(before);
    }
  });
}

/** Starts the way out for one task. @throws Error if the socket cannot be made */
export async function startEgressProxy(options: EgressProxyOptions): Promise<EgressProxy> {
  let policy: EgressPolicy = options.policy;
  const authority = await createTaskAuthority();
  const egress: Egress = {
    options,
    policy: () => policy,
    log: createAttemptLog(() => policy.phase, options.onAttempt),
    lookUps: createLookUps({ resolve: options.resolve, longestMs: options.longestLookUpMs }),
    pace: { refused: createPace({ free: 1000, intervalMs: 20 }), allowed: createPace({ free: 20_000, intervalMs: 5 }) },
  };
  const clients = new Map<Duplex, Client>();
  const tunnels = new WeakMap<Duplex, Tunnel>();
  const inner = createInnerServer(egress, tunnels);
  const onGranted = (socket: Duplex, target: Target, isGateway: boolean) => {
    const client = clients.get(socket);
    if (client) noteTarget(client, target, isGateway);
  };
  const outer = createOuterServer(egress, { egress, authority, inner, tunnels, onGranted }, clients);
  trackClients(outer, egress, clients);
  await listen(outer, options.socketPath);
  return {
    authorityPem: authority.pem,
    setPolicy(next) {
      policy = next;
      // What set-up left open must not go on under its rules.
      for (const [socket, { isGateway }] of clients) if (!isGateway) socket.destroy();
    },
    tighten(next) {
      const isOtherMethods = policy.access.methods !== next.access.methods;
      policy = next;
      egress.log.note({ method: 'POLICY', host: '*', port: 0 }, 'made-stricter');
      // One that leads nowhere yet is judged by the new rules before it does.
      for (const [socket, { targets }] of clients)
        cutRefused(socket, [...targets.values()], { egress, isOtherMethods });
    },
    async close() {
      const closed = new Promise<void>((resolve) => outer.close(() => resolve()));
      for (const socket of clients.keys()) socket.destroy();
      egress.lookUps.close();
      await closed;
      await Promise.race([egress.log.settled(), setTimeout(lastEntriesMs, undefined, { ref: false })]);
    },
  };
}
