import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import type { By } from './change-state.ts';
import { clashesInForce } from './check-baseline.ts';
import { checkPublication, reasonsAgainst } from './check-publication.ts';
import { readCurrentPlan } from './current-plan.ts';
import { mayApprove } from './decide-request.ts';
import { describeImpact, type PlanWithRevisions } from './describe-impact.ts';
import { readDraft } from './draft-queries.ts';
import { requirePolicy } from './edit-draft.ts';
import { documentOf } from './policy-document.ts';
import { isNameTaken } from './queries.ts';
import { readOpenRequestOf } from './request-queries.ts';
import { type PolicyState, readPolicyState } from './state-queries.ts';

const afterPublishing = (plan: PlanWithRevisions, { id, name }: { id: string; name: string }): PlanWithRevisions => ({
  ...plan,
  revisions: new Map(plan.revisions).set(id, (plan.revisions.get(id) ?? 0) + 1),
  names: new Map(plan.names).set(id, name),
});

function reasonsOfState({ frozenAt, frozenBecause, managedBy }: PolicyState, { actor }: By): string[] {
  const isElsewhere = managedBy !== null && actor.kind === 'member';
  return [
    ...(frozenAt === null ? [] : [`Policies are frozen: ${frozenBecause ?? ''}`]),
    ...(isElsewhere ? [`The folder ${managedBy} owns the policies: change it there.`] : []),
  ];
}

/** What publishing the draft would do, without doing it. @throws ReeveError not-found, policy-draft-missing */
export async function previewPublication(db: Database, by: By, id: string) {
  const { workspaceId } = by;
  const { name: publishedName } = await requirePolicy(db, workspaceId, id);
  const draft = await readDraft(db, workspaceId, id);
  if (!draft) throw new ReeveError('policy-draft-missing', { policyId: id, name: publishedName });
  const document = documentOf(draft);
  const before = await readCurrentPlan(db, workspaceId);
  const after = afterPublishing(before, { id, name: document.name });
  const impact = await describeImpact(db, workspaceId, { before, after });
  const check = await checkPublication(db, workspaceId, { policyId: id, document });
  const state = await readPolicyState(db, workspaceId);
  const isTaken = await isNameTaken(db, workspaceId, { name: document.name, exceptId: id });
  const request = state.secondApprover ? await readOpenRequestOf(db, workspaceId, id) : undefined;
  const waits = request !== undefined && !mayApprove(by, request);
  const blockedBy = [
    ...reasonsAgainst(check),
    ...(await clashesInForce(db, workspaceId, { id, ...document })),
    ...(isTaken ? [`Another policy is called “${document.name}”.`] : []),
    ...reasonsOfState(state, by),
    ...(waits ? ['This draft waits for a second person already.'] : []),
  ];
  return { impact, ...check, needsApproval: state.secondApprover, blockedBy };
}
