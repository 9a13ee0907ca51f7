import { sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';

/** People in the order of their ids, with the built-in roles they hold themselves or by a group. */
export const listUsers = (db: Database, workspaceId: string, { after, limit }: { after: string; limit: number }) =>
  db
    .selectFrom('members as m')
    .select((eb) => [
      'm.id',
      'm.email',
      'm.name',
      'm.created_at',
      'm.status',
      eb
        .exists(
          eb
            .selectFrom('role_grants as r')
            .select('r.role_id')
            .where('r.workspace_id', '=', workspaceId)
            .where('r.role_id', '=', 'owner')
            .whereRef('r.member_id', '=', 'm.id'),
        )
        .as('is_owner'),
      eb
        .exists(
          eb
            .selectFrom('role_grants as r')
            .leftJoin('group_members as gm', 'gm.group_id', 'r.group_id')
            .select('r.role_id')
            .where('r.workspace_id', '=', workspaceId)
            .where('r.role_id', '=', 'admin')
            .where(sql<boolean>`coalesce(r.member_id, gm.member_id) = m.id`),
        )
        .as('is_admin'),
    ])
    .where('m.workspace_id', '=', workspaceId)
    .where('m.id', '>', after)
    .orderBy('m.id')
    .limit(limit)
    .execute();
