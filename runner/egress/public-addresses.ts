import { networkInterfaces } from 'node:os';
import ipaddr from 'ipaddr.js';

/** Where a cloud answers its machines about themselves although the range is a public one: Azure's wire server. */
const metadataAddresses = new Set(['168.63.129.16']);
const globalUnicast = ipaddr.parseCIDR('2000::/3') as [ipaddr.IPv6, number];

const isOfThisMachine = (text: string): boolean =>
  Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ address }) => address === text));

/**
 * Whether an address is on the public internet: not private, loopback, link-local, shared (CGNAT), multicast, documentation, reserved,
 * metadata or an address of the runner's own machine, nor IPv6 that stands for IPv4 (mapped, NAT64, 6to4, Teredo). What is not known is not.
 */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.IPv4.isValidFourPartDecimal(text) && !ipaddr.IPv6.isValid(text)) return false;
  const address = ipaddr.parse(text);
  if (address.range() !== 'unicast') return false;
  if (address.kind() === 'ipv6' && !(address as ipaddr.IPv6).match(globalUnicast)) return false;
  const normal = address.toString();
  return !metadataAddresses.has(normal) && !isOfThisMachine(normal);
}

/**
 * For networks whose own machines have public addresses, such as the services of some clusters: what is public, without these.
 * @throws Error for what is no range such as 34.118.224.0/20
 */
export function publicOutside(ranges: readonly string[]): (address: string) => boolean {
  const closed = ranges.map((range) => ipaddr.parseCIDR(range));
  return (text) => {
    if (!isPublicAddress(text)) return false;
    const address = ipaddr.parse(text);
    return !closed.some(([base, bits]) => base.kind() === address.kind() && address.match(base, bits));
  };
}
