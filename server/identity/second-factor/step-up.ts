import type { StepUpMethod } from '#contract/second-factor.ts';
import type { Proof } from '#contract/second-factor-proof.ts';
import { record } from '#server/audit/index.ts';
import { actorOf, type RequestContext, signedIn } from '#server/http/request-context.ts';
import type { Services } from '#server/services.ts';
import { readKnownDevice } from '../session-cookies.ts';
import { readSignOnOfSession } from '../sso-requirement.ts';
import { markShown } from './factor-queries.ts';
import { passkeysImpossibleBecause } from './relying-party.ts';
import { ownPasskeyOptions } from './verify-passkey.ts';
import { type ProofServices, verifyProof } from './verify-proof.ts';

export async function stepUpOptions(
  services: Pick<Services, 'db' | 'clock' | 'origin'>,
  context: RequestContext,
): Promise<{
  methods: StepUpMethod[];
  passkeyOptions: Record<string, unknown> | null;
  connectionId: string | null;
}> {
  const { workspaceId, memberId, sessionId, secondFactor } = signedIn(context);
  const isPossible = passkeysImpossibleBecause(services.origin) === null;
  const methods = secondFactor.methods.filter((method) => method !== 'passkey' || isPossible);
  const passkeyOptions = methods.includes('passkey')
    ? await ownPasskeyOptions(services, { workspaceId, memberId, purpose: 'step-up' })
    : null;
  const signOn = methods.includes('sso') ? await readSignOnOfSession(services.db, sessionId) : null;
  return { methods, passkeyOptions, connectionId: signOn?.connectionId ?? null };
}

/** Shows a second factor in the session that is there. Other sessions of the member are not refreshed by it. */
export async function stepUp(
  services: ProofServices & Pick<Services, 'signerFor'>,
  context: RequestContext,
  proof: Proof,
): Promise<{ recoveryCodesLeft: number | null; verifiedAt: string }> {
  const { memberId, workspaceId, email, name, sessionId } = signedIn(context);
  const knownDevice = await readKnownDevice(services, context.cookieHeader, memberId);
  const prover = { memberId, workspaceId, email, name, purpose: 'step-up' as const, knownDevice, ip: context.ip };
  const { recoveryCodesLeft } = await verifyProof(services, prover, proof);
  const at = services.clock();
  await services.db.transaction().execute(async (tx) => {
    await markShown(tx, { sessionId, at });
    const subject = { kind: 'session', id: sessionId, label: context.userAgent ?? 'console' };
    await record(tx, actorOf(context), 'second-factor.shown', { at, subject, method: proof.method });
  });
  return { recoveryCodesLeft, verifiedAt: at.toISOString() };
}
