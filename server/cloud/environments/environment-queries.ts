import { type SqlBool, sql } from 'kysely';
import type { EnvironmentSettings } from '#contract/environments.ts';
import type { StoredEnvironmentSettings } from '#server/db/cloud-tables.ts';
import type { Database } from '#server/db/open-database.ts';

export interface EnvironmentRow {
  id: string;
  workspaceId: string;
  creatorId: string | null;
  creatorName: string;
  label: string;
  settings: StoredEnvironmentSettings;
  repositoryIds: string[];
  sharing: EnvironmentSettings['sharing'];
  groupIds: string[];
  /** Changed by whatever a kept container must not outlive and its settings do not show: a secret, a reset. */
  cacheSalt: string;
  revision: number;
  createdAt: Date;
  updatedAt: Date;
}

export interface ListedEnvironment extends EnvironmentRow {
  isPinned: boolean;
  taskCount: number;
}

const columns = [
  'e.id',
  'e.workspace_id as workspaceId',
  'e.creator_id as creatorId',
  'e.creator_name as creatorName',
  'e.label',
  'e.settings',
  'e.repository_ids as repositoryIds',
  'e.sharing',
  'e.cache_salt as cacheSalt',
  'e.revision',
  'e.created_at as createdAt',
  'e.updated_at as updatedAt',
] as const;

const groupIds = sql<string[]>`array(
  select g.group_id from cloud_environment_groups g where g.environment_id = e.id order by g.group_id)`;

const live = (db: Database, workspaceId: string) =>
  db
    .selectFrom('cloud_environments as e')
    .select([...columns, groupIds.as('groupIds')])
    .where('e.workspace_id', '=', workspaceId)
    .where('e.deleted_at', 'is', null);

const isPinnedBy = (memberId: string) => sql<boolean>`exists (
  select 1 from cloud_environment_pins p where p.environment_id = e.id and p.member_id = ${memberId})`;

/** A try is a task of the machinery alone. */
const taskCount = sql<number>`(
  select count(*)::integer from cloud_tasks t
  where t.environment_id = e.id and t.source <> 'try' and t.deleted_at is null)`;

const isSharedWith = (memberId: string) => sql<SqlBool>`(
  e.creator_id = ${memberId} or e.sharing = 'workspace' or (e.sharing = 'groups' and exists (
    select 1 from cloud_environment_groups g join group_members m on m.group_id = g.group_id
    where g.environment_id = e.id and m.member_id = ${memberId})))`;

interface Reader {
  workspaceId: string;
  memberId: string;
  /** Left out: only what is shared with the member, or theirs. */
  seesAll: boolean;
}

const readable = (db: Database, { workspaceId, memberId, seesAll }: Reader) =>
  live(db, workspaceId)
    .select([isPinnedBy(memberId).as('isPinned'), taskCount.as('taskCount')])
    .$if(!seesAll, (query) => query.where(isSharedWith(memberId)));

/** Pinned ones first, then by label. */
export const listReadable = (db: Database, reader: Reader): Promise<ListedEnvironment[]> =>
  readable(db, reader).orderBy('isPinned', 'desc').orderBy(sql`lower(e.label)`).orderBy('e.id').execute();

export const findReadable = (db: Database, reader: Reader, id: string): Promise<ListedEnvironment | undefined> =>
  readable(db, reader).where('e.id', '=', id).executeTakeFirst();

/** Whoever it is shared with; for what runs already. */
export const findEnvironment = (db: Database, workspaceId: string, id: string): Promise<EnvironmentRow | undefined> =>
  live(db, workspaceId).where('e.id', '=', id).executeTakeFirst();

export const mayRead = async (db: Database, { workspaceId, memberId, seesAll }: Reader, id: string): Promise<boolean> =>
  seesAll ||
  (await live(db, workspaceId).where('e.id', '=', id).where(isSharedWith(memberId)).executeTakeFirst()) !== undefined;

export const listEnvironments = (
  db: Database,
  workspaceId: string,
  ids: readonly string[],
): Promise<EnvironmentRow[]> =>
  ids.length === 0
    ? Promise.resolve([])
    : live(db, workspaceId)
        .where('e.id', 'in', [...ids])
        .execute();

