import { connect, isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import type { LRUCache } from 'lru-cache';
import { DialError } from './dial-error.ts';
import type { EgressProxyOptions } from './egress-policy.ts';
import type { Target } from './read-target.ts';

const stepMs = 10_000;
/** For all addresses of a name together. */
const longestMs = 20_000;
/** A name may have hundreds that lead nowhere. */
const mostAddresses = 4;

export type Trust = { ca: string[] } | Record<string, never>;
export type Sessions = LRUCache<string, Buffer>;

interface Way {
  target: Target;
  /** Never a name: names are looked up once, and by others. The gateway's alone is. */
  addresses: readonly string[];
  trust: Trust;
  sessions: Sessions;
  connectTo: EgressProxyOptions['connectTo'];
  dialled(address: string): void;
}

/** The socket once it is open. It is destroyed when that takes too long or the signal comes first. */
function whenOpen<T extends Socket>(
  socket: T,
  { event, idle, signal }: { event: 'connect' | 'secureConnect'; idle: string; signal: AbortSignal },
): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (error: Error) => {
      signal.removeEventListener('abort', abort);
      socket.destroy();
      reject(error);
    };
    const abort = () => stop(signal.reason);
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort);
    socket.setTimeout(stepMs, () => stop(new Error(idle)));
    socket.once('error', stop);
    socket.once(event, () => {
      signal.removeEventListener('abort', abort);
      socket.setTimeout(0);
      socket.off('error', stop);
      resolve(socket);
    });
  });
}

function dial(to: { host: string; port: number }, signal: AbortSignal): Promise<Socket> {
  const socket = connect({ ...to, autoSelectFamily: false });
  return whenOpen(socket, { event: 'connect', idle: 'no connection within 10 s', signal });
}

async function startTls(socket: Socket, way: Way, signal: AbortSignal): Promise<Socket> {
  const { host, port } = way.target;
  const server = `${host}:${port}`;
  const session = way.sessions.get(server);
  const bare = host.replace(/^\[|\]$/g, '');
  const secured = connectTls({
    socket,
    ...(isIP(bare) === 0 ? { servername: bare } : { host: bare }),
    ALPNProtocols: ['http/1.1'],
    minVersion: 'TLSv1.2',
    ...(session ? { session } : {}),
    ...way.trust,
  });
  secured.on('session', (made) => way.sessions.set(server, made));
  try {
    return await whenOpen(secured, { event: 'secureConnect', idle: 'no TLS within 10 s', signal });
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

const isCertificateProblem = (error: unknown): boolean =>
  /^(CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|ERR_TLS_CERT)/.test(
    String((error as NodeJS.ErrnoException).code ?? ''),
  );

/** Nobody listens, or whoever did ended before TLS was there: nothing was sent yet. */
const isAbsent = (error: Error): boolean =>
  /^(ECONNREFUSED|ECONNRESET)$/.test((error as NodeJS.ErrnoException).code ?? '');

/** The first few, with both families among them: a machine may have a way to one of the two only. */
function someOf(addresses: readonly string[]): string[] {
  const four = addresses.filter((address) => isIP(address) !== 6);
  const six = addresses.filter((address) => isIP(address) === 6);
  const ofFour = four.slice(0, mostAddresses - Math.min(six.length, mostAddresses / 2));
  return [...ofFour, ...six.slice(0, mostAddresses - ofFour.length)];
}

async function tryAll(way: Way, signal: AbortSignal): Promise<Duplex> {
  const { target, addresses, connectTo } = way;
  let problem = new Error('no address');
  for (const address of someOf(addresses)) {
    signal.throwIfAborted();
    way.dialled(address);
    try {
      const socket = await dial(connectTo?.(address, target.port) ?? { host: address, port: target.port }, signal);
      socket.setNoDelay(true);
      return target.scheme === 'http' ? socket : await startTls(socket, way, signal);
    } catch (error) {
      problem = error instanceof Error ? error : new Error(String(error));
      if (isCertificateProblem(error)) throw new DialError(problem.message, 'certificate-invalid');
    }
  }
  throw problem;
}

/** A connection to the first address that takes one, over TLS where the target says so. @throws DialError, once `closed` says so as well */
export async function openConnection(way: Way, closed: AbortSignal): Promise<Duplex> {
  const ending = new AbortController();
  const close = () => ending.abort(new DialError('nobody waits for it any more', null));
  if (closed.aborted) close();
  closed.addEventListener('abort', close);
  const timer = setTimeout(() => ending.abort(new DialError('no connection within 20 s', null)), longestMs);
  try {
    return await tryAll(way, ending.signal);
  } catch (error) {
    if (error instanceof DialError) throw error;
    const problem = error instanceof Error ? error : new Error(String(error));
    throw new DialError(problem.message, null, isAbsent(problem));
  } finally {
    clearTimeout(timer);
    closed.removeEventListener('abort', close);
  }
}
