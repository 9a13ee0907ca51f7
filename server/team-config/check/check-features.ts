import { featureNames, featureSince, isRemovedFeature, needsSettings } from '#contract/requirements/features.ts';
import { ignoredFeatures } from '../files/project-keys.ts';
import type { Findings } from './findings.ts';
import { failsToStart, type Layer, tellAt } from './layer.ts';

/** `[features]`: names that clients do not know, and switches without what they need. */
export function checkFeatures(layer: Layer, findings: Findings): void {
  for (const [name, node] of layer.root.children.get('features')?.children ?? []) {
    const tell = tellAt(layer, node.key, findings);
    if (Object.hasOwn(ignoredFeatures, name))
      tell(
        'ignored-in-project',
        `Clients ignore the feature \`${name}\` here, with a warning at every start: a repository does not decide ${ignoredFeatures[name]}.`,
        'Remove it. What holds for everybody belongs in a policy, what is personal in ~/.codex/config.toml.',
      );
    else if (featureSince(name) === null) {
      const near = findings.closest('unknown-feature', name, featureNames);
      const message = `No tested client knows the feature \`${name}\`${near ? `; did you mean \`${near}\`?` : '.'}`;
      tell('unknown-feature', message, near ? `Write \`${near}\`.` : 'Remove it.');
    } else if (needsSettings.has(name) && node.value === true)
      tell(
        'malformed',
        `The feature \`${name}\` needs settings. ${failsToStart}`,
        'Write a table with them in place of true.',
      );
    else if (isRemovedFeature(name))
      tell('removed-feature', `The feature \`${name}\` was removed; clients do nothing with it.`, 'Remove it.');
  }
}
