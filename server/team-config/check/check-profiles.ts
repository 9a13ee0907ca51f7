import type { ConfigLayer } from '../files/config-layers.ts';
import { chainOf } from '../files/project.ts';
import type { Findings } from './findings.ts';
import { failsToStart, type Layer, tellAt } from './layer.ts';

export const builtInProfiles: readonly string[] = [':read-only', ':workspace', ':danger-full-access'];

/** `[permissions]` and `default_permissions`: clients refuse one without the other. */
export function checkProfiles(layer: Layer, layers: readonly ConfigLayer[], findings: Findings): void {
  const chain = chainOf(layer.folder);
  const above = layers.filter(({ folder }) => chain.includes(folder)).flatMap(({ root }) => (root ? [root] : []));
  const own = layer.root.children.get('permissions');
  const chosen = layer.root.children.get('default_permissions');
  const names = above.flatMap((root) => [...(root.children.get('permissions')?.children.keys() ?? [])]);
  if (own && own.children.size > 0 && !above.some((root) => root.children.has('default_permissions')))
    tellAt(layer, own.key, findings)(
      'profiles-without-default',
      `The permission profiles here need \`default_permissions\`, in this file or in one of a folder above. ${failsToStart}`,
      `Add \`default_permissions = "${names[0]}"\`.`,
    );
  if (typeof chosen?.value !== 'string' || builtInProfiles.includes(chosen.value) || names.includes(chosen.value))
    return;
  tellAt(layer, chosen.span, findings)(
    'undefined-profile',
    `No permission profile here is called ${chosen.found}. ${failsToStart}`,
    `Add \`[permissions.${chosen.value || 'name'}]\`, or choose ${builtInProfiles.map((name) => `"${name}"`).join(' or ')}.`,
  );
}
