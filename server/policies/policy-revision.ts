import type { ErrorCode } from '#contract/errors.ts';
import type { Services } from '#server/services.ts';
import { keptApplicablePolicies } from './applicable-policies.ts';
import { type DeliveredDocument, deliveredDocuments } from './delivered-documents.ts';
import {
  type ApplicablePolicies,
  markSuperseded,
  readApplicablePolicies,
  readLastDelivery,
} from './delivery-queries.ts';
import { policyKeyOf } from './policy-key.ts';
import { type Fetch, receiptsOf } from './record-receipts.ts';
import { telemetryTokenOf } from './telemetry-token.ts';

export const policyRevisionHeader = 'x-reeve-policy';
const signerPurpose = 'policy-revision';
/** What was last delivered longer ago is never in its grace, even when nobody noticed before that it was superseded. */
const longestGraceAfterDeliveryMs = 7 * 24 * 60 * 60 * 1000;

type DeliveryServices = Pick<Services, 'db' | 'changes' | 'clock' | 'log' | 'origin' | 'signerFor'>;

interface Member {
  workspaceId: string;
  memberId: string;
}

/** Who is delivered to; the client of a hosted task reports with a token of its own. */
type Recipient = Member & { hostedTokenId?: string | undefined };

export interface Delivery {
  policy: DeliveredDocument | null;
  baseline: DeliveredDocument | null;
  policyKey: string;
  /** Only a delivered policy carries it, so a call without it runs without the policy. */
  revisionHeader: string;
  /** Opens the ingest of telemetry, for this member. */
  telemetryToken: string;
  /** Whether clients are told to report what members write. */
  keepsContent: boolean;
}

/**
 * What a member's clients get at this moment, looked at without delivering it. The same as long as nothing else is published: the
 * signature holds no time.
 */
export const previewDelivery = async (services: DeliveryServices, member: Member): Promise<Delivery> =>
  prepareDelivery(services, member, await keptApplicablePolicies(services)(member));

async function prepareDelivery(
  services: DeliveryServices,
  { workspaceId, memberId, hostedTokenId }: Recipient,
  applicable: ApplicablePolicies,
): Promise<Delivery> {
  const policyKey = policyKeyOf(applicable);
  const read = deliveredDocuments(services);
  const [policy, baseline, revisionHeader, telemetryToken] = await Promise.all([
    applicable.policy && read(workspaceId, applicable.policy),
    applicable.baseline && read(workspaceId, applicable.baseline),
    services.signerFor(signerPurpose).sign({ ws: workspaceId, mem: memberId, key: policyKey }),
    telemetryTokenOf(services, { workspaceId, memberId, hostedTokenId }),
  ]);
  return { policy, baseline, policyKey, revisionHeader, telemetryToken, keepsContent: applicable.keepsContent };
}

/** The same, and it counts as delivered: noted, with a receipt, before it is given out. */
export async function deliverPolicy(services: DeliveryServices, to: Recipient, fetch: Fetch): Promise<Delivery> {
  const member = { workspaceId: to.workspaceId, memberId: to.memberId };
  const applicable = await keptApplicablePolicies(services)(member);
  const delivery = await prepareDelivery(services, to, applicable);
  const { policyKey } = delivery;
  const receipts = receiptsOf(services);
  const at = services.clock();
  const receipt = { ...member, ...fetch, policyKey, policy: applicable.policy, at };
  const isNoted = applicable.delivered && applicable.supersededAt === null;
  if (isNoted && receipts.isKnown(receipt)) receipts.repeat(receipt);
  else {
    await receipts.deliver(receipt);
    applicable.delivered = true;
    applicable.supersededAt = null;
  }
  return delivery;
}

export type RevisionCheck =
  | { ok: true; policyName: string | null }
  | { ok: false; code: Extract<ErrorCode, 'policy-revision-missing' | 'policy-revision-stale'> };

/**
 * Does this call run under the policy that applies? Unsigned, forged or somebody else's counts as missing; a former revision is good
 * for `graceMinutes` after it was superseded, because clients keep what they loaded for up to an hour.
 */
export async function checkPolicyRevision(
  services: DeliveryServices,
  { workspaceId, memberId, header, graceMinutes }: Member & { header: string | null; graceMinutes: number },
): Promise<RevisionCheck> {
  const claims = header === null ? null : await services.signerFor(signerPurpose).verify(header);
  if (claims?.ws !== workspaceId || claims.mem !== memberId || typeof claims.key !== 'string')
    return { ok: false, code: 'policy-revision-missing' };
  const policyKey = claims.key;
  const nameOf = async ({ policy }: ApplicablePolicies): Promise<string | null> =>
    policy && (await deliveredDocuments(services)(workspaceId, policy)).name;
  const current = await keptApplicablePolicies(services)({ workspaceId, memberId });
  if (policyKey === policyKeyOf(current)) return { ok: true, policyName: await nameOf(current) };
  const read = await readApplicablePolicies(services.db, { workspaceId, memberId, policyKey });
  if (policyKey === policyKeyOf(read)) return { ok: true, policyName: await nameOf(read) };
  const { supersededAt } = read;
  const now = services.clock();
  if (supersededAt === null) await markSuperseded(services.db, { workspaceId, memberId, policyKey, at: now });
  const graceEndsMs = (supersededAt ?? now).getTime() + graceMinutes * 60_000;
  const deliveredMs = (await readLastDelivery(services.db, { memberId, policyKey }))?.getTime() ?? 0;
  // Before 0.2 the signature told when it was delivered, and no receipt does.
  const signedMs = typeof claims.iat === 'number' ? claims.iat * 1000 : 0;
  const isRecent = now.getTime() - Math.max(deliveredMs, signedMs) < longestGraceAfterDeliveryMs;
  return now.getTime() < graceEndsMs && isRecent
    ? { ok: true, policyName: await nameOf(read) }
    : { ok: false, code: 'policy-revision-stale' };
}
