import { machineSizes } from '#contract/environments.ts';
import type { Ending } from '#contract/task-states.ts';
import { endings } from '#contract/task-states.ts';
import type { PullRequest } from '#contract/tasks.ts';
import type { AttemptNeeds, StoredEnvironmentSettings } from '#server/db/cloud-tables.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import type { TaskMember } from './task-member.ts';

/** TEMPORARY: replaced by the neighbours' exports when their branches are merged. */
export interface EnvironmentForTask {
  id: string;
  label: string;
  settings: StoredEnvironmentSettings;
  repositoryIds: string[];
}

export async function requireEnvironment(db: Database, by: TaskMember, id: string): Promise<EnvironmentForTask> {
  const row = await db
    .selectFrom('cloud_environments')
    .select(['id', 'label', 'settings', 'repository_ids', 'creator_id', 'sharing'])
    .where('workspace_id', '=', by.workspaceId)
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  if (!row || (row.sharing === 'private' && row.creator_id !== by.memberId)) throw new ReeveError('not-found');
  return { id: row.id, label: row.label, settings: row.settings, repositoryIds: row.repository_ids };
}

export const needsOf = (settings: StoredEnvironmentSettings): AttemptNeeds => ({
  labels: settings.runnerLabels,
  runtime: settings.runtime,
  cpus: machineSizes[settings.machineSize].cpus,
});

export async function findRepository(db: Database, workspaceId: string, id: string) {
  const row = await db
    .selectFrom('git_repositories')
    .select(['id', 'name', 'url', 'default_branch as defaultBranch'])
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst();
  return row ?? null;
}

export interface AccessAsked {
  workspaceId: string;
  memberId: string;
  repositoryId: string;
  need: 'read' | 'write';
  why: string;
}
export async function requireRepositoryAccess({ db }: Pick<Services, 'db'>, asked: AccessAsked): Promise<void> {
  if (!(await findRepository(db, asked.workspaceId, asked.repositoryId))) throw new ReeveError('not-found');
}

export interface PublishedDiff {
  number: number | null;
  url: string;
  branch: string;
  headSha: string;
  state: PullRequest['state'];
}
export async function publishDiff(_services: Services, _asked: object): Promise<PublishedDiff> {
  throw new ReeveError('not-supported');
}

export async function readPullRequest(
  _services: Services,
  _asked: object,
): Promise<{ state: PullRequest['state']; headSha: string; updatedAt: Date }> {
  throw new ReeveError('not-supported');
}

export async function endAttempt(
  tx: Database,
  {
    workspaceId,
    attemptId,
    ending,
    detail,
    at,
  }: { workspaceId: string; attemptId: string; ending: Ending; detail: string | null; at: Date },
): Promise<void> {
  await tx
    .updateTable('cloud_attempts')
    .set({ state: endings[ending].state, ending, detail, lease_until: null, finished_at: at })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', attemptId)
    .execute();
}
