import { isAtLeast } from '#contract/client-versions.ts';
import type { Shape, Since } from '#contract/requirements/shape.ts';
import { closestName } from './closest-name.ts';
import type { TomlNode } from './read-toml.ts';
import { type Report, writePath } from './report.ts';
import { walkDocument } from './walk-document.ts';

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
export function remarkShape(walk: Walk, shape: Shape, node: TomlNode, path: readonly string[] = []): void {
  for (const visit of walkDocument(shape, node, path)) {
    if (visit.shape === null) {
      remarkUnknownKey(walk, visit.outer, visit.node, visit.path);
      continue;
    }
    for (const since of agesOf(visit.shape, visit.node.value)) remarkAge(walk, since, visit.node, visit.path);
  }
}

/** What is young about this key, and about this value of it. */
export function agesOf(shape: Shape, value: unknown): Since[] {
  const ofValue = typeof value === 'string' ? shape.valueSince?.[value] : undefined;
  return [shape.since, ofValue].filter((since) => since !== undefined);
}
