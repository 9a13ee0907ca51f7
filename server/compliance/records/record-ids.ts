import { hash } from 'node:crypto';

const dashed = (hex: string): string =>
  [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');

/** A UUID made from what the record is about (RFC 9562 §5.8), so that it is the same however often it is sealed or sent. */
export function recordIdOf(...parts: readonly string[]): string {
  const hex = hash('sha256', JSON.stringify(parts), 'hex');
  const variant = (8 + (Number.parseInt(hex.charAt(16), 16) % 4)).toString(16);
  return dashed(`${hex.slice(0, 12)}8${hex.slice(13, 16)}${variant}${hex.slice(17, 32)}`);
}

/** Our ids are UUIDs behind a word: `ws_01a2049b…` as the vendor writes it. */
export const uuidOf = (id: string): string => dashed(id.slice(id.indexOf('_') + 1));

/** The organisation of the vendor’s costs and app logs is the workspace itself. */
export const organizationIdOf = (workspaceId: string): string =>
  `org-${workspaceId.slice(workspaceId.indexOf('_') + 1)}`;

const workspaceForms = /^(?:ws_|org-)?([0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12})$/i;

/** `ws_…` behind any way to write it: our own, a UUID, or as an organisation. Null: it is none. */
export function workspaceIdIn(text: string): string | null {
  const hex = workspaceForms.exec(text)?.[1]?.replaceAll('-', '').toLowerCase();
  return hex === undefined ? null : `ws_${hex}`;
}

/** The vendor’s `xxx...yyyy`. Nobody keeps the end of a secret, so the last four are those of the key’s id. */
export const redactedKeyId = (keyId: string): string => `rk-...${keyId.slice(-4)}`;
