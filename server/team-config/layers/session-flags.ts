import { readToml } from '#server/policies/index.ts';
import { isTable, setKey, type Values } from './config-layer.ts';
import { readTomlFile } from './read-toml-layer.ts';

/** A value that is not TOML is text as it stands, without quotes around it. */
function readValue(written: string): unknown {
  const line = `value = ${written}`;
  const { root } = readToml(line);
  if (root !== null && root.children.size === 1) return readTomlFile(line, null).content.values.value;
  return written.trim().replace(/^["']+|["']+$/g, '');
}

function setAt(table: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [key = '', ...rest] = path;
  if (rest.length === 0) {
    setKey(table, key, value);
    return;
  }
  const below = table[key];
  const inner: Record<string, unknown> = Object.hasOwn(table, key) && isTable(below) ? { ...below } : {};
  setAt(inner, rest, value);
  setKey(table, key, inner);
}

/** Splits `key=value`; null when there is no key. */
export function readFlag(flag: string): { path: string[]; value: unknown } | null {
  const equals = flag.indexOf('=');
  const key = equals < 0 ? '' : flag.slice(0, equals).trim();
  // Quotes do not protect a point: the client cuts the key at every one.
  return key === '' ? null : { path: key.split('.'), value: readValue(flag.slice(equals + 1).trim()) };
}

/** The layer that `-c key=value` makes; the last one for a key wins, and a whole table replaces what was set in it before. */
export function layerOfFlags(flags: readonly string[]): Values {
  const values: Record<string, unknown> = {};
  for (const flag of flags) {
    const read = readFlag(flag);
    if (read) setAt(values, read.path, read.value);
  }
  return values;
}
