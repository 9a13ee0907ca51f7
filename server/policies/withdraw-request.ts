import { record } from '#server/audit/index.ts';
import type { Database } from '#server/db/open-database.ts';
import type { By } from './change-state.ts';
import { decideRequest, readOpenRequestOf } from './request-queries.ts';

/** A request is about the draft as it was then: with the draft it goes. */
export async function withdrawOpenRequest(
  tx: Database,
  { workspaceId, actor }: By,
  { policyId, at, reason }: { policyId: string; at: Date; reason: string },
): Promise<void> {
  const request = await readOpenRequestOf(tx, workspaceId, policyId);
  if (!request) return;
  await decideRequest(tx, workspaceId, { id: request.id, state: 'withdrawn', at, by: actor.label, reason });
  await record(tx, actor, 'policy.approval-declined', {
    at,
    subject: { kind: 'policy', id: policyId, label: request.policyName },
    requestId: request.id,
    outcome: 'withdrawn',
    reason,
  });
}
