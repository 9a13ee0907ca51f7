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

/** A value as TOML writes it; null: not one. */
export function readTomlValue(value: string): { value: unknown } | null {
  const { root, problem } = readToml(`value = ${value}`);
  const names = problem ? [] : Object.keys(root.value as object);
  if (problem || names.length !== 1) return null;
  return { value: (root.value as { value: unknown }).value };
}
