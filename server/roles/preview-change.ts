import type { AccessChangeDraft, AccessChangePreview } from '#contract/roles.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import { type ActingMember, readGranter } from './change-access.ts';
import { measurePlan } from './measure-change.ts';
import { type AccessPlan, planChange } from './plan-change.ts';
import { refusePlanBeyondOwn } from './refuse-plan.ts';
import { planSetUp, refuseNewGroups, type SetUpPlan } from './set-up-roles.ts';

/**
 * Who would gain and who would lose which permission, and whether the caller may make the change: the same computation that refuses it.
 * @throws ReeveError not-found, conflict, role-in-use for what nobody can do
 */
export async function previewChange(
  db: Database,
  acting: ActingMember,
  change: AccessChangeDraft,
): Promise<AccessChangePreview> {
  const { workspaceId } = acting;
  const plan: AccessPlan & Partial<SetUpPlan> =
    change.kind === 'set-up'
      ? await planSetUp(db, workspaceId, change.setUp)
      : await planChange(db, workspaceId, change);
  const effects = await measurePlan(db, workspaceId, plan);
  try {
    const granter = await readGranter(db, acting);
    if (plan.groups) refuseNewGroups(granter, { groups: plan.groups });
    await refusePlanBeyondOwn(db, granter, plan);
    return { ...effects, refusal: null };
  } catch (error) {
    if (error instanceof ReeveError && error.code === 'not-permitted') return { ...effects, refusal: error.message };
    throw error;
  }
}
