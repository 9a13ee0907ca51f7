import { lookup } from 'node:dns/promises';
import { Agent } from 'node:http';
import { connect, isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { LRUCache } from 'lru-cache';
import type { EgressRule } from '#contract/internet-access.ts';
import type { EgressProxyOptions } from './egress-policy.ts';
import { isPublicAddress } from './public-addresses.ts';
import type { Target } from './read-target.ts';

const dialTimeoutMs = 10_000;
/** So long a restart of Reeve may take: a client whose model call is refused at the door gives up after seconds, and its task with it. */
const gatewayPatienceMs = 20_000;
const gatewayPauseMs = 250;

/** Why no connection came about. `rule` where that is a rule of ours. */
export class DialError extends Error {
  override readonly name = 'DialError';
  readonly rule: EgressRule | null;
  /** Nobody listens there now. */
  readonly isAbsent: boolean;
  constructor(message: string, rule: EgressRule | null, isAbsent = false) {
    super(message);
    this.rule = rule;
    this.isAbsent = isAbsent;
  }
}

/** The way to one server: addresses that were looked up once and found public. A new question needs a new route. */
export interface Route {
  agent: Agent;
  /** What was dialled last. */
  address(): string | null;
  /** Called when the server closed a connection that is not in use. */
  onIdleClosed(listener: () => void): void;
  close(): void;
}

type Trust = { ca: string[] } | Record<string, never>;
type Sessions = LRUCache<string, Buffer>;

/** TLS sessions of one proxy: a server that was verified need not be again for each connection, as in any client. */
const sessionsOf = new WeakMap<EgressProxyOptions, Sessions>();
const mostSessions = 200;

function sessionsFor(options: EgressProxyOptions): Sessions {
  const known = sessionsOf.get(options) ?? new LRUCache<string, Buffer>({ max: mostSessions });
  sessionsOf.set(options, known);
  return known;
}

/** Every address of the name, all of them public. @throws DialError `name-unknown` or `private-address` */
async function publicAddresses(name: string, options: EgressProxyOptions): Promise<string[]> {
  let addresses: string[];
  try {
    // The dot keeps a search list of the runner's machine out of it.
    addresses = options.resolve
      ? await options.resolve(name)
      : (await lookup(`${name}.`, { all: true, order: 'ipv4first' })).map(({ address }) => address);
  } catch (error) {
    throw new DialError(error instanceof Error ? error.message : String(error), 'name-unknown');
  }
  if (addresses.length === 0) throw new DialError('no address', 'name-unknown');
  // One private address among public ones is how a name is rebound: such a name is not used at all.
  const isReachable = options.isReachable ?? isPublicAddress;
  if (!addresses.every((address) => isIP(address) !== 0 && isReachable(address)))
    throw new DialError(addresses.join(', '), 'private-address');
  return addresses;
}

function dial(host: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, autoSelectFamily: false });
    const stop = (error: Error) => {
      socket.destroy();
      reject(error);
    };
    socket.setTimeout(dialTimeoutMs, () => stop(new Error('no connection within 10 s')));
    socket.once('error', stop);
    socket.once('connect', () => {
      socket.setTimeout(0);
      socket.off('error', stop);
      resolve(socket);
    });
  });
}

function startTls(
  socket: Socket,
  { host, port }: Target,
  { trust, sessions }: { trust: Trust; sessions: Sessions },
): Promise<TLSSocket> {
  const server = `${host}:${port}`;
  const session = sessions.get(server);
  const bare = host.replace(/^\[|\]$/g, '');
  return new Promise((resolve, reject) => {
    const secured = connectTls({
      socket,
      ...(isIP(bare) === 0 ? { servername: bare } : { host: bare }),
      ALPNProtocols: ['http/1.1'],
      minVersion: 'TLSv1.2',
      ...(session ? { session } : {}),
      ...trust,
    });
    secured.on('session', (made) => sessions.set(server, made));
    const stop = (error: Error) => {
      secured.destroy();
      socket.destroy();
      reject(error);
    };
    secured.setTimeout(dialTimeoutMs, () => stop(new Error('no TLS within 10 s')));
    secured.once('error', stop);
    secured.once('secureConnect', () => {
      secured.setTimeout(0);
      secured.off('error', stop);
      resolve(secured);
    });
  });
}

