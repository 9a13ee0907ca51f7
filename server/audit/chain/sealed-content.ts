import { hash, randomBytes } from 'node:crypto';
import canonicalize from 'canonicalize';

/** What is sealed of an entry, in clear. */
export interface EntryContent {
  id: string;
  /** ISO 8601, milliseconds, UTC. */
  at: string;
  event: string;
  actor: { kind: string; id: string | null; label: string };
  subject: { kind: string; id: string; label: string } | null;
  ip: string | null;
  payload: Record<string, unknown>;
  /** Set on entries that were written before there was a chain: they can have been changed until they were sealed. */
  isEarlier?: true;
}

/** A place in the content that may hold something personal: it is sealed as a commitment, so that it can be erased. */
export interface PersonalField {
  path: string;
  value: string;
}

const saltBytes = 16;
export const newSalt = (): string => randomBytes(saltBytes).toString('base64url');

/** A salt has always the same length, so that no other salt and value give the same text. */
export const commitmentTo = (salt: string, value: string): string => hash('sha256', salt + value, 'base64url');

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const step = (path: string, key: string | number) =>
  `${path}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`;

/** Replaces every text of a payload, in the order of RFC 8785 (§3.2.3: keys by their UTF-16 units). */
function replaceTexts(value: unknown, path: string, replace: (text: string, path: string) => string): unknown {
  if (typeof value === 'string') return replace(value, path);
  if (Array.isArray(value)) return value.map((inner, index) => replaceTexts(inner, step(path, index), replace));
  if (!isRecord(value)) return value;
  const keys = Object.keys(value).sort();
  return Object.fromEntries(keys.map((key) => [key, replaceTexts(value[key], step(path, key), replace)]));
}

/**
 * The same content with everything that may be personal replaced, in the order in which it stands when written: the actor's label, the
 * address, every text of the payload, the subject's label. Paths are JSON pointers (RFC 6901).
 */
export function replacePersonal(content: EntryContent, replace: (text: string, path: string) => string): EntryContent {
  const { actor, subject, ip, payload } = content;
  const label = replace(actor.label, '/actor/label');
  const address = ip === null ? null : replace(ip, '/ip');
  const texts = replaceTexts(payload, '/payload', replace) as Record<string, unknown>;
  return {
    ...content,
    actor: { ...actor, label },
    ip: address,
    payload: texts,
    subject: subject && { ...subject, label: replace(subject.label, '/subject/label') },
  };
}

export function personalFieldsOf(content: EntryContent): PersonalField[] {
  const fields: PersonalField[] = [];
  replacePersonal(content, (value, path) => {
    fields.push({ path, value });
    return value;
  });
  return fields;
}

/** The version of what is hashed. A later one is told apart by it; what is sealed stays as it is. */
export const sealVersion = 1;

export const writeSeal = (content: EntryContent): string => canonicalize({ ...content, v: sealVersion }) ?? '';

export interface Seal {
  /** Canonical JSON (RFC 8785) with commitments in place of personal values; this is what is hashed. */
  text: string;
  /** One for each commitment, in the order of `replacePersonal`. */
  salts: string[];
}

export function sealContent(content: EntryContent): Seal {
  const salts: string[] = [];
  const sealed = replacePersonal(content, (value) => {
    const salt = newSalt();
    salts.push(salt);
    return commitmentTo(salt, value);
  });
  return { text: writeSeal(sealed), salts };
}
