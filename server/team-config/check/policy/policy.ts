import type { TeamConfigCode } from '#contract/team-config-codes.ts';
import { mergeRequirements, readToml, type Span, type TomlNode } from '#server/policies/index.ts';
import type { Findings } from '../findings.ts';

/** A requirements document under the name people know it by. */
export interface NamedRequirements {
  name: string;
  contents: string;
}

type Values = Readonly<Record<string, unknown>>;

export interface OpenPolicy {
  values: Values;
  /** Which document sets a key, and the key, for messages: `allowed_sandbox_modes` of “Contractors”. */
  source(key: string): string;
}

export const isTable = (value: unknown): value is Values =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** The value at a path of keys, or undefined. */
export function valueAt(values: unknown, path: readonly string[]): unknown {
  let value = values;
  for (const key of path) value = isTable(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  return value;
}

/** All documents as the one that clients make of them, the highest first; null with the name of the one that is not TOML. */
export function openPolicy(
  documents: readonly NamedRequirements[],
): { policy: OpenPolicy; unreadable: null } | { policy: null; unreadable: string } {
  const read: { name: string; root: TomlNode }[] = [];
  for (const { name, contents } of documents) {
    const { root } = readToml(contents);
    if (!root) return { policy: null, unreadable: name };
    read.push({ name, root });
  }
  const values = read.reduce<Values>((higher, { root }) => mergeRequirements(higher, root.value as Values), {});
  const source = (key: string) => {
    const [top = key] = key.split('.');
    const owner = read.find(({ root }) => root.children.has(top))?.name ?? documents[0]?.name;
    return `\`${key}\` of the policy “${owner}”`;
  };
  return { policy: { values, source }, unreadable: null };
}

export interface Comparison {
  policy: OpenPolicy;
  file: string;
  root: TomlNode;
  findings: Findings;
}

/** Says what a policy makes of one place of a config.toml. */
export function tell(
  { file, findings }: Comparison,
  code: TeamConfigCode,
  at: Span,
  message: string,
  fix: string,
): void {
  findings.add({ code, file, at, message, fix });
}
