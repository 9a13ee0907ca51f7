import { sql } from 'kysely';
import { notHeld, shareHoldLock } from '#server/db/not-held.ts';
import type { Database } from '#server/db/open-database.ts';

/** A published revision of a policy. */
export interface PolicyRef {
  id: string;
  revision: number;
}

export interface ApplicablePolicies {
  /** Null: no assignment matched and there is no fallback. */
  policy: PolicyRef | null;
  /** The organisation's baseline, under the policy; null where there is none, or where it is the policy itself. */
  baseline: PolicyRef | null;
  /** Whether the workspace keeps what is said, so that clients are told to report it. */
  keepsContent: boolean;
  delivered: boolean;
  supersededAt: Date | null;
}

export const noPolicies: ApplicablePolicies = {
  policy: null,
  baseline: null,
  keepsContent: false,
  delivered: false,
  supersededAt: null,
};

const refOf = (id: string | null, revision: number | null): PolicyRef | null =>
  id === null || revision === null ? null : { id, revision };

/** What `policyKeyOf` (policy-key.ts) makes of a policy `p` and a baseline `b`, either of which may be missing. */
export const keyInSql = sql`coalesce(p.id || '@' || p.revision, 'none') || coalesce('+' || b.id || '@' || b.revision, '')`;

/**
 * What applies to a member, by first match, and what is known of one delivered key (null: of the one that applies). One round trip: it
 * is on model calls and on every fetch after a change.
 */
export async function readApplicablePolicies(
  db: Database,
  { workspaceId, memberId, policyKey }: { workspaceId: string; memberId: string; policyKey: string | null },
): Promise<ApplicablePolicies> {
  const { rows } = await sql<{
    id: string | null;
    revision: number | null;
    baseline_id: string | null;
    baseline_revision: number | null;
    keeps_content: boolean;
    delivered: boolean;
    superseded_at: Date | null;
  }>`
    select p.id, p.revision, b.id as baseline_id, b.revision as baseline_revision,
      w.local_content_kept as keeps_content,
      d.policy_key is not null as delivered, d.superseded_at
    from workspaces w
    left join lateral (
      select a.policy_id from policy_assignments a
      join group_members gm on gm.group_id = a.group_id and gm.member_id = ${memberId}
      where a.workspace_id = w.id order by a.position limit 1
    ) matched on true
    left join policies p on p.id = coalesce(matched.policy_id, w.fallback_policy_id) and p.revision > 0 and p.deleted_at is null
    left join policies b on b.id = w.baseline_policy_id and b.revision > 0 and b.deleted_at is null and b.id is distinct from p.id
    left join policy_deliveries d on d.workspace_id = w.id and d.member_id = ${memberId} and d.policy_key = coalesce(${policyKey}::text, ${keyInSql})
    where w.id = ${workspaceId}`.execute(db);
  const row = rows[0];
  if (!row) return noPolicies;
  return {
    policy: refOf(row.id, row.revision),
    baseline: refOf(row.baseline_id, row.baseline_revision),
    keepsContent: row.keeps_content,
    delivered: row.delivered,
    supersededAt: row.superseded_at,
  };
}

/** A revision as it was published, whether it is still the newest one or not. */
export const readPublishedDocument = async (db: Database, workspaceId: string, { id, revision }: PolicyRef) =>
  (
    await sql<{ number: number; name: string; contents: string; defaults: string; explainsRules: boolean }>`
      select p.number, p.name, p.contents, p.defaults, p.explains_rules as "explainsRules" from policies p
      where p.workspace_id = ${workspaceId} and p.id = ${id} and p.revision = ${revision}
      union all
      select p.number, r.name, r.contents, r.defaults, r.explains_rules from policy_revisions r join policies p on p.id = r.policy_id
      where r.workspace_id = ${workspaceId} and r.policy_id = ${id} and r.revision = ${revision}
      limit 1`.execute(db)
  ).rows[0];

/** When this was last delivered to the member, as far as anything is known of it. */
export async function readLastDelivery(
  db: Database,
  { memberId, policyKey }: { memberId: string; policyKey: string },
): Promise<Date | null> {
  const { rows } = await sql<{ at: Date | null }>`
    select greatest(
      (select max(last_at) from policy_receipts where member_id = ${memberId} and policy_key = ${policyKey}),
      (select delivered_at from policy_deliveries where member_id = ${memberId} and policy_key = ${policyKey})) as at`.execute(
    db,
  );
  return rows[0]?.at ?? null;
}

interface DeliveryFacts {
  workspaceId: string;
  memberId: string;
  policyKey: string;
  at: Date;
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

/** Every delivered revision of this policy, as somebody's own or as the baseline, is superseded at once, whether its clients call again or not. */
export const supersedePolicy = async (
  tx: Database,
  workspaceId: string,
  { policyId, at }: { policyId: string; at: Date },
): Promise<void> => {
  await tx
    .updateTable('policy_deliveries')
    .set({ superseded_at: at })
    .where('workspace_id', '=', workspaceId)
    .where((where) =>
      where.or([
        sql<boolean>`starts_with(policy_key, ${`${policyId}@`})`,
        sql<boolean>`strpos(policy_key, ${`+${policyId}@`}) > 0`,
      ]),
    )
    .where('superseded_at', 'is', null)
    .execute();
};

/** Long superseded deliveries say nothing that a missing one would not, but of people on hold, where they are evidence. */
export const purgeDeliveries = (db: Database, before: Date): Promise<number> =>
  db.transaction().execute(async (tx) => {
    await shareHoldLock(tx);
    const old = tx
      .deleteFrom('policy_deliveries')
      .where('superseded_at', '<', before)
      .where(notHeld('policy_deliveries'));
    return Number((await old.executeTakeFirst()).numDeletedRows);
  });

export const readWorkspaceName = async (db: Database, workspaceId: string): Promise<string> => {
  const { name } = await db
    .selectFrom('workspaces')
    .select('name')
    .where('id', '=', workspaceId)
    .executeTakeFirstOrThrow();
  return name;
};
