import type { Shape, Since } from '#contract/requirements/shape.ts';
import { accepts } from './check-shape.ts';
import { isAtLeast } from './client-version.ts';
import { closestName } from './closest-name.ts';
import type { TomlNode } from './read-toml.ts';
import { type Report, writePath } from './report.ts';

export interface Walk {
  root: TomlNode;
  document: string;
  oldestClient: string;
  report: Report;
}

function remarkAge(walk: Walk, since: Since, node: TomlNode, path: readonly string[]): void {
  if (isAtLeast(walk.oldestClient, since.version)) return;
  const name = writePath(path, walk.root);
  const refuses = since.older === 'refuse';
  const given = since.instead === undefined ? 'leaves this out for them' : `gives them "${since.instead}" in its place`;
  walk.report({
    severity: refuses ? 'warning' : 'info',
    code: refuses ? 'older-clients-refuse' : 'older-clients-ignore',
    at: node.key,
    path,
    message: refuses
      ? `Clients before ${since.version} would refuse to start with \`${name}\` = ${node.found}; Reeve ${given}.`
      : `Clients before ${since.version} do not know \`${name}\` and do not enforce it.`,
  });
}

export function fixKey(walk: Walk, child: TomlNode, written: string, near: string) {
  const lines = walk.document.split('\n');
  const { from, to } = child.key;
  const line = lines[from.line - 1] ?? '';
  if (from.line !== to.line || line.slice(from.column - 1, to.column - 1) !== written) return null;
  lines[from.line - 1] = line.slice(0, from.column - 1) + near + line.slice(to.column - 1);
  return { label: `Write \`${near}\``, contents: lines.join('\n') };
}

/** Says that a key does nothing, and which one may be meant. */
export function remarkUnknownKey(walk: Walk, shape: Shape, child: TomlNode, path: readonly string[]): void {
  const key = path.at(-1) ?? '';
  const near = closestName(key, Object.keys(shape.properties ?? {}));
  walk.report({
    severity: 'warning',
    code: 'unknown-key',
    at: child.key,
    path,
    message: `Clients do not know \`${writePath(path, walk.root)}\` and ignore it${near ? `; did you mean \`${near}\`?` : '.'}`,
    fix: near ? fixKey(walk, child, key, near) : null,
  });
}

/** Reports every key and value below a table that some clients do not know. */
export function remarkShape(walk: Walk, shape: Shape, node: TomlNode, path: readonly string[]): void {
  if (shape.anyOf) {
    const branch = shape.anyOf.find((candidate) => accepts(candidate, node.value));
    if (branch) remarkShape(walk, branch, node, path);
  }
  if (shape.since) remarkAge(walk, shape.since, node, path);
  if (typeof node.value === 'string') {
    const since = shape.valueSince?.[node.value];
    if (since) remarkAge(walk, since, node, path);
  }
  const isList = Array.isArray(node.value);
  for (const [key, child] of node.children) {
    const childPath = [...path, key];
    const free = typeof shape.additionalProperties === 'object' ? shape.additionalProperties : null;
    const known = Object.hasOwn(shape.properties ?? {}, key) ? shape.properties?.[key] : free;
    const below = isList ? shape.items : known;
    if (below) remarkShape(walk, below, child, childPath);
    else if (!isList && shape.knownKeys) remarkUnknownKey(walk, shape, child, childPath);
  }
}
