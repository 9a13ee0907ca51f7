import { readToml } from './read-toml.ts';

/** The keys of `rules.prefix_rules` or `mcp_servers."my server"`; null: not a TOML key. */
export function readTomlPath(key: string): string[] | null {
  const { root, problem } = readToml(`${key} = 1`);
  if (problem || key.includes('\n') || key.includes('=')) return null;
  const path: string[] = [];
  let node = root;
  for (;;) {
    const [entry] = node.children;
    if (!entry) return path;
    path.push(entry[0]);
    node = entry[1];
  }
}

/** Dates and numbers with a point, which no policy holds, are read as NaN. */
const hasOddNumber = (value: unknown): boolean =>
  Number.isNaN(value) || (typeof value === 'object' && value !== null && Object.values(value).some(hasOddNumber));

/** A value as TOML writes it; null: not one, or one that no policy holds. */
export function readTomlValue(value: string): { value: unknown } | null {
  const { root, problem } = readToml(`value = ${value}`);
  const names = problem ? [] : Object.keys(root.value as object);
  if (problem || names.length !== 1) return null;
  const { value: read } = root.value as { value: unknown };
  return hasOddNumber(read) ? null : { value: read };
}
