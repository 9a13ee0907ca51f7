import { domainToASCII } from 'node:url';
import { parse } from 'tldts';

/** Everybody has an address there. The DNS proof would stop these as well, but not say why. */
const publicMail = new Set([
  'aol.com',
  'fastmail.com',
  'gmail.com',
  'gmx.de',
  'gmx.net',
  'googlemail.com',
  'hotmail.com',
  'icloud.com',
  'live.com',
  'mail.ru',
  'me.com',
  'outlook.com',
  'proton.me',
  'protonmail.com',
  'qq.com',
  't-online.de',
  'web.de',
  'yahoo.com',
  'yandex.ru',
  '163.com',
]);

/** As it is written in an e-mail address and in the DNS: `Bücher.example` → `xn--bcher-kva.example`. */
export const normalDomain = (text: string): string => domainToASCII(text.trim().replace(/^@/, '').replace(/\.$/, ''));

/** Why this domain cannot be claimed, for whoever typed it; null when it can. */
export function domainProblem(domain: string): string | null {
  if (domain === '' || domain.includes('*')) return 'Write one domain as it stands after the @, such as example.com.';
  const { isIp, publicSuffix, domain: registrable, hostname } = parse(domain, { allowPrivateDomains: true });
  if (isIp === true || hostname === null || !domain.includes('.')) return `“${domain}” is not an internet domain.`;
  if (registrable === null) return `${publicSuffix ?? domain} belongs to everybody who registers a name below it.`;
  if (publicMail.has(domain)) return `Everybody can have an address at ${domain}.`;
  return null;
}

/** Not at the domain itself, where other products' records stand. */
export const txtNameOf = (domain: string): string => `_reeve-verification.${domain}`;
