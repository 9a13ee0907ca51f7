import { sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';
import type { PolicyTables } from '#server/db/policy-tables.ts';

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
  'created_at as workspaceMadeAt',
] as const;

const stateQuery = (db: Database, workspaceId: string) =>
  db.selectFrom('workspaces').select(columns).where('id', '=', workspaceId);

export const readPolicyState = (db: Database, workspaceId: string) =>
  stateQuery(db, workspaceId).executeTakeFirstOrThrow();

export type PolicyState = Awaited<ReturnType<typeof readPolicyState>>;

/**
 * Whoever changes what is published or its order waits here, so that states of everything come one after the other. What only refers to
 * the workspace, such as a delivery or an audit event, does not wait.
 */
export const lockPolicyState = (tx: Database, workspaceId: string): Promise<PolicyState> =>
  stateQuery(tx, workspaceId).forNoKeyUpdate().executeTakeFirstOrThrow();

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
    from workspaces w where w.id = ${workspaceId}
    on conflict (workspace_id, number) do nothing`.execute(tx);
  await tx.updateTable('workspaces').set({ policy_release: number }).where('id', '=', workspaceId).execute();
}

/** Keeps the order as it stands now in this transaction under its version; groups by their name of now. */
export async function keepOrder(tx: Database, workspaceId: string): Promise<void> {
  await sql`
    insert into policy_orders (workspace_id, version, items, fallback_policy_id, baseline_policy_id)
    select w.id, w.policy_assignments_version,
      coalesce((select jsonb_agg(jsonb_build_object('groupId', a.group_id, 'groupName', g.name, 'policyId', a.policy_id) order by a.position)
        from policy_assignments a join groups g on g.id = a.group_id where a.workspace_id = w.id), '[]'::jsonb),
      w.fallback_policy_id, w.baseline_policy_id
    from workspaces w where w.id = ${workspaceId}
    on conflict (workspace_id, version) do nothing`.execute(tx);
}