const isCertificateProblem = (error: unknown): boolean =>
  /^(CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|ERR_TLS_CERT)/.test(
    String((error as NodeJS.ErrnoException).code ?? ''),
  );

/** Nobody listens, or whoever did ended before TLS was there: nothing was sent yet. */
const isAbsent = (error: Error): boolean =>
  /^(ECONNREFUSED|ECONNRESET)$/.test((error as NodeJS.ErrnoException).code ?? '');

async function openConnection(
  {
    target,
    addresses,
    trust,
    sessions,
  }: { target: Target; addresses: readonly string[]; trust: Trust; sessions: Sessions },
  { connectTo, dialled }: { connectTo: EgressProxyOptions['connectTo']; dialled: (address: string) => void },
): Promise<Duplex> {
  let problem = new Error('no address');
  for (const address of addresses) {
    const to = connectTo?.(address, target.port) ?? { host: address, port: target.port };
    dialled(address);
    try {
      const socket = await dial(to.host, to.port);
      socket.setNoDelay(true);
      return target.scheme === 'http' ? socket : await startTls(socket, target, { trust, sessions });
    } catch (error) {
      problem = error instanceof Error ? error : new Error(String(error));
      if (isCertificateProblem(error)) throw new DialError(problem.message, 'certificate-invalid');
    }
  }
  throw new DialError(problem.message, null, isAbsent(problem));
}

/** The same for the gateway: waits until it is back. */
async function openWithPatience(open: () => Promise<Duplex>, isWanted: () => boolean): Promise<Duplex> {
  const until = Date.now() + gatewayPatienceMs;
  for (;;) {
    try {
      return await open();
    } catch (error) {
      if (!(error instanceof DialError && error.isAbsent && isWanted()) || Date.now() > until) throw error;
      await setTimeout(gatewayPauseMs);
    }
  }
}

function trustFor(options: EgressProxyOptions, isGateway: boolean): Trust {
  const pem = isGateway ? options.gateway.authorityPem : options.trustedPem;
  return pem === null || pem === undefined ? {} : { ca: [pem] };
}

/** Looks the target's name up once. @throws DialError with a rule */
export async function findRoute(
  target: Target,
  { isGateway, options }: { isGateway: boolean; options: EgressProxyOptions },
): Promise<Route> {
  const own = options.gateway.connect;
  const addresses = isGateway
    ? [own?.host ?? target.host.replace(/^\[|\]$/g, '')]
    : await publicAddresses(target.host, options);
  const connectTo = isGateway ? (own ? () => own : undefined) : options.connectTo;
  const trust = trustFor(options, isGateway);
  const sessions = sessionsFor(options);
  const agent = new Agent({ keepAlive: true, maxSockets: 1, maxFreeSockets: 1, scheduling: 'fifo' });
  let [address, isClosed]: [string | null, boolean] = [null, false];
  let idleClosed = (): void => undefined;
  agent.createConnection = (_options, done) => {
    const open = () =>
      openConnection(
        { target, addresses, trust, sessions },
        {
          connectTo,
          dialled: (one) => {
            address = one;
          },
        },
      );
    (isGateway ? openWithPatience(open, () => !isClosed) : open()).then(
      (socket) => {
        if (isClosed) socket.destroy();
        socket.once('close', () => idleClosed());
        done?.(null, socket);
      },
      (error: Error) => done?.(error, undefined as unknown as Duplex),
    );
    return undefined;
  };
  return {
    agent,
    address: () => address,
    onIdleClosed(listener) {
      idleClosed = listener;
    },
    close() {
      isClosed = true;
      agent.destroy();
    },
  };
}
