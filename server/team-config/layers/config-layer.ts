export type Values = Readonly<Record<string, unknown>>;

/** Where a layer comes from, as the client's `config/read` names it. */
export type LayerSource =
  | { type: 'system'; file: string }
  | { type: 'enterpriseManaged'; id: string; name: string }
  | { type: 'user'; file: string; profile: string | null }
  | { type: 'project'; dotCodexFolder: string }
  | { type: 'sessionFlags' }
  | { type: 'legacyManagedConfigTomlFromFile'; file: string };

export interface ConfigLayer {
  source: LayerSource;
  /** What the client takes from it: without the keys it ignores there, with absolute paths. */
  values: Values;
  /** 1-based line of the key at this path, or of the nearest table above it; null for flags. */
  lineOf(path: readonly string[]): number | null;
  /** In the client's words; null when the layer counts. */
  disabledReason: string | null;
}

/** Something that keeps the client from starting, in its own words as far as they were observed. */
export interface Refusal {
  message: string;
  file: string | null;
  line: number | null;
}

export const isTable = (value: unknown): value is Values =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** A key called `__proto__` is an ordinary key of TOML. */
export function setKey(table: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(table, key, { value, enumerable: true, configurable: true, writable: true });
}

export const keyOf = (table: unknown, key: string): unknown =>
  isTable(table) && Object.hasOwn(table, key) ? table[key] : undefined;

export const valueAt = (values: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((table, key) => keyOf(table, key), values);

/** The same values with one more, in tables of its own where there are none. */
export function withValueAt(values: Values, path: readonly string[], value: unknown): Values {
  const [key, ...rest] = path;
  if (key === undefined) return values;
  const table: Record<string, unknown> = { ...values };
  const below = keyOf(values, key);
  setKey(table, key, rest.length === 0 ? value : withValueAt(isTable(below) ? below : {}, rest, value));
  return table;
}

const bareKey = /^[A-Za-z0-9_-]+$/;

/** A path as TOML writes it, e.g. `projects."/srv/app".trust_level`. */
export const writeKey = (path: readonly string[]): string =>
  path.map((name) => (bareKey.test(name) ? name : JSON.stringify(name))).join('.');

/** For messages, e.g. `~/.codex/config.toml` by its whole path or `Team defaults (cfg_1)`. */
export function nameOfSource(source: LayerSource): string {
  switch (source.type) {
    case 'system':
    case 'legacyManagedConfigTomlFromFile':
      return source.file;
    case 'user':
      return source.profile === null ? source.file : `${source.file} (profile ${source.profile})`;
    case 'enterpriseManaged':
      return `defaults of the policy: ${source.name} (${source.id})`;
    case 'project':
      return `${source.dotCodexFolder}/config.toml`;
    case 'sessionFlags':
      return 'the command line (-c)';
  }
}
