import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { secretText } from './secret-text.ts';

export interface ListenAddress {
  host: string;
  port: number;
}

const hostName = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/i;

function parseListenAddress(text: string): ListenAddress | null {
  const found = /^(?:\[(?<six>[0-9a-f:.]+)\]|(?<host>[^:[\]]+)):(?<port>\d{1,5})$/i.exec(text)?.groups;
  const host = found?.six ?? found?.host ?? '';
  const port = Number(found?.port);
  const hostIsFine = found?.six === undefined ? isIP(host) === 4 || hostName.test(host) : isIP(host) === 6;
  return found && hostIsFine && port <= 65_535 ? { host, port } : null;
}

/** host:port; IPv6 in brackets; port 0 lets the system choose. */
export const listenAddress = z.string().transform((text, context) => {
  const address = parseListenAddress(text);
  if (address) return address;
  context.addIssue({ code: 'custom', message: `"${text}" is not host:port` });
  return z.NEVER;
});

export const listenAddressOrOff = z.string().transform((text, context) => {
  const address = text === 'off' ? text : parseListenAddress(text);
  if (address) return address;
  context.addIssue({ code: 'custom', message: `"${text}" is not host:port, and not off` });
  return z.NEVER;
});

export const httpsOrigin = z.string().transform((text, context) => {
  const refuse = (problem: string) => {
    context.addIssue({ code: 'custom', message: problem });
    return z.NEVER;
  };
  if (!URL.canParse(text)) return refuse(`"${text}" is not a URL`);
  const url = new URL(text);
  if (url.username || url.password) return refuse('carries a user name or password; leave them out');
  if (url.protocol !== 'https:') return refuse(`"${text}" is not https; the Codex clients accept nothing else`);
  if (url.pathname !== '/' || url.search || url.hash)
    return refuse(`"${text}" has a path, query or fragment; give the origin only, here ${url.origin}`);
  return url.origin;
});

/** A URL with a secret in it. The value is never repeated in a problem. */
export const secretUrl = (protocols: readonly string[]) =>
  z.string().transform((text, context) => {
    const protocol = URL.canParse(text) ? new URL(text).protocol.slice(0, -1) : null;
    if (protocol && protocols.includes(protocol)) return secretText(text);
    context.addIssue({
      code: 'custom',
      message: `is not a URL that starts with ${protocols.map((name) => `${name}://`).join(' or ')}`,
    });
    return z.NEVER;
  });

const splitList = (text: string) => text.split(',').map((entry) => entry.trim());

/** Comma-separated addresses and ranges, normalised to CIDR. */
export const addressRanges = z.string().transform((text, context) =>
  splitList(text).map((entry) => {
    if (ipaddr.isValidCIDR(entry)) return entry;
    if (isIP(entry) !== 0) return `${entry}/${isIP(entry) === 4 ? 32 : 128}`;
    context.addIssue({ code: 'custom', message: `"${entry}" is not an address or a range` });
    return z.NEVER;
  }),
);

/** A whole number with the unit it counts, for the problem's text. */
export const wholeNumber = ({ unit, min, max }: { unit: string; min: number; max: number }) =>
  z.string().transform((text, context) => {
    const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (number >= min && number <= max) return number;
    context.addIssue({ code: 'custom', message: `"${text}" is not a whole number of ${unit} from ${min} to ${max}` });
    return z.NEVER;
  });

export const oneOf = <const Words extends readonly [string, ...string[]]>(words: Words) =>
  z.enum(words, { error: ({ input }) => `"${String(input)}" is not one of ${words.join(', ')}` });

export const mailAddress = z.string().regex(/^(?:[^<>@]+<[^<>@\s]+@[^<>@\s]+>|[^<>@\s]+@[^<>@\s]+)$/, {
  error: ({ input }) => `"${String(input)}" is not a mail address`,
});
