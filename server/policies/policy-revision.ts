import type { ErrorCode } from '#contract/errors.ts';
import type { Services } from '#server/services.ts';
import { keptApplicablePolicies } from './applicable-policies.ts';
import { type ApplicablePolicy, markSuperseded, noteDelivery, readApplicablePolicy } from './delivery-queries.ts';

export const policyRevisionHeader = 'x-reeve-policy';
const signerPurpose = 'policy-revision';
/** A revision older than this is never in its grace, even when nobody noticed before that it was superseded. */
const longestGraceAfterDeliveryMs = 7 * 24 * 60 * 60 * 1000;
/** Headers of one member say the same within this time, so that most need no new signature. */
const signedForSeconds = 5 * 60;

const keyOf = (policy: Pick<ApplicablePolicy, 'id' | 'revision'> | null): string =>
  policy ? `${policy.id}@${policy.revision}` : 'none';

interface Member {
  workspaceId: string;
  memberId: string;
}

/** The header's value for what is delivered now. Only a delivered policy carries it, so a call without it runs without the policy. */
async function signRevision(
  { signerFor, clock }: Pick<Services, 'signerFor' | 'clock'>,
  { workspaceId, memberId }: Member,
  policyKey: string,
): Promise<string> {
  return signerFor(signerPurpose).sign({
    ws: workspaceId,
    mem: memberId,
    key: policyKey,
    iat: Math.floor(clock().getTime() / 1000 / signedForSeconds) * signedForSeconds,
  });
}

/** What a member's client gets at this moment: the policy, and the signed revision that goes with it. */
export async function deliverPolicy(
  services: Pick<Services, 'db' | 'changes' | 'clock' | 'signerFor'>,
  member: Member,
): Promise<{ policy: ApplicablePolicy | null; revisionHeader: string }> {
  const applicable = await keptApplicablePolicies(services)(member);
  const { policy } = applicable;
  const policyKey = keyOf(policy);
  if (!applicable.delivered || applicable.supersededAt !== null) {
    const facts = { ...member, policyKey, at: services.clock() };
    await services.db.transaction().execute((tx) => noteDelivery(tx, facts));
    applicable.delivered = true;
    applicable.supersededAt = null;
  }
  return { policy, revisionHeader: await signRevision(services, member, policyKey) };
}

export type RevisionCheck =
  | { ok: true; policyName: string | null }
  | { ok: false; code: Extract<ErrorCode, 'policy-revision-missing' | 'policy-revision-stale'> };

/**
 * Does this call run under the policy that applies? Unsigned, forged or somebody else's counts as missing; a former revision is good
 * for `graceMinutes` after it was superseded, because clients keep what they loaded for up to an hour.
 */
export async function checkPolicyRevision(
  services: Pick<Services, 'db' | 'changes' | 'clock' | 'signerFor'>,
  { workspaceId, memberId, header, graceMinutes }: Member & { header: string | null; graceMinutes: number },
): Promise<RevisionCheck> {
  const claims = header === null ? null : await services.signerFor(signerPurpose).verify(header);
  if (claims?.ws !== workspaceId || claims.mem !== memberId || typeof claims.key !== 'string')
    return { ok: false, code: 'policy-revision-missing' };
  const policyKey = claims.key;
  const { policy: current } = await keptApplicablePolicies(services)({ workspaceId, memberId });
  if (policyKey === keyOf(current)) return { ok: true, policyName: current?.name ?? null };
  const { policy, supersededAt } = await readApplicablePolicy(services.db, { workspaceId, memberId, policyKey });
  if (policyKey === keyOf(policy)) return { ok: true, policyName: policy?.name ?? null };
  const now = services.clock();
  if (supersededAt === null) await markSuperseded(services.db, { workspaceId, memberId, policyKey, at: now });
  const graceEndsMs = (supersededAt ?? now).getTime() + graceMinutes * 60_000;
  const deliveredMs = Number(claims.iat) * 1000;
  const isInGrace = now.getTime() < graceEndsMs && now.getTime() - deliveredMs < longestGraceAfterDeliveryMs;
  return isInGrace ? { ok: true, policyName: policy?.name ?? null } : { ok: false, code: 'policy-revision-stale' };
}
