import { languages, machineSizes } from '#contract/environments.ts';
import type { Job } from '#contract/runner-protocol.ts';
import type { AttemptNeeds, StoredEnvironmentSettings } from '#server/db/cloud-tables.ts';
import type { Services } from '#server/services.ts';
import { cacheFingerprint } from './cache-fingerprint.ts';
import type { EnvironmentRow } from './environment-queries.ts';
import { internetOf } from './internet-of-environment.ts';
import { listSecretNames } from './secret-queries.ts';

/** Of all that an attempt prints; of its diff, which has to fit into a follow-up's starting diff. */
const outputBytes = 20_000_000;
const diffBytes = 5_000_000;

export type JobOfEnvironment = Pick<
  Job,
  'image' | 'limits' | 'setupScript' | 'maintenanceScript' | 'variables' | 'secretNames' | 'internet' | 'cache'
> & { model: string | null };

/** What an attempt in this environment asks of a runner. */
export const needsOf = ({ settings }: Pick<EnvironmentRow, 'settings'>): AttemptNeeds => ({
  labels: settings.runnerLabels,
  runtime: settings.runtime,
  cpus: machineSizes[settings.machineSize].cpus,
});

/** The chosen languages as the universal image takes them. A variable of the same name that somebody wrote out wins. */
export function variablesOf({
  languageVersions,
  variables,
}: Pick<StoredEnvironmentSettings, 'languageVersions' | 'variables'>): Job['variables'] {
  const chosen = languages.flatMap((language) => {
    const version = languageVersions[language];
    return version === undefined ? [] : [{ name: `CODEX_ENV_${language.toUpperCase()}_VERSION`, value: version }];
  });
  const written = new Set(variables.map(({ name }) => name));
  return [...chosen.filter(({ name }) => !written.has(name)), ...variables];
}

/**
 * The parts of a job that come from its environment.
 * @param facts.repositoryId which of its repositories the task works on; the first one when left out
 * @param facts.workspaceInternetAllowed `agentInternetAllowed` of the workspace
 */
export async function describeJobOf(
  { db }: Pick<Services, 'db'>,
  environment: EnvironmentRow,
  facts: { workspaceInternetAllowed: boolean; repositoryId?: string | undefined },
): Promise<JobOfEnvironment> {
  const { id, workspaceId, settings, repositoryIds } = environment;
  const { workspaceInternetAllowed, repositoryId = repositoryIds[0] ?? '' } = facts;
  const { cpus, memoryMb, processes, diskMb } = machineSizes[settings.machineSize];
  const secrets = await listSecretNames(db, workspaceId, [id]);
  return {
    image: settings.image,
    limits: { cpus, memoryMb, processes, diskMb, outputBytes, diffBytes, seconds: settings.timeLimitMinutes * 60 },
    setupScript: settings.setupScript,
    maintenanceScript: settings.maintenanceScript,
    variables: variablesOf(settings),
    secretNames: secrets.map(({ name }) => name),
    internet: internetOf(settings, { workspaceInternetAllowed }),
    cache: settings.isCacheOn
      ? {
          environmentId: id,
          fingerprint: cacheFingerprint(environment, { repositoryId, workspaceInternetAllowed }),
          hours: settings.cacheHours,
        }
      : null,
    model: settings.model,
  };
}
