import ipaddr from 'ipaddr.js';

export type Address = ipaddr.IPv4 | ipaddr.IPv6;

export const parseAddress = (text: string | null | undefined): Address | null => {
  const bare = text?.trim().replace(/^\[|\]$/g, '');
  return bare && ipaddr.isValid(bare) ? ipaddr.process(bare) : null;
};

export const isInNetwork = (address: Address, cidr: string): boolean => {
  const [range, bits] = ipaddr.parseCIDR(cidr);
  return (
    address.kind() === range.kind() && address.match([range, bits] as [ipaddr.IPv4, number] & [ipaddr.IPv6, number])
  );
};

/** Whether every address of the one is in the other. */
export const isWithinNetwork = (inner: string, outer: string): boolean => {
  const [address, bits] = ipaddr.parseCIDR(inner);
  return bits >= ipaddr.parseCIDR(outer)[1] && isInNetwork(address, outer);
};

/** An address that is not known is in none. */
export function isInAnyNetwork(ip: string | null, networks: readonly string[]): boolean {
  const address = parseAddress(ip);
  return address !== null && networks.some((cidr) => isInNetwork(address, cidr));
}

/**
 * `192.0.2.7` → `192.0.2.7/32`, `192.0.2.7/24` → `192.0.2.0/24`: the one way of writing a network. Null for anything else, also for
 * short forms such as `10/8` that people read differently, and for IPv4 written as IPv6, which no caller has as their address here.
 */
export function readNetwork(text: string): string | null {
  const [address = '', bits, ...rest] = text.trim().split('/');
  if (rest.length > 0 || !(ipaddr.IPv4.isValidFourPartDecimal(address) || ipaddr.IPv6.isValid(address))) return null;
  const parsed = ipaddr.parse(address);
  if (parsed.kind() === 'ipv6' && (parsed as ipaddr.IPv6).isIPv4MappedAddress()) return null;
  if (address.includes('%')) return null;
  const most = parsed.kind() === 'ipv4' ? 32 : 128;
  if (bits !== undefined && !/^\d{1,3}$/.test(bits)) return null;
  const length = bits === undefined ? most : Number(bits);
  if (length > most) return null;
  const network =
    parsed.kind() === 'ipv4'
      ? ipaddr.IPv4.networkAddressFromCIDR(`${address}/${length}`)
      : ipaddr.IPv6.networkAddressFromCIDR(`${address}/${length}`);
  return `${network.toString()}/${length}`;
}
