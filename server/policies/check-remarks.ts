import { isAtLeast } from '#contract/client-versions.ts';
import {
  configServerRefusal,
  keyAliases,
  localOnlyKeys,
  requirementKeys,
  requirementsShape,
} from '#contract/requirements/catalogue.ts';
import { featureNames, featureSince, isRemovedFeature, needsSettings } from '#contract/requirements/features.ts';
import type { Shape } from '#contract/requirements/shape.ts';
import { closestName } from './closest-name.ts';
import type { TomlNode } from './read-toml.ts';
import { fixKey, remarkShape, remarkUnknownKey, type Walk } from './remark-shape.ts';
import type { Report } from './report.ts';

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
  if (needsSettings.has(name) && child.value === true) {
    const message = `The feature \`${name}\` needs settings that a policy cannot give. A client that gets this document refuses to start.`;
    walk.report({ severity: 'error', code: 'feature-needs-settings', at: child, path, message });
  } else if (isRemovedFeature(name)) {
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
  remarkShape(walk, requirementsShape, root);
  for (const table of ['features', ...Object.keys(keyAliases).filter((alias) => keyAliases[alias] === 'features')]) {
    for (const [name, child] of root.children.get(table)?.children ?? []) remarkFeature(walk, child, [table, name]);
  }
}
