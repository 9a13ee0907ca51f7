import {
  configServerRefusal,
  keyAliases,
  localOnlyKeys,
  requirementKeys,
  requirementsShape,
} from '#contract/requirements/catalogue.ts';
import { featureNames, featureSince, isRemovedFeature } from '#contract/requirements/features.ts';
import type { Shape, Since } from '#contract/requirements/shape.ts';
import { accepts } from './check-shape.ts';
import { isAtLeast } from './client-version.ts';
import { closestName } from './closest-name.ts';
import type { TomlNode } from './read-toml.ts';
import { type Report, writePath } from './report.ts';

interface Walk {
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

function fixKey(walk: Walk, child: TomlNode, written: string, near: string) {
  const lines = walk.document.split('\n');
  const { from, to } = child.key;
  const line = lines[from.line - 1] ?? '';
  if (from.line !== to.line || line.slice(from.column - 1, to.column - 1) !== written) return null;
  lines[from.line - 1] = line.slice(0, from.column - 1) + near + line.slice(to.column - 1);
  return { label: `Write \`${near}\``, contents: lines.join('\n') };
}

function remarkUnknownKey(walk: Walk, shape: Shape, child: TomlNode, path: readonly string[]): void {
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

function walkShape(walk: Walk, shape: Shape, node: TomlNode, path: readonly string[]): void {
  if (shape.anyOf) {
    const branch = shape.anyOf.find((candidate) => accepts(candidate, node.value));
    if (branch) walkShape(walk, branch, node, path);
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
    if (below) walkShape(walk, below, child, childPath);
    else if (!isList && shape.knownKeys) remarkUnknownKey(walk, shape, child, childPath);
  }
}

function remarkTopLevel(walk: Walk): void {
  const candidates = { properties: { ...requirementKeys, ...keyAliases } as Record<string, Shape> };
  for (const [key, child] of walk.root.children) {
    if (Object.hasOwn(localOnlyKeys, key)) {
      const message = `\`${key}\` ${localOnlyKeys[key]}`;
      walk.report({ severity: 'warning', code: 'local-only', at: child.key, path: [key], message });
    } else if (key === 'config_server') {
      const message = `\`${key}\` ${configServerRefusal}`;
      walk.report({ severity: 'error', code: 'config-server', at: child.key, path: [key], message });
    } else if (!Object.hasOwn(candidates.properties, key)) remarkUnknownKey(walk, candidates, child, [key]);
  }
}

function remarkFeature(walk: Walk, child: TomlNode, path: readonly string[]): void {
  const name = path.at(-1) ?? '';
  const since = featureSince(name);
  if (since === null) {
    const near = closestName(name, featureNames);
    walk.report({
      severity: 'warning',
      code: 'unknown-feature',
      at: child.key,
      path,
      message: `No tested client knows the feature \`${name}\`${near ? `; did you mean \`${near}\`?` : '.'} Clients ignore it with a warning at every start.`,
      fix: near ? fixKey(walk, child, name, near) : null,
    });
    return;
  }
  if (isRemovedFeature(name)) {
    const message = `The feature \`${name}\` was removed; pinning it changes nothing in current clients.`;
    walk.report({ severity: 'info', code: 'removed-feature', at: child.key, path, message });
  } else if (!isAtLeast(walk.oldestClient, since)) {
    const message = `Clients before ${since} do not know the feature \`${name}\` and show a warning at every start.`;
    walk.report({ severity: 'info', code: 'older-clients-ignore', at: child.key, path, message });
  }
}

/** Reports what clients accept but ignore, and what older clients do not know. */
export function checkRemarks(root: TomlNode, document: string, oldestClient: string, report: Report): void {
  const walk = { root, document, oldestClient, report };
  remarkTopLevel(walk);
  walkShape(walk, requirementsShape, root, []);
  for (const table of ['features', ...Object.keys(keyAliases).filter((alias) => keyAliases[alias] === 'features')]) {
    for (const [name, child] of root.children.get(table)?.children ?? []) remarkFeature(walk, child, [table, name]);
  }
}
