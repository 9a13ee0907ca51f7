import type { Database } from '#server/db/open-database.ts';

/** Live tokens of active members that end soon and of which not everything was told yet. */
export const listEndingTokens = (db: Database, { now, until }: { now: Date; until: Date }) =>
  db
    .selectFrom('access_tokens as t')
    .innerJoin('members as m', 'm.id', 't.member_id')
    .innerJoin('workspaces as w', 'w.id', 't.workspace_id')
    .select(['t.id', 't.name', 't.hint', 't.created_at', 't.noticed_days', 'm.email', 'w.name as workspace_name'])
    .select('t.expires_at')
    .$narrowType<{ expires_at: Date }>()
    .where('m.status', '=', 'active')
    .where('w.proof_run_id', 'is', null)
    .where('t.revoked_at', 'is', null)
    .where('t.attempt_id', 'is', null)
    .where('t.expires_at', '>', now)
    .where('t.expires_at', '<=', until)
    .where((by) => by.or([by('t.noticed_days', 'is', null), by('t.noticed_days', '>', 2)]))
    .orderBy('t.expires_at')
    .execute();

/** False when it is so already. */
export const setTokenNoticed = async (
  db: Database,
  id: string,
  { from, to }: { from: number | null; to: number | null },
): Promise<boolean> => {
  const { numUpdatedRows } = await db
    .updateTable('access_tokens')
    .set({ noticed_days: to })
    .where('id', '=', id)
    .where('noticed_days', 'is not distinct from', from)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
};
