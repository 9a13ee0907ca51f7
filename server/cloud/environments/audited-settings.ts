import { createHash } from 'node:crypto';
import type { EnvironmentSettings } from '#contract/environments.ts';
import type { EnvironmentRow } from './environment-queries.ts';

const digestOf = (text: string) =>
  text === '' ? null : { lines: text.split('\n').length, sha256: createHash('sha256').update(text).digest('hex') };

export const settingsOfRow = (row: EnvironmentRow): EnvironmentSettings => ({
  ...row.settings,
  label: row.label,
  repositoryIds: row.repositoryIds,
  sharing: row.sharing,
  groupIds: row.groupIds,
});

/** Addresses of repositories by their ids. */
export type RepositoryUrls = ReadonlyMap<string, string>;

/** As the audit log keeps it for good: scripts by their digest, variables by their names. */
const auditedFacts = (
  { image, setupScript, maintenanceScript, variables, ...rest }: EnvironmentSettings,
  urls: RepositoryUrls,
) => ({
  ...rest,
  repositories: rest.repositoryIds.map((id) => urls.get(id) ?? id),
  image: image.kind === 'recipe' ? { kind: image.kind, containerfile: digestOf(image.containerfile) } : image,
  setupScript: digestOf(setupScript),
  maintenanceScript: digestOf(maintenanceScript),
  variables: variables.map(({ name }) => name).toSorted(),
});

const changedVariables = (before: EnvironmentSettings, after: EnvironmentSettings): string[] => {
  const values = new Map(before.variables.map(({ name, value }) => [name, value]));
  return after.variables
    .filter(({ name, value }) => values.has(name) && values.get(name) !== value)
    .map(({ name }) => name);
};

export const auditedSettings = (settings: EnvironmentSettings, urls: RepositoryUrls): Record<string, unknown> =>
  auditedFacts(settings, urls);

/** Only what a change really changes. */
export function auditedChange(before: EnvironmentSettings, after: EnvironmentSettings, urls: RepositoryUrls) {
  const [was, is]: Record<string, unknown>[] = [auditedFacts(before, urls), auditedFacts(after, urls)];
  const changed = Object.keys(is ?? {}).filter((key) => JSON.stringify(was?.[key]) !== JSON.stringify(is?.[key]));
  const only = (facts: Record<string, unknown> | undefined) =>
    Object.fromEntries(changed.map((key) => [key, facts?.[key]]));
  return { before: only(was), after: only(is), changedValues: changedVariables(before, after) };
}
