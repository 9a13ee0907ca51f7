import { parse, TomlError } from 'smol-toml';
import { isTable, type JsonTable, type JsonValue } from './json-value.ts';

/** A document as plain values; null when it is no TOML. Dates become their text. */
export function readToml(text: string): JsonTable | null {
  try {
    const read: JsonValue = JSON.parse(JSON.stringify(parse(text)));
    return isTable(read) ? read : null;
  } catch {
    return null;
  }
}

/** One value as somebody types it, for example `["a", "b"]` or `{ command = "x" }`. */
export function readTomlValue(text: string): { value: JsonValue } | { problem: string } {
  if (text.trim() === '') return { problem: 'Write a TOML value, for example "text", true, 8 or ["a", "b"].' };
  try {
    const { value, ...more } = parse(`value = ${text.trim()}\n`);
    if (Object.keys(more).length > 0) return { problem: 'Write one value only; the key is already there.' };
    if (value instanceof Date) return { problem: 'No key of this document takes a date.' };
    return { value: JSON.parse(JSON.stringify(value)) };
  } catch (error) {
    const reason = error instanceof TomlError ? (error.message.split('\n')[0] ?? '') : 'it cannot be read';
    return { problem: `This is no TOML value: ${reason.replace(/^Invalid TOML document: /, '')}.` };
  }
}

/** A value on one line. */
export function writeTomlValue(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(writeTomlValue).join(', ')}]`;
  if (isTable(value)) {
    const entries = Object.entries(value).map(([key, one]) => `${writeTomlKey(key)} = ${writeTomlValue(one)}`);
    return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
  }
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

export const writeTomlKey = (key: string): string => (/^[A-Za-z0-9_-]+$/.test(key) ? key : JSON.stringify(key));

/** As diagnostics name keys: `rules.prefix_rules[0].decision`. */
export const writeTomlPath = (path: readonly string[]): string =>
  path.map((key, index) => (/^\d+$/.test(key) ? `[${key}]` : `${index === 0 ? '' : '.'}${writeTomlKey(key)}`)).join('');
