import { sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';

export interface ApplicablePolicy {
  id: string;
  name: string;
  revision: number;
  contents: string;
}

/**
 * The policy that applies to a member, by first match, and what is known of one delivered key (null: of the one that applies). One
 * round trip: it is on every model call. `policy` null: no assignment matched and there is no fallback.
 */
export async function readApplicablePolicy(
  db: Database,
  { workspaceId, memberId, policyKey }: { workspaceId: string; memberId: string; policyKey: string | null },
): Promise<{ policy: ApplicablePolicy | null; delivered: boolean; supersededAt: Date | null }> {
  const { rows } = await sql<{
    id: string | null;
    name: string | null;
    revision: number | null;
    contents: string | null;
    delivered: boolean;
    superseded_at: Date | null;
  }>`
    select p.id, p.name, p.revision, p.contents, d.policy_key is not null as delivered, d.superseded_at
    from workspaces w
    left join lateral (
      select a.policy_id from policy_assignments a
      join group_members gm on gm.group_id = a.group_id and gm.member_id = ${memberId}
      where a.workspace_id = w.id order by a.position limit 1
    ) matched on true
    left join policies p on p.id = coalesce(matched.policy_id, w.fallback_policy_id)
    left join policy_deliveries d on d.workspace_id = w.id and d.member_id = ${memberId} and d.policy_key = coalesce(${policyKey}::text, p.id || '@' || p.revision, 'none')
    where w.id = ${workspaceId}`.execute(db);
  const row = rows[0];
  if (!row) return { policy: null, delivered: false, supersededAt: null };
  const policy =
    row.id === null
      ? null
      : { id: row.id, name: row.name ?? '', revision: row.revision ?? 0, contents: row.contents ?? '' };
  return { policy, delivered: row.delivered, supersededAt: row.superseded_at };
}

interface DeliveryFacts {
  workspaceId: string;
  memberId: string;
  policyKey: string;
  at: Date;
}

/** This key is what the member's clients have from now on; every other one is superseded. */
export async function noteDelivery(
  tx: Database,
  { workspaceId, memberId, policyKey, at }: DeliveryFacts,
): Promise<void> {
  await tx
    .updateTable('policy_deliveries')
    .set({ superseded_at: at })
    .where('workspace_id', '=', workspaceId)
    .where('member_id', '=', memberId)
    .where('policy_key', '!=', policyKey)
    .where('superseded_at', 'is', null)
    .execute();
  await tx
    .insertInto('policy_deliveries')
    .values({
      workspace_id: workspaceId,
      member_id: memberId,
      policy_key: policyKey,
      delivered_at: at,
      superseded_at: null,
    })
    .onConflict((conflict) =>
      conflict.columns(['member_id', 'policy_key']).doUpdateSet({ delivered_at: at, superseded_at: null }),
    )
    .execute();
}

export const markSuperseded = async (
  db: Database,
  { workspaceId, memberId, policyKey, at }: DeliveryFacts,
): Promise<void> => {
  await db
    .updateTable('policy_deliveries')
    .set({ superseded_at: at })
    .where('workspace_id', '=', workspaceId)
    .where('member_id', '=', memberId)
    .where('policy_key', '=', policyKey)
    .where('superseded_at', 'is', null)
    .execute();
};

/** Every delivered revision of this policy but the new one is superseded at once, whether its clients call again or not. */
export const supersedePolicy = async (
  tx: Database,
  workspaceId: string,
  { policyId, at }: { policyId: string; at: Date },
): Promise<void> => {
  await tx
    .updateTable('policy_deliveries')
    .set({ superseded_at: at })
    .where('workspace_id', '=', workspaceId)
    .where('policy_key', 'like', `${policyId}@%`)
    .where('superseded_at', 'is', null)
    .execute();
};

/** Long superseded deliveries say nothing that a missing one would not. */
export const purgeDeliveries = async (db: Database, before: Date): Promise<number> => {
  const { numDeletedRows } = await db
    .deleteFrom('policy_deliveries')
    .where('superseded_at', '<', before)
    .executeTakeFirst();
  return Number(numDeletedRows);
};

export const readWorkspaceName = async (db: Database, workspaceId: string): Promise<string> => {
  const { name } = await db
    .selectFrom('workspaces')
    .select('name')
    .where('id', '=', workspaceId)
    .executeTakeFirstOrThrow();
  return name;
};
