import { record } from '#server/audit/index.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { listAssignments } from './assignment-queries.ts';
import { type By, changePolicyState } from './change-state.ts';
import { deleteDraft, readDraft } from './draft-queries.ts';
import { requirePolicy } from './edit-draft.ts';
import { documentOf } from './policy-document.ts';
import { markDeleted } from './queries.ts';
import type { PolicyState } from './state-queries.ts';
import { withdrawOpenRequest } from './withdraw-request.ts';

async function requireUnused(tx: Database, workspaceId: string, id: string, state: PolicyState): Promise<void> {
  const assigned = (await listAssignments(tx, workspaceId)).filter(({ policyId }) => policyId === id);
  const isFallback = state.fallbackPolicyId === id;
  const isBaseline = state.baselinePolicyId === id;
  if (assigned.length === 0 && !isFallback && !isBaseline) return;
  const groups = assigned.map(({ groupName }) => groupName);
  throw new ReeveError('policy-in-use', { groups, isFallback, isBaseline });
}

/** @throws ReeveError not-found, policy-in-use, policies-frozen, policies-managed-elsewhere */
export async function removePolicy(services: Pick<Services, 'db' | 'clock'>, by: By, id: string): Promise<void> {
  const { workspaceId, actor } = by;
  const change = { kind: 'deletion', summary: (name: string) => `Deleted “${name}”.` } as const;
  await changePolicyState(services, by, change, async (tx, state, at) => {
    const policy = await requirePolicy(tx, workspaceId, id);
    await requireUnused(tx, workspaceId, id, state);
    const draft = await readDraft(tx, workspaceId, id);
    await withdrawOpenRequest(tx, by, { policyId: id, at, reason: 'The policy was deleted.' });
    await deleteDraft(tx, workspaceId, id);
    await markDeleted(tx, workspaceId, id, at);
    await record(tx, actor, 'policy.deleted', {
      at,
      subject: { kind: 'policy', id, label: policy.name },
      revision: policy.revision,
      before: policy.revision === 0 && draft ? documentOf(draft) : documentOf(policy),
    });
    return policy.revision === 0 ? null : policy.name;
  });
}
