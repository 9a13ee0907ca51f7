import type { PolicyDocument } from '#contract/policies.ts';
import { type Actor, systemActor } from '#server/audit/index.ts';
import { createPolicy, saveDraft } from '#server/policies/edit-draft.ts';
import { publishDraft } from '#server/policies/publish-policy.ts';
import type { Services } from '#server/services.ts';

interface Wanted extends Partial<PolicyDocument> {
  workspaceId: string;
  contents: string;
  /** The next version of this one; left out, a new policy. */
  id?: string;
  actor?: Actor;
}

/** Writes a draft and publishes it, without a second person. */
export async function publishPolicy(
  services: Pick<Services, 'db' | 'clock'>,
  { workspaceId, id, name = 'Baseline', actor = systemActor('the test'), ...document }: Wanted,
): Promise<string> {
  const by = { workspaceId, actor: { ...actor, workspaceId } };
  const policyId = id ?? (await createPolicy(services, by, { name, ...document }));
  if (id !== undefined) await saveDraft(services, by, { id, expectedDraft: null, ...document });
  await publishDraft(services, by, { id: policyId, expectedDraft: 1, message: 'For the test.' });
  return policyId;
}
