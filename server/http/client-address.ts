import { LRUCache } from 'lru-cache';
import { isInNetwork, parseAddress } from './networks.ts';

/** A connection brings many requests, all from one address. */
const direct = new LRUCache<string, string>({ max: 10_000 });

function directAddress(socketAddress: string): string | null {
  const address = direct.get(socketAddress) ?? parseAddress(socketAddress)?.toString() ?? null;
  if (address !== null) direct.set(socketAddress, address);
  return address;
}

/**
 * The caller's address. X-Forwarded-For is believed only from right to left and only while the hop before is one of our own
 * proxies, so nobody can write an address for themselves.
 */
export function clientAddress(
  socketAddress: string | undefined,
  forwardedFor: string | undefined,
  trustedProxies: readonly string[],
): string | null {
  if (socketAddress === undefined) return null;
  if (forwardedFor === undefined || trustedProxies.length === 0) return directAddress(socketAddress);
  let current = parseAddress(socketAddress);
  if (!current) return null;
  const hops = forwardedFor.split(',').filter((hop) => hop.trim() !== '');
  while (hops.length > 0 && trustedProxies.some((cidr) => current !== null && isInNetwork(current, cidr))) {
    const next = parseAddress(hops.pop());
    if (!next) break;
    current = next;
  }
  return current.toString();
}
