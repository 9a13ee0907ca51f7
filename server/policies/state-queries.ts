import { sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';
import type { OrderItem, PolicyTables } from '#server/db/policy-tables.ts';

const columns = [
  'policy_assignments_version as orderVersion',
  'fallback_policy_id as fallbackPolicyId',
  'baseline_policy_id as baselinePolicyId',
  'policy_release as release',
  'policy_second_approver as secondApprover',
  'policies_frozen_at as frozenAt',
  'policies_frozen_by as frozenBy',
  'policies_frozen_because as frozenBecause',
  'policies_managed_by as managedBy',
] as const;

const stateQuery = (db: Database, workspaceId: string) =>
  db.selectFrom('workspaces').select(columns).where('id', '=', workspaceId);

export const readPolicyState = (db: Database, workspaceId: string) =>
  stateQuery(db, workspaceId).executeTakeFirstOrThrow();

export type PolicyState = Awaited<ReturnType<typeof readPolicyState>>;

/** Whoever changes what is published or its order waits here, so that states of everything come one after the other. */
export const lockPolicyState = (tx: Database, workspaceId: string): Promise<PolicyState> =>
  stateQuery(tx, workspaceId).forUpdate().executeTakeFirstOrThrow();

export type ReleaseKind = PolicyTables['policy_releases']['kind'];

interface ReleaseFacts {
  number: number;
  at: Date;
  by: string;
  kind: ReleaseKind;
  summary: string;
}

/** Keeps the state as it stands now in this transaction: the order in force, and the version of every policy. */
export async function insertRelease(
  tx: Database,
  workspaceId: string,
  { number, at, by, kind, summary }: ReleaseFacts,
): Promise<void> {
  await sql`
    insert into policy_releases (workspace_id, number, at, by, kind, summary, order_version, revisions)
    select w.id, ${number}, ${at}, ${by}, ${kind}, ${summary}, w.policy_assignments_version,
      coalesce((select jsonb_object_agg(p.id, p.revision) from policies p
        where p.workspace_id = w.id and p.deleted_at is null and p.revision > 0), '{}'::jsonb)
    from workspaces w where w.id = ${workspaceId}`.execute(tx);
  await tx.updateTable('workspaces').set({ policy_release: number }).where('id', '=', workspaceId).execute();
}

export interface KeptOrder {
  items: readonly OrderItem[];
  fallbackPolicyId: string | null;
  baselinePolicyId: string | null;
}

export async function insertOrder(
  tx: Database,
  workspaceId: string,
  { version, items, fallbackPolicyId, baselinePolicyId }: KeptOrder & { version: number },
): Promise<void> {
  await tx
    .insertInto('policy_orders')
    .values({
      workspace_id: workspaceId,
      version,
      items: JSON.stringify(items),
      fallback_policy_id: fallbackPolicyId,
      baseline_policy_id: baselinePolicyId,
    })
    .execute();
}
