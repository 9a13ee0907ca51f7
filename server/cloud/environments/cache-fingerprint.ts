import { createHash } from 'node:crypto';
import type { EnvironmentRow } from './environment-queries.ts';
import { internetOf } from './internet-of-environment.ts';

interface CacheFacts {
  /** A kept container holds the checkout of one repository. */
  repositoryId: string;
  workspaceInternetAllowed: boolean;
}

const sorted = <Item>(items: readonly Item[], by: (item: Item) => string): Item[] =>
  items.toSorted((a, b) => (by(a) < by(b) ? -1 : 1));

/**
 * Names what a container was set up with: another fingerprint, another cache. Secrets and resets are in it through the salt, so that it
 * tells nothing of a secret. Hex, SHA-256.
 */
export function cacheFingerprint(
  environment: Pick<EnvironmentRow, 'id' | 'cacheSalt' | 'settings'>,
  { repositoryId, workspaceInternetAllowed }: CacheFacts,
): string {
  const { image, languageVersions, setupScript, maintenanceScript, variables, runtime } = environment.settings;
  const { setup } = internetOf(environment.settings, { workspaceInternetAllowed });
  const facts = [
    environment.id,
    environment.cacheSalt,
    repositoryId,
    image,
    sorted(Object.entries(languageVersions), ([name]) => name),
    setupScript,
    maintenanceScript,
    sorted(variables, ({ name }) => name).map(({ name, value }) => [name, value]),
    runtime,
    setup.isOn ? [setup.preset, setup.domains.toSorted(), setup.methods] : null,
  ];
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex');
}

/** One for each repository: whatever else a runner kept of this environment must not be used any more. None where nothing is kept. */
export const currentFingerprints = (
  environment: EnvironmentRow,
  facts: { workspaceInternetAllowed: boolean },
): ReadonlySet<string> =>
  new Set(
    environment.settings.isCacheOn
      ? environment.repositoryIds.map((repositoryId) => cacheFingerprint(environment, { repositoryId, ...facts }))
      : [],
  );
