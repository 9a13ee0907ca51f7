import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { chatgptBaseUrl, clientAddresses, clientSettings, deviceSignIn, type JoinFacts } from './join-facts.ts';

const readTemplate = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8');
// Two files for the reader, one script for the machine: what joining writes, then how files are changed and restored.
const template = readTemplate('join.sh.template') + readTemplate('join-apply.sh.template');

/** Text that stands between single quotes in the script and in TOML strings without escaping. */
const plainText = /^[A-Za-z0-9._:/@[\]-]+$/;
const onePem = /^-----BEGIN CERTIFICATE-----\n(?:[A-Za-z0-9+/=]{1,76}\n)+-----END CERTIFICATE-----$/;

function checked(what: string, text: string, form: RegExp): string {
  if (!form.test(text)) throw new TypeError(`join.sh cannot carry this ${what}: ${JSON.stringify(text.slice(0, 80))}`);
  return text;
}

const pairLines = (pairs: Readonly<Record<string, string>>): string =>
  Object.entries(pairs)
    .map((pair) => pair.join(' '))
    .join('\n');

/** SHA-256 in the form `openssl x509 -fingerprint -sha256` prints. */
export const fingerprintOf = (pem: string): string => new X509Certificate(pem).fingerprint256;

/**
 * The whole of `/join.sh`. Throws a TypeError for an origin, workspace id or certificate with characters that could end a quoted
 * string: those come from Reeve's own configuration, so it is a bug and not somebody's input.
 */
export function joinScript(facts: Omit<JoinFacts, 'proxyAuthorityPem'>): string {
  const pem = facts.authorityPem?.replaceAll('\r\n', '\n').trim() ?? '';
  const values: Record<string, string> = {
    PUBLIC_URL: checked('address', facts.origin, plainText),
    WORKSPACE_ID: checked('workspace id', facts.workspaceId, plainText),
    CA_PEM: pem === '' ? '' : checked('certificate', pem, onePem),
    CA_FINGERPRINT: pem === '' ? '' : fingerprintOf(pem),
    BASE_URL: chatgptBaseUrl(facts.origin),
    SIGN_IN: deviceSignIn(facts.origin),
    CLIENT_ADDRESSES: pairLines(clientAddresses(facts.origin)),
    CLIENT_SETTINGS: pairLines(clientSettings(facts.origin)),
  };
  return template.replaceAll(/@@([A-Z_]+)@@/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new TypeError(`join.sh has a placeholder nobody fills: ${name}`);
    return value;
  });
}
