import { isIP } from 'node:net';

/** A server as a request names it. */
export interface Target {
  scheme: 'http' | 'https';
  /** Lower case, without a dot at the end; an IPv6 address in brackets. */
  host: string;
  port: number;
}

export type NameReading = { host: string } | { problem: 'address-literal' | 'bad-request' };

const name = /^(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/;
/** What inet_aton and URL parsers take for a number: decimal, octal, hexadecimal; alone or as the last label. */
const numericEnd = /(^|\.)(\d+|0x[0-9a-f]*)$/;

/**
 * A host name as one client or another might write it. The platform's URL parser knows every way of writing an address (`2130706433`,
 * `0x7f.1`, `0177.0.0.1`, full-width digits, percent signs), so what it takes for one is one.
 */
export function readHost(text: string): NameReading {
  const written = text.toLowerCase().replace(/\.$/, '');
  if (written.startsWith('[') || isIP(written) !== 0 || written.includes(':')) return { problem: 'address-literal' };
  let understood: string;
  try {
    understood = new URL(`http://${written}/`).hostname;
  } catch {
    return { problem: numericEnd.test(written) ? 'address-literal' : 'bad-request' };
  }
  if (isIP(understood) !== 0 || numericEnd.test(understood)) return { problem: 'address-literal' };
  if (understood !== written || !name.test(written)) return { problem: 'bad-request' };
  return { host: written };
}

/** `host:port` as it is written, neither of them judged. Null for anything with user, path or without a port. */
export function splitAuthority(text: string): { host: string; port: number } | null {
  const parts = /^(\[[^\]@/]*\]|[^:@/?#\\\s[\]]+):(\d{1,5})$/.exec(text);
  const port = Number(parts?.[2]);
  return parts?.[1] === undefined || port < 1 || port > 65_535 ? null : { host: parts[1], port };
}

/** Scheme, authority and path of `http://host[:port]/path?query`; null for anything else, also for a user before the host. */
export function splitAbsolute(text: string): { host: string; port: number; path: string } | null {
  const parts = /^http:\/\/([^/?#]*)([^#]*)$/i.exec(text);
  if (parts === null) return null;
  const authority = parts[1] ?? '';
  const split = splitAuthority(/:\d+$/.test(authority) ? authority : `${authority}:80`);
  const rest = parts[2] ?? '';
  return split && { ...split, path: rest.startsWith('/') ? rest : `/${rest}` };
}
