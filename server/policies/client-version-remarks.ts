import { isAtLeast } from '#contract/client-versions.ts';
import type { ClientRemark } from '#contract/policy-documents.ts';
import { requirementsShape } from '#contract/requirements/catalogue.ts';
import { buildsOn, featureSince, isRemovedFeature } from '#contract/requirements/features.ts';
import type { Since } from '#contract/requirements/shape.ts';
import { testedClients } from '#contract/tested-clients.ts';
import { readToml, type TomlNode } from './read-toml.ts';
import { agesOf } from './remark-shape.ts';
import { writePath } from './report.ts';
import { walkDocument } from './walk-document.ts';

type Finding = Pick<ClientRemark, 'effect' | 'message'>;

function findAge(version: string, since: Since, name: string, found: string): Finding | null {
  if (isAtLeast(version, since.version)) return null;
  if (since.older === 'ignore') {
    return { effect: 'ignored', message: `${version} does not know \`${name}\` and does not enforce it.` };
  }
  const fails = `${version} would refuse to start with \`${name}\` = ${found}`;
  if (since.instead === undefined)
    return { effect: 'refused', message: `${fails}; Reeve leaves it out for this version.` };
  return { effect: 'replaced', message: `${fails}; Reeve sends "${since.instead}" to this version.` };
}

function findFeature(version: string, name: string, node: TomlNode, pins: TomlNode): Finding | null {
  const base = isAtLeast(version, '0.140.0') ? undefined : buildsOn[name];
  if (base !== undefined && node.value === true && pins.children.get(base)?.value !== true) {
    const message = `${version} would refuse to start with the feature \`${name}\` on unless \`${base}\` is pinned on too; Reeve leaves it out.`;
    return { effect: 'refused', message };
  }
  const since = featureSince(name);
  if (since !== null && isAtLeast(version, since)) {
    if (!isRemovedFeature(name) || version !== testedClients.at(-1)) return null;
    return {
      effect: 'ignored',
      message: `The feature \`${name}\` was removed: ${version} knows the name and does nothing.`,
    };
  }
  if (isAtLeast(version, '0.140.0')) {
    return { effect: 'ignored', message: `${version} does not know the feature \`${name}\`.` };
  }
  const message = `${version} would refuse to start with the feature \`${name}\`, which it does not know; Reeve leaves it out.`;
  return { effect: 'refused', message };
}

/**
 * What each tested client makes of a readable document, by place and then from old to new; empty when it cannot be read. A key in a
 * table the client does not know is said once, at the table.
 */
export function clientVersionRemarks(document: string, versions: readonly string[] = testedClients): ClientRemark[] {
  const { root } = readToml(document);
  if (!root) return [];
  const remarks: ClientRemark[] = [];
  const unknown = new Set<string>();
  for (const { shape, node, path } of walkDocument(requirementsShape, root)) {
    if (shape === null) continue;
    const name = writePath(path, root);
    const isFeature = path.length === 2 && (path[0] === 'features' || path[0] === 'feature_requirements');
    for (const version of versions) {
      const outer = path.map((_, depth) => `${version} ${JSON.stringify(path.slice(0, depth))}`);
      if (outer.some((place) => unknown.has(place))) continue;
      const pins = isFeature ? root.children.get(path[0] ?? '') : undefined;
      const ages = agesOf(shape, node.value).map((since) => findAge(version, since, name, node.found));
      const findings = [...ages, pins ? findFeature(version, path[1] ?? '', node, pins) : null];
      for (const finding of findings) {
        if (!finding) continue;
        if (finding.effect !== 'replaced') unknown.add(`${version} ${JSON.stringify(path)}`);
        const { from } = Array.isArray(node.value) || node.children.size > 0 ? node.key : node.span;
        remarks.push({ version, keyPath: name, from, ...finding });
      }
    }
  }
  return remarks.sort((left, right) => left.from.line - right.from.line || left.from.column - right.from.column);
}
