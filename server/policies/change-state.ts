import type { Actor } from '#server/audit/index.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { requireNoClashes } from './check-baseline.ts';
import { insertRelease, keepOrder, lockPolicyState, type PolicyState, type ReleaseKind } from './state-queries.ts';

export interface By {
  workspaceId: string;
  actor: Actor;
}

/** While a folder owns the policies, only programs with a key change them. @throws ReeveError policies-managed-elsewhere */
export function requireOwnHand({ managedBy }: Pick<PolicyState, 'managedBy'>, { actor }: By): void {
  if (managedBy !== null && actor.kind === 'member') throw new ReeveError('policies-managed-elsewhere', { managedBy });
}

/** @throws ReeveError policies-frozen, policies-managed-elsewhere */
export function requireChangeable(state: PolicyState, by: By): void {
  if (state.frozenAt !== null)
    throw new ReeveError('policies-frozen', { since: state.frozenAt.toISOString(), because: state.frozenBecause });
  requireOwnHand(state, by);
}

export interface StateChange<Result> {
  kind: ReleaseKind;
  /** What changed, in words; called when the change is made. */
  summary: string | ((result: Exclude<Result, null>) => string);
  /** Rolling back is the way out of trouble: it works under a freeze too. */
  isRollBack?: boolean;
}

/** What was there before the first change is state 0, so that there is a way back to it. Call it before anything changes. */
export async function keepStart(tx: Database, { workspaceId }: By, state: PolicyState): Promise<void> {
  if (state.release > 0) return;
  await keepOrder(tx, workspaceId);
  const summary = 'What was there before the first change.';
  await insertRelease(tx, workspaceId, { number: 0, at: state.workspaceMadeAt, by: 'Reeve', kind: 'start', summary });
}

/**
 * Changes what members get: under one lock, refused while policies are frozen or owned by a folder, and kept as a new state of
 * everything. `change` records its own audit event in the same transaction. Null from it: nothing changed, no new state.
 */
export async function changePolicyState<Result>(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  by: By,
  { kind, summary, isRollBack = false }: StateChange<Result>,
  change: (tx: Database, state: PolicyState, at: Date) => Promise<Result>,
): Promise<Result> {
  const at = clock();
  return db.transaction().execute(async (tx) => {
    const state = await lockPolicyState(tx, by.workspaceId);
    if (isRollBack) requireOwnHand(state, by);
    else requireChangeable(state, by);
    await keepStart(tx, by, state);
    const result = await change(tx, state, at);
    if (result === null) return result;
    await requireNoClashes(tx, by.workspaceId);
    const words = typeof summary === 'string' ? summary : summary(result as Exclude<Result, null>);
    const facts = { number: state.release + 1, at, by: by.actor.label, kind, summary: words };
    await insertRelease(tx, by.workspaceId, facts);
    return result;
  });
}
