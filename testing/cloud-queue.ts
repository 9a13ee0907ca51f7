import type { EnvironmentSettings } from '#contract/environments.ts';
import { noInternet } from '#contract/internet-access.ts';
import { newId } from '#server/crypto/ids.ts';
import type { AttemptNeeds, StoredEnvironmentSettings } from '#server/db/cloud-tables.ts';
import type { Database } from '#server/db/open-database.ts';
import type { Services } from '#server/services.ts';

const settings: StoredEnvironmentSettings = {
  description: null,
  image: { kind: 'default' },
  languageVersions: {},
  setupScript: 'npm ci',
  maintenanceScript: '',
  variables: [{ name: 'STAGE', value: 'test' }],
  internet: noInternet,
  setupInternet: 'on',
  machineSize: 'small',
  runtime: 'any',
  runnerLabels: [],
  timeLimitMinutes: 30,
  isCacheOn: true,
  cacheHours: 12,
  model: null,
};

export const noNeeds: AttemptNeeds = { labels: [], runtime: 'any', cpus: 1 };

interface Where {
  db: Database;
  workspaceId: string;
}

export const turnCloudOn = (
  { db, workspaceId }: Where,
  limits: { perMember?: number; perWorkspace?: number; isOn?: boolean } = {},
) =>
  db
    .updateTable('workspaces')
    .set({
      codex_cloud_enabled: limits.isOn ?? true,
      ...(limits.perMember === undefined ? {} : { cloud_tasks_per_member: limits.perMember }),
      ...(limits.perWorkspace === undefined ? {} : { cloud_tasks_per_workspace: limits.perWorkspace }),
    })
    .where('id', '=', workspaceId)
    .execute();

/** A connected repository, chosen for environments. */
export async function seedRepository({ db, workspaceId }: Where, name = 'acme/shop'): Promise<string> {
  const connectionId = newId('git');
  const at = new Date();
  await db
    .insertInto('git_connections')
    .values({
      id: connectionId,
      workspace_id: workspaceId,
      kind: 'git',
      name: 'Git',
      base_url: 'https://git.example.com',
      api_url: null,
      app_id: null,
      app_slug: null,
      client_id: null,
      username: null,
      sealed_private_key: null,
      sealed_client_secret: null,
      sealed_webhook_secret: null,
      sealed_token: null,
      problem: null,
      caught_up_at: null,
      webhook_problem: null,
      created_by: 'test',
      created_at: at,
      removed_at: null,
    })
    .execute();
  const id = newId('repo');
  await db
    .insertInto('git_repositories')
    .values({
      id,
      workspace_id: workspaceId,
      connection_id: connectionId,
      installation_id: null,
      external_id: id,
      name,
      url: `https://git.example.com/${name}.git`,
      default_branch: 'main',
      is_private: true,
      is_allowed: true,
      removed_at: null,
      seen_at: at,
    })
    .execute();
  return id;
}

export async function seedEnvironment(
  { db, workspaceId }: Where,
  { repositoryId, ...change }: { repositoryId: string } & Partial<EnvironmentSettings>,
): Promise<string> {
  const id = newId('env');
  const at = new Date();
  await db
    .insertInto('cloud_environments')
    .values({
      id,
      workspace_id: workspaceId,
      creator_id: null,
      creator_name: 'test',
      label: id,
      settings: JSON.stringify({ ...settings, ...change }),
      repository_ids: JSON.stringify([repositoryId]),
      sharing: 'workspace',
      cache_salt: 'salt',
      created_at: at,
      updated_at: at,
      deleted_at: null,
    })
    .execute();
  return id;
}

export interface SeededTask {
  memberId: string;
  environmentId: string | null;
  repositoryId?: string | null;
  attempts?: number;
  queuedAt?: Date;
  needs?: AttemptNeeds;
  prompt?: string;
}

/** A task of one turn whose attempts wait. @returns the ids of the attempts */
export async function seedTask(
  { db, secrets }: Pick<Services, 'db' | 'secrets'>,
  workspaceId: string,
  task: SeededTask,
): Promise<string[]> {
  const { memberId, environmentId, repositoryId = null, attempts = 1, needs = noNeeds, prompt = 'Fix it.' } = task;
  const at = task.queuedAt ?? new Date();
  const taskId = newId('task');
  await db
    .insertInto('cloud_tasks')
    .values({
      id: taskId,
      workspace_id: workspaceId,
      member_id: memberId,
      environment_id: environmentId,
      environment_label: 'Shop',
      repository_id: repositoryId,
      repository: 'acme/shop',
      branch: 'main',
      mode: 'code',
      source: 'console',
      sealed_title: await secrets.seal('A task', `cloud_tasks/${taskId}/title`),
      last_turn: 1,
      archived_at: null,
      read_at: null,
      created_at: at,
      updated_at: at,
      deleted_at: null,
    })
    .execute();
  await db
    .insertInto('cloud_turns')
    .values({
      task_id: taskId,
      number: 1,
      workspace_id: workspaceId,
      sealed_prompt: await secrets.seal(prompt, `cloud_turns/${taskId}/1/prompt`),
      mode: 'code',
      follows_attempt_id: null,
      starting_diff_blob: null,
      created_at: at,
    })
    .execute();
  const ids = Array.from({ length: attempts }, () => newId('turn'));
  await db
    .insertInto('cloud_attempts')
    .values(
      ids.map((id, placement) => ({
        id,
        task_id: taskId,
        workspace_id: workspaceId,
        member_id: memberId,
        environment_id: environmentId,
        turn_number: 1,
        placement,
        state: 'queued' as const,
        needs: JSON.stringify(needs),
        queued_at: at,
      })),
    )
    .execute();
  return ids;
}
