import type { PolicyProtection } from '#contract/policy-orders.ts';
import { record } from '#server/audit/index.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import type { By } from './change-state.ts';
import { setFreeze, setOwners } from './protection-queries.ts';
import { lockPolicyState, type PolicyState, readPolicyState } from './state-queries.ts';

type Needed = Pick<Services, 'db' | 'clock'>;

const frozenOf = ({ frozenAt, frozenBy, frozenBecause }: PolicyState): PolicyProtection['frozen'] =>
  frozenAt === null ? null : { at: frozenAt.toISOString(), by: frozenBy ?? '', because: frozenBecause ?? '' };

export async function readProtection(db: Database, workspaceId: string): Promise<PolicyProtection> {
  const state = await readPolicyState(db, workspaceId);
  return { frozen: frozenOf(state), secondApprover: state.secondApprover, managedBy: state.managedBy };
}

/** Frozen already: the new reason and person take the place of the old ones. */
export async function freezePolicies(
  { db, clock }: Needed,
  { workspaceId, actor }: By,
  because: string,
): Promise<void> {
  const at = clock();
  await db.transaction().execute(async (tx) => {
    const before = frozenOf(await lockPolicyState(tx, workspaceId));
    await setFreeze(tx, workspaceId, { at, by: actor.label, because });
    await record(tx, actor, 'policy.frozen', { at, before, after: { because } });
  });
}

/** @throws ReeveError conflict when nothing is frozen */
export async function unfreezePolicies({ db, clock }: Needed, { workspaceId, actor }: By): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const before = frozenOf(await lockPolicyState(tx, workspaceId));
    if (before === null) throw new ReeveError('conflict', {}, { message: 'Policies are not frozen.' });
    await setFreeze(tx, workspaceId, null);
    await record(tx, actor, 'policy.unfrozen', { at: clock(), before });
  });
}

export interface ProtectionChange {
  secondApprover?: boolean | undefined;
  managedBy?: string | null | undefined;
}

export async function updateProtection(
  { db, clock }: Needed,
  { workspaceId, actor }: By,
  change: ProtectionChange,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const { secondApprover, managedBy } = await lockPolicyState(tx, workspaceId);
    const before = { secondApprover, managedBy };
    const after = {
      secondApprover: change.secondApprover ?? secondApprover,
      managedBy: change.managedBy === undefined ? managedBy : change.managedBy,
    };
    await setOwners(tx, workspaceId, after);
    await record(tx, actor, 'policy.protection-updated', { at: clock(), before, after });
  });
}
