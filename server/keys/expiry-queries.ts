import type { Database } from '#server/db/open-database.ts';

/** Live keys that end soon and of which not everything was told yet, with whoever made them. */
export const listEndingKeys = (db: Database, { now, until }: { now: Date; until: Date }) =>
  db
    .selectFrom('workspace_keys as k')
    .innerJoin('workspaces as w', 'w.id', 'k.workspace_id')
    .leftJoin('members as m', (join) => join.onRef('m.id', '=', 'k.created_by').on('m.status', '=', 'active'))
    .select([
      'k.id',
      'k.workspace_id',
      'k.name',
      'k.scopes',
      'k.expires_at',
      'k.noticed_days',
      'w.name as workspace_name',
    ])
    .select(['m.email as creator_email'])
    .select((by) =>
      by
        .selectFrom('workspace_key_secrets as s')
        .select((of) => of.fn.max('s.created_at').as('at'))
        .whereRef('s.key_id', '=', 'k.id')
        .as('renewed_at'),
    )
    .where('w.proof_run_id', 'is', null)
    .where('k.revoked_at', 'is', null)
    .where('k.expires_at', '>', now)
    .where('k.expires_at', '<=', until)
    .where((by) => by.or([by('k.noticed_days', 'is', null), by('k.noticed_days', '>', 2)]))
    .orderBy('k.expires_at')
    .execute();

export const listOwnerEmails = async (db: Database, workspaceId: string): Promise<string[]> => {
  const rows = await db
    .selectFrom('role_grants as g')
    .innerJoin('members as m', 'm.id', 'g.member_id')
    .select('m.email')
    .where('g.workspace_id', '=', workspaceId)
    .where('g.role_id', '=', 'owner')
    .where('m.status', '=', 'active')
    .orderBy('m.email')
    .execute();
  return rows.map(({ email }) => email);
};

/** False when it is so already. */
export const setNoticed = async (
  db: Database,
  id: string,
  { from, to }: { from: number | null; to: number | null },
) => {
  const { numUpdatedRows } = await db
    .updateTable('workspace_keys')
    .set({ noticed_days: to })
    .where('id', '=', id)
    .where('noticed_days', 'is not distinct from', from)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
};

export const listEndingKeyNames = async (
  db: Database,
  workspaceId: string,
  { now, until }: { now: Date; until: Date },
): Promise<string[]> => {
  const rows = await db
    .selectFrom('workspace_keys')
    .select('name')
    .where('workspace_id', '=', workspaceId)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', now)
    .where('expires_at', '<=', until)
    .orderBy('expires_at')
    .execute();
  return rows.map(({ name }) => name);
};
