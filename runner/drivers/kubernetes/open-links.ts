import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Socket } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import { createTaskAuthority, type TaskAuthority } from '../../egress/task-authority.ts';
import { Opening, type OpeningKind, readLine } from './link-messages.ts';

/** What the connections of one pod lead to. */
export interface LinkTarget {
  /** The one hello. */
  hello(socket: TLSSocket): void;
  take(kind: Exclude<OpeningKind, 'hello'>, socket: TLSSocket): void;
}

export interface Link {
  /** For the pod's description; good once. */
  secret: string;
  /** Said over the first connection; good until `close`. */
  session: string;
  serverName: string;
  authorityPem: string;
  close(): void;
}

export interface Links {
  readonly port: number;
  open(target: LinkTarget): Promise<Link>;
  close(): void;
}

interface Known extends Link {
  target: LinkTarget;
  authority: TaskAuthority;
  isGreeted: boolean;
  sockets: Set<TLSSocket>;
}

const longestOpening = 1024;
const patienceMs = 10_000;
/** Connections of one address that have not said yet whose they are. */
const usualWaiting = 256;
const newSecret = () => randomBytes(32).toString('base64url');
const isSame = (one: string, other: string) =>
  one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));

/** Which pod it is follows from the name it asked for, and is believed only with that pod's secret. */
function admit(known: Known | undefined, { secret, kind }: Opening, socket: TLSSocket): boolean {
  if (!known) return false;
  if (kind === 'hello') {
    // A second pod of the same job, or somebody who read the first one's description, comes too late.
    if (known.isGreeted || !isSame(secret, known.secret)) return false;
    known.isGreeted = true;
    known.target.hello(socket);
    return true;
  }
  if (!isSame(secret, known.session)) return false;
  known.target.take(kind, socket);
  return true;
}

/** Tasks reach this port, too: keeps one pod from taking it from the others by connections that say nothing. */
function openWaitingRoom(most: number) {
  const waiting = new Map<string, Set<number>>();
  const leave = ({ remoteAddress = '', remotePort = 0 }: Partial<Socket>) => {
    const ports = waiting.get(remoteAddress);
    if (ports?.delete(remotePort) && ports.size === 0) waiting.delete(remoteAddress);
  };
  const enter = (socket: Socket) => {
    const { remoteAddress = '', remotePort = 0 } = socket;
    const ports = waiting.get(remoteAddress) ?? new Set();
    if (ports.size >= most) return void socket.destroy();
    waiting.set(remoteAddress, ports.add(remotePort));
    // Its address is not known any more by then.
    socket.once('close', () => leave({ remoteAddress, remotePort }));
  };
  return { enter, leave };
}

/** Where task pods reach their runner. Each has an authority, a name and secrets of its own. @throws Error when the port is taken */
export async function openLinks(port: number, mostWaiting = usualWaiting): Promise<Links> {
  const links = new Map<string, Known>();
  const server = createServer({
    minVersion: 'TLSv1.3',
    allowHalfOpen: true,
    handshakeTimeout: patienceMs,
    SNICallback: (name, answer) => {
      const known = links.get(name);
      if (!known) return answer(new Error('nobody of that name'));
      known.authority.contextFor(name).then((context) => answer(null, context), answer);
    },
  });
  const waiting = openWaitingRoom(mostWaiting);
  server.on('connection', waiting.enter);
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  server.on('secureConnection', (socket) => {
    socket.on('error', () => socket.destroy());
    const known = links.get(String(socket.servername));
    known?.sockets.add(socket);
    socket.once('close', () => known?.sockets.delete(socket));
    const timer = setTimeout(() => socket.destroy(), patienceMs);
    readLine(socket, longestOpening)
      .then((line) => {
        if (admit(known, Opening.parse(JSON.parse(line)), socket)) waiting.leave(socket);
        else socket.destroy();
      })
      .catch(() => socket.destroy())
      .finally(() => clearTimeout(timer));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : port,
    async open(target) {
      const authority = await createTaskAuthority();
      const serverName = `${randomBytes(8).toString('hex')}.task.reeve.internal`;
      const link: Known = {
        ...{ target, authority, serverName, isGreeted: false, sockets: new Set<TLSSocket>() },
        ...{ secret: newSecret(), session: newSecret(), authorityPem: authority.pem },
        close: () => {
          links.delete(serverName);
          for (const socket of link.sockets) socket.destroy();
        },
      };
      links.set(serverName, link);
      return link;
    },
    close: () => {
      for (const link of links.values()) link.close();
      server.close();
    },
  };
}
