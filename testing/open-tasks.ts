import { type BuiltInRole, permissionsOf } from '#contract/built-in-roles.ts';
import { isEnded, type LogEntry } from '#contract/task-states.ts';
import { taskRoutes } from '#server/cloud/index.ts';
import { newId } from '#server/crypto/ids.ts';
import type { Tables } from '#server/db/tables.ts';
import { createHttpApp } from '#server/http/create-http-app.ts';
import { mountOwnApi } from '#server/http/own-api.ts';
import { seedGitRepository } from './git-repositories.ts';
import { apiClient } from './own-api-client.ts';
import { signedInAs } from './signed-in-as.ts';
import { seedMember, seedWorkspace, type TestServices } from './test-services.ts';

const settings = {
  description: null,
  image: { kind: 'default' },
  languageVersions: {},
  setupScript: '',
  maintenanceScript: '',
  variables: [],
  internet: { isOn: false, preset: 'none', domains: [], methods: 'safe' },
  setupInternet: 'on',
  machineSize: 'small',
  runtime: 'any',
  runnerLabels: [],
  timeLimitMinutes: 30,
  isCacheOn: false,
  cacheHours: 12,
  model: null,
};

/** With a deploy token, so that nobody needs an account of their own. Nothing answers at its address. */
export const seedRepository = (
  services: Pick<TestServices, 'db' | 'secrets'>,
  { workspaceId, name = 'acme/app' }: { workspaceId: string; name?: string },
): Promise<string> =>
  seedGitRepository(
    services,
    { workspaceId, createdBy: 'Ada Lovelace' },
    { url: `https://git.test/${name}.git`, token: 'deploy-token' },
  );

export async function seedEnvironment(
  { db }: Pick<TestServices, 'db'>,
  {
    workspaceId,
    creatorId,
    repositoryIds,
    label = 'Application',
    sharing = 'workspace',
  }: {
    workspaceId: string;
    creatorId: string;
    repositoryIds: readonly string[];
    label?: string;
    sharing?: Tables['cloud_environments']['sharing'];
  },
): Promise<string> {
  const id = newId('env');
  const at = new Date();
  await db
    .insertInto('cloud_environments')
    .values({
      id,
      workspace_id: workspaceId,
      creator_id: creatorId,
      creator_name: 'Ada Lovelace',
      label,
      settings: JSON.stringify(settings),
      repository_ids: JSON.stringify(repositoryIds),
      sharing,
      cache_salt: 'salt',
      created_at: at,
      updated_at: at,
      deleted_at: null,
    })
    .execute();
  return id;
}

/** The tasks API as somebody; the response of streams too. */
export function tasksAs(
  services: TestServices,
  { memberId, workspaceId, role = 'codex-user' }: { memberId: string; workspaceId: string; role?: BuiltInRole },
) {
  const app = createHttpApp({ log: services.log, trustedProxies: [] });
  const member = signedInAs({ memberId, workspaceId }, { role, email: `${memberId}@example.com` });
  mountOwnApi(app, {
    router: { tasks: taskRoutes(services) },
    origin: services.origin,
    readMember: async () => member,
  });
  const permissions = permissionsOf(role);
  const actor = { kind: 'member', id: memberId, label: memberId, workspaceId, ip: null } as const;
  return { ...apiClient(app), app, by: { workspaceId, memberId, permissions, actor } };
}

/** A workspace where Codex cloud is on, with a repository, an environment for everyone, and two people. */
export async function openTasks(services: TestServices) {
  const { db } = services;
  const { workspaceId, ownerId } = await seedWorkspace(db);
  await db.updateTable('workspaces').set({ codex_cloud_enabled: true }).where('id', '=', workspaceId).execute();
  const seed = (email: string) => seedMember(db, { workspaceId, email, role: 'codex-user' });
  const [graceId, linusId] = [await seed('grace@example.com'), await seed('linus@example.com')];
  const repositoryId = await seedRepository(services, { workspaceId });
  const environmentId = await seedEnvironment(services, {
    workspaceId,
    creatorId: ownerId,
    repositoryIds: [repositoryId],
  });
  return {
    workspaceId,
    ownerId,
    graceId,
    linusId,
    repositoryId,
    environmentId,
    grace: tasksAs(services, { memberId: graceId, workspaceId }),
    linus: tasksAs(services, { memberId: linusId, workspaceId }),
    events: async (event: string) =>
      (
        await db
          .selectFrom('audit_events')
          .select(['event', 'subject_id', 'subject_label', 'actor_id', 'payload'])
          .where('event', '=', event)
          .where('workspace_id', '=', workspaceId)
          .orderBy('id')
          .execute()
      ).map(({ payload, ...rest }) => ({ ...rest, payload: payload as Record<string, unknown> })),
  };
}

type AttemptChange = Partial<
  Pick<
    Tables['cloud_attempts'],
    'state' | 'ending' | 'detail' | 'base_commit' | 'session_blob' | 'files_modified' | 'lines_added' | 'lines_removed'
  >
>;

/** What a runner would have left, written where it would be. */
export function runnerStandIn(services: Pick<TestServices, 'db' | 'secrets' | 'blobs' | 'clock'>, workspaceId: string) {
  const { db, secrets, blobs } = services;
  /** Whatever runs is leased. */
  const update = (id: string, change: AttemptChange) => {
    const isRunning = change.state !== undefined && change.state !== 'queued' && !isEnded(change.state);
    const lease = isRunning ? { lease_until: new Date(services.clock().getTime() + 25_000) } : {};
    return db
      .updateTable('cloud_attempts')
      .set({ ...change, ...lease })
      .where('id', '=', id)
      .execute();
  };
  return {
    update,
    async writeLog(attemptId: string, from: number, texts: readonly string[], kind: LogEntry['kind'] = 'output') {
      const rows = texts.map(async (text, index) => ({
        attempt_id: attemptId,
        workspace_id: workspaceId,
        seq: from + index,
        at: new Date(),
        kind,
        phase: 'agent' as const,
        item: null,
        exit_code: null,
        sealed_text: await secrets.seal(text, `cloud_log/${attemptId}/${from + index}`),
      }));
      await db
        .insertInto('cloud_log')
        .values(await Promise.all(rows))
        .execute();
    },
    async writeDiff(attemptId: string, diff: string) {
      const written = await blobs.put(`cloud/${workspaceId}/${attemptId}/diff`, [Buffer.from(diff)]);
      await db.transaction().execute(async (tx) => {
        await blobs.keep(tx, written, new Date());
        await tx
          .updateTable('cloud_attempts')
          .set({
            diff_blob: written.name,
            base_commit: 'a'.repeat(40),
            files_modified: 1,
            lines_added: 2,
            lines_removed: 1,
          })
          .where('id', '=', attemptId)
          .execute();
      });
      return written.name;
    },
    async complete(attemptId: string, answer = 'It is done.') {
      await db
        .updateTable('cloud_attempts')
        .set({
          state: 'completed',
          ending: 'changed',
          sealed_answer: await secrets.seal(answer, `cloud_attempts/${attemptId}/answer`),
          lease_until: null,
          finished_at: services.clock(),
        })
        .where('id', '=', attemptId)
        .execute();
    },
    async fail(attemptId: string) {
      await db
        .updateTable('cloud_attempts')
        .set({
          state: 'failed',
          ending: 'setup-failed',
          detail: 'npm ci failed.',
          lease_until: null,
          finished_at: services.clock(),
        })
        .where('id', '=', attemptId)
        .execute();
    },
  };
}
