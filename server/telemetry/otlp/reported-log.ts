export type AttributeValue = string | number | boolean;
/** Plain values only: lists and nested values are nothing Reeve reads. */
export type Attributes = ReadonlyMap<string, AttributeValue>;

/** In every record of stock clients, and never read: who somebody is, is said by the token. Leaving them out saves a third of the work. */
const neverRead: ReadonlySet<string> = new Set(['user.account_id', 'user.email', 'terminal.type', 'auth_mode', 'slug']);
export const isRead = (key: string): boolean => !neverRead.has(key) && !key.startsWith('auth.env_');

/** One record as it came, by either encoding. */
export interface ReportedLog {
  resource: Attributes;
  attributes: Attributes;
  /** OTLP's own name of the event. */
  eventName: string;
  /** Nanoseconds since 1970 in decimal; `0` where the client says nothing. */
  timeNano: string;
  observedNano: string;
}

/** What one request holds. */
export interface Reported<Item> {
  items: Item[];
  /** Records that cannot be read, and what is wrong with the first of them. */
  rejected: number;
  problem: string;
}

/** Several of these are one key of an index of PostgreSQL, which takes 2,704 bytes. */
const maxTextBytes = 200;
const maxInteger = 2_147_483_647;

/** No longer in UTF-8 than what is kept, and without half a character at its end. */
export function boundedText(text: string): string {
  if (text.length * 3 <= maxTextBytes) return text;
  const bytes = Buffer.from(text.slice(0, maxTextBytes));
  if (bytes.length <= maxTextBytes) return text.slice(0, maxTextBytes);
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(0, maxTextBytes), { stream: true });
}

/** Names and ids; nobody's are longer than what is kept of them. Stock clients send an empty text for what there is not. */
export function textOf(attributes: Attributes, key: string): string | null {
  const value = attributes.get(key);
  if (value === undefined || value === '') return null;
  return boundedText(String(value));
}

/** A whole number of a column; stock clients send numbers as text. */
export function countOf(attributes: Attributes, key: string): number | null {
  const value = attributes.get(key);
  if (value === undefined || value === '' || typeof value === 'boolean') return null;
  const number = Math.round(Number(value));
  return number >= 0 && number <= maxInteger ? number : null;
}

export function flagOf(attributes: Attributes, key: string): boolean | null {
  const value = attributes.get(key);
  if (value === true || value === 'true') return true;
  return value === false || value === 'false' ? false : null;
}

/** Content: read to be judged or kept sealed, never for a column. */
export const contentOf = (attributes: Attributes, key: string): string | null => {
  const value = attributes.get(key);
  return typeof value === 'string' && value !== '' ? value : null;
};

/** When it happened by the client's clock. Whoever says nothing gets 1970, which nobody believes, so that a repeated report stays the same. */
export function timeOf({ attributes, timeNano, observedNano }: ReportedLog): Date {
  const said = attributes.get('event.timestamp');
  const saidMs = typeof said === 'string' ? Date.parse(said) : Number.NaN;
  if (!Number.isNaN(saidMs)) return new Date(saidMs);
  const nano = timeNano === '0' ? observedNano : timeNano;
  const ms = Math.floor(Number(nano) / 1_000_000);
  return new Date(Number.isSafeInteger(ms) && ms < 8_640_000_000_000 ? ms : 0);
}
