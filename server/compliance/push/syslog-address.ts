import { isIP } from 'node:net';
import { defaultSyslogPort } from '#contract/compliance-destinations.ts';
import { isRefusedAddress } from '#server/http/guarded-fetch.ts';

const pattern = /^(?:\[([0-9a-f:.]+)\]|([^\s:/[\]@]+))(?::(\d{1,5}))?$/i;

/** `siem.example.com`, `siem.example.com:6514`, `192.0.2.1:6514`, `[2001:db8::1]:6514`. @throws Error that says what is wrong */
export function readSyslogAddress(address: string): { host: string; port: number } {
  const [, bracketed, plain, portText] = pattern.exec(address) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined) throw new Error('Write it as host:port, for example siem.example.com:6514.');
  if (bracketed !== undefined && isIP(bracketed) !== 6) throw new Error(`${bracketed} is not an IPv6 address.`);
  const port = portText === undefined ? defaultSyslogPort : Number(portText);
  if (port < 1 || port > 65_535) throw new Error(`${port} is not a port.`);
  if (isIP(host) !== 0 && isRefusedAddress(host)) throw new Error(`${host} is not an address that Reeve calls.`);
  return { host, port };
}
