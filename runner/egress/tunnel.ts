import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { type EgressRule, egressRules } from '#contract/internet-access.ts';
import { DialError } from './dial-error.ts';
import { type Egress, readTarget } from './exchange.ts';
import { judge } from './judge.ts';
import { splitAuthority, type Target } from './read-target.ts';
import { refuseRaw } from './refuse.ts';
import type { TaskAuthority } from './task-authority.ts';
import { findRoute, type Route } from './upstream.ts';
import { whileOpen } from './while-open.ts';

const handshakeMs = 15_000;

/** What a CONNECT was granted. Every request in it is judged again. */
export interface Tunnel {
  target: Target;
  isGateway: boolean;
  route: Route;
  /** Requests that were read in it. */
  requests: number;
  active: number;
  /** Written in the log if nothing within is ever seen. */
  say(rule: EgressRule): void;
}

export interface TunnelParts {
  egress: Egress;
  authority: TaskAuthority;
  /** Reads the HTTP inside. */
  inner: Server;
  tunnels: WeakMap<Duplex, Tunnel>;
  onGranted(socket: Duplex, target: Target, isGateway: boolean): void;
}

/** What OpenSSL says when the bytes are no TLS at all. */
const noTls =
  /WRONG_VERSION_NUMBER|HTTP_REQUEST|UNKNOWN_PROTOCOL|PACKET_LENGTH_TOO_LONG|BAD_RECORD|UNEXPECTED_MESSAGE|RECORD_LAYER/;

/** Answers a CONNECT, and reads TLS and HTTP in what follows. */
export async function openTunnel(request: IncomingMessage, socket: Socket, head: Buffer, parts: TunnelParts) {
  const { egress } = parts;
  socket.on('error', () => socket.destroy());
  const split = splitAuthority(request.url ?? '');
  const about = { method: 'CONNECT', host: split?.host ?? request.url ?? '', port: split?.port ?? 0 };
  const stop = async (rule: EgressRule) => {
    egress.log.note(about, rule);
    await egress.pace.refused();
    refuseRaw(socket, rule, about.host);
  };
  if (split === null) return stop('bad-request');
  // Which of the two a tunnel carries is known from its port; the gateway may have any.
  const reading =
    portIsTls(split, 'https', egress) ??
    portIsTls(split, 'http', egress) ??
    readTarget({ ...split, scheme: 'https' }, egress.options);
  if ('problem' in reading) return stop(reading.problem);
  const { target, isGateway } = reading;
  if (hasBody(request)) return stop('bad-request');
  const ruleNow = (): EgressRule =>
    isGateway ? 'gateway' : judge(egress.policy(), { host: target.host, method: null, isUpgrade: false, headers: {} });
  const rule = ruleNow();
  if (!egressRules[rule].allows) return stop(rule);
  if (!isGateway) await egress.pace.allowed();
  const { gone, release } = whileOpen(socket);
  let route: Route;
  try {
    route = await findRoute(target, { isGateway, options: egress.options, lookUps: egress.lookUps, gone });
  } catch (error) {
    if (!(error instanceof DialError)) throw error;
    // Nobody waits for the answer.
    if (error.rule === null) return egress.log.note(about, rule);
    // What the policy says now comes first, here as below.
    const now = ruleNow();
    return stop(egressRules[now].allows ? error.rule : now);
  } finally {
    release();
  }
  if (socket.destroyed) {
    route.close();
    return egress.log.note(about, rule);
  }
  // Whoever speaks before the answer relies on an answer that a filter did not give.
  if (head.length > 0 || socket.readableLength > 0) {
    route.close();
    return stop('bad-request');
  }
  // The policy may have become stricter while the server was dialled.
  const later = ruleNow();
  if (!egressRules[later].allows) {
    route.close();
    return stop(later);
  }
  grant(socket, { rule, target, isGateway, route }, parts);
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';

function portIsTls(split: { host: string; port: number }, scheme: Target['scheme'], { options }: Egress) {
  const reading = readTarget({ ...split, scheme }, options);
  if ('problem' in reading) return null;
  return reading.isGateway || (split.port === 443) === (scheme === 'https') ? reading : null;
}

function grant(
  socket: Socket,
  { rule, target, isGateway, route }: { rule: EgressRule; target: Target; isGateway: boolean; route: Route },
  parts: TunnelParts,
): void {
  let isSaid = false;
  const say = (why: EgressRule) => {
    if (!isSaid) parts.egress.log.note({ method: 'CONNECT', host: target.host, port: target.port }, why);
    isSaid = true;
  };
  const tunnel: Tunnel = { target, isGateway, route, requests: 0, active: 0, say };
  socket.once('close', () => {
    if (tunnel.requests === 0) tunnel.say(rule);
    route.close();
  });
  parts.onGranted(socket, target, isGateway);
  socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
  if (target.scheme === 'https') void acceptTls(socket, tunnel, parts).catch(() => socket.destroy());
  else enter(socket, tunnel, parts);
}

async function acceptTls(socket: Socket, tunnel: Tunnel, parts: TunnelParts): Promise<void> {
  const { host } = tunnel.target;
  const secureContext = await parts.authority.contextFor(host);
  if (socket.destroyed) return;
  const before = socket.bytesRead;
  let isSecure = false;
  const secured = new TLSSocket(socket, { isServer: true, secureContext, ALPNProtocols: ['http/1.1'] });
  const timer = setTimeout(() => {
    tunnel.say('tls-failed');
    socket.destroy();
  }, handshakeMs);
  socket.once('close', () => clearTimeout(timer));
  // Whoever does not trust a certificate may go without a word. Nobody reads yet, so the end must be asked for.
  const askForEnd = () => void secured.read();
  secured.on('readable', askForEnd);
  secured.once('end', () => {
    if (isSecure) return;
    if (socket.bytesRead > before) tunnel.say('tls-failed');
    socket.destroy();
  });
  secured.once('secure', () => {
    clearTimeout(timer);
    isSecure = true;
    secured.off('readable', askForEnd);
    // Addresses have no server name (RFC 6066 §3); only the gateway may be one.
    const name = servernameOf(secured);
    const isAddress = /^[\d.]+$|:/.test(host);
    if (name?.toLowerCase() !== host && !(isAddress && name === null)) {
      tunnel.say('name-mismatch');
      secured.destroy();
      socket.destroy();
      return;
    }
    enter(secured, tunnel, parts);
  });
  secured.on('error', (error: NodeJS.ErrnoException) => {
    const code = String(error.code ?? '');
    if (tunnel.requests === 0 && code !== 'ECONNRESET') tunnel.say(noTls.test(code) ? 'not-http' : 'tls-failed');
    socket.destroy();
  });
  secured.once('close', () => socket.destroy());
}

/** What the client named in its hello. Node has it on the socket, its types do not. */
function servernameOf(secured: TLSSocket): string | null {
  const { servername } = secured as TLSSocket & { servername?: string | false | null };
  return typeof servername === 'string' && servername !== '' ? servername : null;
}

function enter(stream: Duplex, tunnel: Tunnel, { inner, tunnels }: TunnelParts): void {
  tunnels.set(stream, tunnel);
  // A direct connection would have ended here, too.
  tunnel.route.onIdleClosed(() => {
    if (tunnel.active === 0) stream.end();
  });
  inner.emit('connection', stream);
}
