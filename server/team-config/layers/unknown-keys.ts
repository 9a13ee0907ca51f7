import { defaultKeys } from '#contract/requirements/default-keys.ts';
import { featureSince } from '#contract/requirements/features.ts';
import type { Shape } from '#contract/requirements/shape.ts';
import { isKnownKey } from './client-keys.ts';
import { type ConfigLayer, isTable, keyOf, type LayerSource, writeKey } from './config-layer.ts';

/** Keys below a table whose keys are all written down. */
function unknownBelow(shape: Shape | undefined, value: unknown, path: readonly string[]): string[][] {
  if (!shape || !isTable(value)) return [];
  return Object.entries(value).flatMap(([key, below]) => {
    const known = shape.properties && Object.hasOwn(shape.properties, key) ? shape.properties[key] : undefined;
    const free = typeof shape.additionalProperties === 'object' ? shape.additionalProperties : undefined;
    if (!known && !free && shape.knownKeys) return [[...path, key]];
    return unknownBelow(known ?? free, below, [...path, key]);
  });
}

/** Paths in a layer that the client does not know. */
export function unknownKeys({ values }: ConfigLayer): string[][] {
  const features = keyOf(values, 'features');
  const unknownFeatures = isTable(features)
    ? Object.keys(features)
        .filter((name) => featureSince(name) === null)
        .map((name) => ['features', name])
    : [];
  const others = Object.entries(values).flatMap(([key, value]) => {
    if (!isKnownKey(key)) return [[key]];
    return unknownBelow(Object.hasOwn(defaultKeys, key) ? defaultKeys[key] : undefined, value, [key]);
  });
  return [...unknownFeatures, ...others].sort((left, right) => (writeKey(left) < writeKey(right) ? -1 : 1));
}

function labelOf(source: LayerSource): string {
  switch (source.type) {
    case 'system':
      return `system (${source.file})`;
    case 'user':
      return `user (${source.file})`;
    case 'enterpriseManaged':
      return `enterprise-managed (${source.name})`;
    case 'project':
      return `project (${source.dotCodexFolder}/config.toml)`;
    case 'sessionFlags':
      return 'session-flags';
    case 'legacyManagedConfigTomlFromFile':
      return `managed (${source.file})`;
  }
}

/** How many the client lists one by one. */
const listed = 3;

/** The client's one warning about everything it does not know, the strongest layer first; null when it knows all. */
export function unknownKeysWarning(layers: readonly ConfigLayer[]): string | null {
  const lines = layers
    .filter(({ disabledReason }) => disabledReason === null)
    .toReversed()
    .flatMap((layer) =>
      unknownKeys(layer).map((path) => `  ${labelOf(layer.source)}: \`${writeKey(path)}\` is ignored.`),
    );
  if (lines.length === 0) return null;
  const settings = lines.length === 1 ? 'setting' : 'settings';
  const more = lines.length - listed;
  return [
    `Codex is ignoring ${lines.length} unrecognized configuration ${settings}. Check for typos or deprecated settings.`,
    ...lines.slice(0, listed),
    ...(more > 0 ? [`  ... and ${more} more ignored settings.`] : []),
  ].join('\n');
}