/** Of deleted ones too: what began in them goes on by their last rules. */
export const listInternetOf = (
  db: Database,
  workspaceId: string,
  ids: readonly string[],
): Promise<Pick<EnvironmentRow, 'id' | 'settings'>[]> =>
  ids.length === 0
    ? Promise.resolve([])
    : db
        .selectFrom('cloud_environments as e')
        .select(['e.id', 'e.settings'])
        .where('e.workspace_id', '=', workspaceId)
        .where('e.id', 'in', [...ids])
        .execute();

/** Whoever changes an environment waits here. */
export const lockEnvironment = (tx: Database, workspaceId: string, id: string): Promise<EnvironmentRow | undefined> =>
  live(tx, workspaceId).where('e.id', '=', id).forNoKeyUpdate().executeTakeFirst();

export interface EnvironmentChange {
  label: string;
  settings: StoredEnvironmentSettings;
  repositoryIds: readonly string[];
  sharing: EnvironmentSettings['sharing'];
  at: Date;
}

export async function insertEnvironment(
  tx: Database,
  workspaceId: string,
  row: EnvironmentChange & { id: string; creatorId: string; creatorName: string; cacheSalt: string },
): Promise<void> {
  await tx
    .insertInto('cloud_environments')
    .values({
      id: row.id,
      workspace_id: workspaceId,
      creator_id: row.creatorId,
      creator_name: row.creatorName,
      label: row.label,
      settings: JSON.stringify(row.settings),
      repository_ids: JSON.stringify(row.repositoryIds),
      sharing: row.sharing,
      cache_salt: row.cacheSalt,
      created_at: row.at,
      updated_at: row.at,
      deleted_at: null,
    })
    .execute();
}

export async function updateEnvironment(
  tx: Database,
  workspaceId: string,
  { id, revision, ...change }: EnvironmentChange & { id: string; revision: number },
): Promise<void> {
  await tx
    .updateTable('cloud_environments')
    .set({
      label: change.label,
      settings: JSON.stringify(change.settings),
      repository_ids: JSON.stringify(change.repositoryIds),
      sharing: change.sharing,
      revision,
      updated_at: change.at,
    })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .execute();
}

/** What people wrote in it. */
const nothingWritten = JSON.stringify({
  description: null,
  image: { kind: 'default' },
  setupScript: '',
  maintenanceScript: '',
  variables: [],
} satisfies Partial<StoredEnvironmentSettings>);

/** The row stays for the tasks that name it; what could still be used, and what was written in it, goes. */
export async function dropEnvironment(
  tx: Database,
  workspaceId: string,
  { id, at }: { id: string; at: Date },
): Promise<void> {
  for (const table of ['cloud_environment_secrets', 'cloud_environment_groups', 'cloud_environment_pins'] as const)
    await tx.deleteFrom(table).where('workspace_id', '=', workspaceId).where('environment_id', '=', id).execute();
  await tx
    .updateTable('cloud_environments')
    .set({ deleted_at: at, settings: sql`settings || ${nothingWritten}::jsonb` })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .execute();
}

export async function renewCacheSalt(
  tx: Database,
  workspaceId: string,
  { id, salt }: { id: string; salt: string },
): Promise<void> {
  await tx
    .updateTable('cloud_environments')
    .set({ cache_salt: salt })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .execute();
}

export async function replaceGroups(
  tx: Database,
  workspaceId: string,
  { id, groupIds: ids }: { id: string; groupIds: readonly string[] },
): Promise<void> {
  await tx
    .deleteFrom('cloud_environment_groups')
    .where('workspace_id', '=', workspaceId)
    .where('environment_id', '=', id)
    .execute();
  if (ids.length === 0) return;
  const rows = ids.map((groupId) => ({ environment_id: id, workspace_id: workspaceId, group_id: groupId }));
  await tx.insertInto('cloud_environment_groups').values(rows).execute();
}

export async function putPin(
  db: Database,
  workspaceId: string,
  { id, memberId, isPinned }: { id: string; memberId: string; isPinned: boolean },
): Promise<void> {
  if (isPinned)
    await db
      .insertInto('cloud_environment_pins')
      .values({ environment_id: id, workspace_id: workspaceId, member_id: memberId })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  else
    await db
      .deleteFrom('cloud_environment_pins')
      .where('workspace_id', '=', workspaceId)
      .where('environment_id', '=', id)
      .where('member_id', '=', memberId)
      .execute();
}
