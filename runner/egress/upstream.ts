import { Agent } from 'node:http';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import { DialError } from './dial-error.ts';
import type { EgressProxyOptions } from './egress-policy.ts';
import type { LookUps } from './look-up.ts';
import { openConnection, type Sessions, type Trust } from './open-connection.ts';
import { isPublicAddress } from './public-addresses.ts';
import type { Target } from './read-target.ts';

/** So long a restart of Reeve may take: a client whose model call is refused at the door gives up after seconds, and its task with it. */
export const gatewayPatienceMs = 20_000;
export const gatewayPauseMs = 250;

/** The way to one server: addresses that were looked up once and found public. A new question needs a new route. */
export interface Route {
  agent: Agent;
  /** What was dialled last. */
  address(): string | null;
  /** Called when the server closed a connection that is not in use. */
  onIdleClosed(listener: () => void): void;
  close(): void;
}

/** What a route is found with. */
interface Finding {
  isGateway: boolean;
  options: EgressProxyOptions;
  lookUps: LookUps;
  /** Nobody waits for it any more. */
  gone: AbortSignal;
}

/** TLS sessions of one proxy: a server that was verified need not be again for each connection, as in any client. */
const sessionsOf = new WeakMap<EgressProxyOptions, Sessions>();
const mostSessions = 200;

function sessionsFor(options: EgressProxyOptions): Sessions {
  const known = sessionsOf.get(options) ?? new LRUCache<string, Buffer>({ max: mostSessions });
  sessionsOf.set(options, known);
  return known;
}

/** Every address of the name, all of them public. @throws DialError `name-unknown` or `private-address`, or without a rule where nobody waits */
async function publicAddresses(name: string, { options, lookUps, gone }: Finding): Promise<string[]> {
  const addresses = await lookUps.find(name, gone);
  if (addresses.length === 0) throw new DialError('no address', 'name-unknown');
  // One private address among public ones is how a name is rebound: such a name is not used at all.
  const isReachable = options.isReachable ?? isPublicAddress;
  if (!addresses.every((address) => isIP(address) !== 0 && isReachable(address)))
    throw new DialError(addresses.join(', '), 'private-address');
  return addresses;
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

/** Looks the target's name up once. @throws DialError with a rule, or without one where nobody waits for it */
export async function findRoute(target: Target, finding: Finding): Promise<Route> {
  const { isGateway, options } = finding;
  const own = options.gateway.connect;
  const addresses = isGateway
    ? [own?.host ?? target.host.replace(/^\[|\]$/g, '')]
    : await publicAddresses(target.host, finding);
  const closing = new AbortController();
  const agent = new Agent({ keepAlive: true, maxSockets: 1, maxFreeSockets: 1, scheduling: 'fifo' });
  let address: string | null = null;
  let idleClosed = (): void => undefined;
  const way = {
    ...{ target, addresses, trust: trustFor(options, isGateway), sessions: sessionsFor(options) },
    connectTo: isGateway ? (own ? () => own : undefined) : options.connectTo,
    dialled: (one: string) => {
      address = one;
    },
  };
  const open = () => openConnection(way, closing.signal);
  agent.createConnection = (_options, done) => {
    (isGateway ? openWithPatience(open, () => !closing.signal.aborted) : open()).then(
      (socket) => {
        if (closing.signal.aborted) socket.destroy();
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
      closing.abort();
      agent.destroy();
    },
  };
}
