import type { Socket } from 'node:net';

/**
 * Where a client under proof calls this server, within 127.0.0.0/8, and from where it is passed on: what comes by it is of a proof, also
 * where its token names nobody. Nothing outside the machine can call there or from there.
 */
export const proofAddress = '127.83.84.85';

const passedOn = new Set<string>();

const nameOf = (address: string | undefined, port: number | undefined) => `${address} ${port}`;

/** Remembers a connection of this process to itself as one of a proof, until it is closed; for addresses that have no second one to call from. */
export function rememberOfProof(outgoing: Socket): void {
  outgoing.once('connect', () => {
    const name = nameOf(outgoing.localAddress, outgoing.localPort);
    passedOn.add(name);
    outgoing.once('close', () => passedOn.delete(name));
  });
}

const isLoopback = (address: string) => /^(::ffff:)?127\.|^::1$/.test(address);

/**
 * Whether a call came the way that only clients under proof come: to the address of proofs, over the relay of one, or, where a proxy of this
 * computer stands before Reeve, from this computer itself.
 * @param forwardedFor the header of that proxy, which adds the address it was called from
 */
export function isOfProof(
  { localAddress, remoteAddress, remotePort }: Pick<Socket, 'localAddress' | 'remoteAddress' | 'remotePort'>,
  forwardedFor?: string | undefined,
): boolean {
  const bare = (address = '') => address.replace(/^::ffff:/, '');
  if (bare(localAddress) === proofAddress || bare(remoteAddress) === proofAddress) return true;
  if (passedOn.has(nameOf(remoteAddress, remotePort))) return true;
  const last = forwardedFor?.split(',').at(-1)?.trim();
  return last !== undefined && isLoopback(last) && isLoopback(remoteAddress ?? '');
}
