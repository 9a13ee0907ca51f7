import { can } from '#contract/permissions.ts';
import { listRepositories } from '#server/connectors/index.ts';
import { listModels } from '#server/models/index.ts';
import type { Services } from '#server/services.ts';
import { readSettings } from '#server/workspace/index.ts';
import { listGroupsToChoose, listLiveRunners } from './choice-queries.ts';
import { type EnvironmentUser, managesAll } from './environment-user.ts';
import { repositoryOf } from './repository-of.ts';
import { heardOfSince } from './try-environment.ts';

/** What the form of an environment offers, and what the workspace does not allow. */
export async function readOptions({ db, clock }: Pick<Services, 'db' | 'clock'>, user: EnvironmentUser) {
  const { workspaceId, memberId, permissions } = user;
  const { codexCloudEnabled, agentInternetAllowed } = await readSettings(db, workspaceId);
  const seesAllGroups = managesAll(user) || can(permissions, 'members.read');
  const models = await listModels(db, workspaceId);
  const repositories = await listRepositories(db, workspaceId);
  const runners = await listLiveRunners(db, workspaceId, heardOfSince(clock()));
  const runtimes = runners.flatMap(({ drivers }) => drivers.flatMap((driver) => driver.runtimes));
  return {
    isCloudOn: codexCloudEnabled,
    isAgentInternetAllowed: agentInternetAllowed,
    repositories: repositories
      .filter(({ isAllowed, isArchived, state }) => isAllowed && !isArchived && state === 'connected')
      .map((row) => repositoryOf(row.id, row)),
    groups: await listGroupsToChoose(db, workspaceId, seesAllGroups ? null : memberId),
    models: models.map((model) => ({ slug: model.slug, name: model.display_name, isDefault: model.is_default })),
    runtimes: [...new Set(runtimes)].toSorted(),
    runnerLabels: [...new Set(runners.flatMap(({ labels }) => labels))].toSorted(),
  };
}
