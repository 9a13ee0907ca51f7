import { sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';

export const listSubscriptions = (db: Database, workspaceId: string, bundleId: string) =>
  db
    .selectFrom('team_config_subscriptions as s')
    .innerJoin('groups as g', (join) => join.onRef('g.id', '=', 's.group_id').on('g.workspace_id', '=', workspaceId))
    .select((each) => [
      's.group_id as groupId',
      'g.name as groupName',
      's.version',
      each
        .selectFrom('group_members as m')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where('m.workspace_id', '=', workspaceId)
        .whereRef('m.group_id', '=', 's.group_id')
        .as('members'),
    ])
    .where('s.workspace_id', '=', workspaceId)
    .where('s.bundle_id', '=', bundleId)
    .orderBy(sql`lower(g.name)`)
    .execute();

/** Held until the transaction ends, so that the group is still there when somebody subscribes it. */
export const lockGroup = (tx: Database, workspaceId: string, groupId: string) =>
  tx
    .selectFrom('groups')
    .select(['id', 'name'])
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', groupId)
    .forKeyShare()
    .executeTakeFirst();

export const readSubscription = (tx: Database, workspaceId: string, bundleId: string, groupId: string) =>
  tx
    .selectFrom('team_config_subscriptions')
    .select('version')
    .where('workspace_id', '=', workspaceId)
    .where('bundle_id', '=', bundleId)
    .where('group_id', '=', groupId)
    .executeTakeFirst();

export async function putSubscription(
  tx: Database,
  workspaceId: string,
  {
    bundleId,
    groupId,
    version,
    at,
    by,
  }: { bundleId: string; groupId: string; version: number | null; at: Date; by: string },
): Promise<void> {
  await tx
    .insertInto('team_config_subscriptions')
    .values({
      workspace_id: workspaceId,
      bundle_id: bundleId,
      group_id: groupId,
      version,
      created_at: at,
      created_by: by,
    })
    .onConflict((conflict) =>
      conflict.columns(['bundle_id', 'group_id']).doUpdateSet({ version, created_at: at, created_by: by }),
    )
    .execute();
}

export async function deleteSubscription(
  tx: Database,
  workspaceId: string,
  bundleId: string,
  groupId?: string,
): Promise<number> {
  const query = tx
    .deleteFrom('team_config_subscriptions')
    .where('workspace_id', '=', workspaceId)
    .where('bundle_id', '=', bundleId);
  const result = await (groupId === undefined ? query : query.where('group_id', '=', groupId)).executeTakeFirst();
  return Number(result.numDeletedRows);
}

/** What the groups of a member subscribe to, of bundles that have a version. */
export const listSubscriptionsOfMember = (db: Database, workspaceId: string, memberId: string) =>
  db
    .selectFrom('team_config_subscriptions as s')
    .innerJoin('group_members as m', 'm.group_id', 's.group_id')
    .innerJoin('groups as g', 'g.id', 's.group_id')
    .innerJoin('team_config_bundles as b', 'b.id', 's.bundle_id')
    .select(['b.id', 'b.slug', 'b.name', 'b.description', 'b.newest', 's.version', 'g.name as groupName'])
    .where('s.workspace_id', '=', workspaceId)
    .where('m.workspace_id', '=', workspaceId)
    .where('g.workspace_id', '=', workspaceId)
    .where('b.workspace_id', '=', workspaceId)
    .where('m.member_id', '=', memberId)
    .where('b.deleted_at', 'is', null)
    .where('b.newest', '>', 0)
    .orderBy('b.slug')
    .orderBy(sql`lower(g.name)`)
    .execute();
