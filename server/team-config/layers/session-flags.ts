import { readToml } from '#server/policies/index.ts';
import { type Values, withValueAt } from './config-layer.ts';
import { readTomlFile } from './read-toml-layer.ts';

/** A value that is not TOML is text as it stands, without quotes around it. */
function readValue(written: string): unknown {
  const line = `value = ${written}`;
  const { root } = readToml(line);
  if (root !== null && root.children.size === 1) return readTomlFile(line, null).content.values.value;
  return written.trim().replace(/^["']+|["']+$/g, '');
}

/** Splits `key=value`; null when there is no key. */
export function readFlag(flag: string): { path: string[]; value: unknown } | null {
  const equals = flag.indexOf('=');
  const key = equals < 0 ? '' : flag.slice(0, equals).trim();
  // Quotes do not protect a point: the client cuts the key at every one.
  return key === '' ? null : { path: key.split('.'), value: readValue(flag.slice(equals + 1).trim()) };
}

/** The layer that `-c key=value` makes; the last one for a key wins, and a whole table replaces what was set in it before. */
export const layerOfFlags = (flags: readonly string[]): Values =>
  flags.reduce<Values>((values, flag) => {
    const read = readFlag(flag);
    return read ? withValueAt(values, read.path, read.value) : values;
  }, {});
