import { type DefaultsGuidance, defaultKeys, defaultsGuidance } from '#contract/requirements/default-keys.ts';
import { needsSettings } from '#contract/requirements/features.ts';
import { checkExporters, checkProviderIds } from './check-models.ts';
import { checkInheritance, checkPaths } from './check-sandbox.ts';
import { nodeAt, type TomlNode } from './read-toml.ts';
import { reeveFeatures } from './reeve-pins.ts';
import { remarkShape, remarkUnknownKey, type Walk } from './remark-shape.ts';
import type { Report } from './report.ts';

const refuses = 'A client that gets this document refuses to start.';

const findings: Readonly<Record<DefaultsGuidance['kind'], { severity: 'error' | 'warning'; code: string }>> = {
  pinned: { severity: 'warning', code: 'pinned-by-reeve' },
  'no-effect': { severity: 'warning', code: 'no-effect' },
  'needs-file': { severity: 'warning', code: 'file-must-exist' },
  'locks-out': { severity: 'error', code: 'locks-everyone-out' },
};

/** Everybody who gets a policy has signed in that way, so nobody is logged out. */
const isHarmless = (key: string, value: unknown): boolean => key === 'forced_login_method' && value === 'chatgpt';

function checkKeys(walk: Walk): void {
  for (const [key, child] of walk.root.children) {
    const path = [key];
    if (!Object.hasOwn(defaultKeys, key)) {
      remarkUnknownKey(walk, { properties: defaultKeys }, child, path);
      continue;
    }
    const guidance = Object.hasOwn(defaultsGuidance, key) ? defaultsGuidance[key] : undefined;
    if (!guidance) continue;
    const finding = findings[isHarmless(key, child.value) ? 'no-effect' : guidance.kind];
    walk.report({ ...finding, at: child.key, path, message: `\`${key}\` is out of place here. ${guidance.because}` });
  }
}

function checkFeatures({ root, report }: Walk): void {
  for (const [name, pinned] of Object.entries(reeveFeatures)) {
    const node = nodeAt(root, ['features', name]);
    if (!node || node.value === pinned.value || typeof node.value !== 'boolean') continue;
    const message = `\`${name} = ${node.found}\` has no effect: Reeve pins it to ${pinned.value}, because ${pinned.because}.`;
    report({ severity: 'warning', code: 'pinned-by-reeve', at: node, path: ['features', name], message });
  }
}

function checkNeeds({ root, report }: Walk): void {
  for (const name of needsSettings) {
    const node = nodeAt(root, ['features', name]);
    if (node?.value !== true) continue;
    const message = `The feature \`${name}\` needs settings: write a table with them in place of true. ${refuses}`;
    report({ severity: 'error', code: 'feature-needs-settings', at: node, path: ['features', name], message });
  }
}

function checkProfiles(root: TomlNode, required: TomlNode | null, report: Report): void {
  const chosen = root.children.get('default_permissions');
  const own = root.children.get('permissions');
  const names = [...(own?.children.keys() ?? [])];
  checkInheritance(root, names, report);
  checkPaths(root, names, report);
  if (!chosen && own && names.length > 0) {
    const message = `Say with \`default_permissions\` which of the profiles clients start with. ${refuses}`;
    report({ severity: 'error', code: 'profiles-without-default', at: own.key, path: ['permissions'], message });
  }
  if (typeof chosen?.value !== 'string') return;
  const ofPolicy = nodeAt(required ?? root, ['permissions'])?.children;
  const isDefined =
    [':read-only', ':workspace', ':danger-full-access'].includes(chosen.value) ||
    names.includes(chosen.value) ||
    ofPolicy?.has(chosen.value);
  if (isDefined) return;
  const message = `The permission profile ${chosen.found} is not defined: add \`[permissions.${chosen.value || 'name'}]\`. ${refuses}`;
  report({ severity: 'error', code: 'undefined-profile', at: chosen, path: ['default_permissions'], message });
}

/** What `config.toml` defaults say by themselves: keys that do nothing, are pinned, or lock people out. */
export function checkDefaults(walk: Walk, required: TomlNode | null, providerId: string): void {
  checkKeys(walk);
  for (const [key, child] of walk.root.children) {
    const shape = Object.hasOwn(defaultKeys, key) ? defaultKeys[key] : undefined;
    if (shape) remarkShape(walk, shape, child, [key]);
  }
  checkFeatures(walk);
  checkNeeds(walk);
  checkProfiles(walk.root, required, walk.report);
  checkProviderIds(walk.root, providerId, walk.report);
  checkExporters(walk.root, walk.report);
}
