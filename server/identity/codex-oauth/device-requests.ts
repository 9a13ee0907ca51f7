import type { z } from 'zod';
import type { DeviceRequest } from '#contract/identity.ts';
import { record } from '#server/audit/index.ts';
import { addressKey, rateLimit } from '#server/db/rate-limit.ts';
import { ReeveError } from '#server/fail.ts';
import { actorOf, type RequestContext, signedIn } from '#server/http/request-context.ts';
import type { Services } from '#server/services.ts';
import { clientName } from './clients.ts';
import { answerDeviceRequest, findByUserCode, type StoredDeviceRequest } from './device-request-queries.ts';
import { mayUseCodex, mayUseDeviceCode } from './may-use-codex.ts';
import { findSignInWorkspace, findSigningInMember } from './sign-in-queries.ts';
import { readUserCode, userCodeHash } from './user-code.ts';

const quarterHour = 15 * 60;

/** Guesses of codes that lead nowhere. An office shares an address, so that limit only slows down many accounts of one attacker. */
const guessLimits = (db: Services['db']) => ({
  perMember: rateLimit(db, { name: 'device-code-member', points: 20, perSeconds: quarterHour }),
  perAddress: rateLimit(db, { name: 'device-code-address', points: 200, perSeconds: quarterHour }),
});

export interface FoundDeviceRequest {
  request: StoredDeviceRequest;
  userCode: string;
}

export function openDeviceRequests({ db, clock }: Pick<Services, 'db' | 'clock'>) {
  const limits = guessLimits(db);

  const look = async (typed: string, context: RequestContext): Promise<FoundDeviceRequest | null> => {
    const { workspaceId, memberId } = signedIn(context);
    const userCode = readUserCode(typed);
    if (userCode === null) return null;
    const found = { workspaceId, userCodeHash: userCodeHash(userCode), now: clock() };
    const request = await findByUserCode(db, found);
    const isMine = request && (request.memberId === null || request.memberId === memberId);
    return isMine ? { request, userCode } : null;
  };

  /** @throws ReeveError device-code-unknown, device-code-off, too-many-attempts */
  const find = async (typed: string, context: RequestContext): Promise<FoundDeviceRequest> => {
    const keys = [
      { limit: limits.perMember, key: signedIn(context).memberId },
      { limit: limits.perAddress, key: addressKey(context.ip) },
    ];
    for (const { limit, key } of keys) {
      const admission = await limit.take(key);
      if (admission.allowed) continue;
      context.responseHeaders.set('retry-after', String(admission.retryAfterSeconds));
      throw new ReeveError('too-many-attempts', { retryAfterSeconds: admission.retryAfterSeconds });
    }
    const workspace = await findSignInWorkspace(db);
    const found = await look(typed, context);
    if (found || workspace?.deviceCodeEnabled === false) for (const { limit, key } of keys) await limit.giveBack(key);
    if (workspace?.deviceCodeEnabled === false) throw new ReeveError('device-code-off');
    if (!found) throw new ReeveError('device-code-unknown');
    return found;
  };

  const answer = async (typed: string, context: RequestContext, status: 'approved' | 'denied'): Promise<void> => {
    const { request } = await find(typed, context);
    const { memberId } = signedIn(context);
    const subject = { kind: 'device-request', id: request.id, label: clientName(request.clientId) };
    await db.transaction().execute(async (tx) => {
      const isFirst = await answerDeviceRequest(tx, { id: request.id, memberId, status });
      if (!isFirst) throw new ReeveError('device-code-unknown');
      const event = status === 'approved' ? 'device-code.approved' : 'device-code.denied';
      await record(tx, actorOf(context), event, { at: clock(), subject, deviceIp: request.ip });
    });
  };

  /**
   * Someone who may not use Codex is told so here, after the approval is kept: the client, which would wait for 15 minutes without one,
   * brings it to the token endpoint and is refused there with the same words. Who may use Codex but not this way ends the sign-in: the
   * client must not wait for somebody else to type its code.
   */
  const approve = async (typed: string, context: RequestContext): Promise<void> => {
    const member = await findSigningInMember(db, signedIn(context).memberId);
    if (member && mayUseCodex(member) && !mayUseDeviceCode(member)) {
      await answer(typed, context, 'denied');
      throw new ReeveError('device-code-not-permitted');
    }
    await answer(typed, context, 'approved');
    if (!member || !mayUseCodex(member)) throw new ReeveError('local-off');
  };

  return { find, approve, deny: (typed: string, context: RequestContext) => answer(typed, context, 'denied') };
}

export const describeDeviceRequest = ({ request, userCode }: FoundDeviceRequest): z.infer<typeof DeviceRequest> => ({
  userCode,
  client: clientName(request.clientId),
  ip: request.ip,
  requestedAt: request.createdAt.toISOString(),
  expiresAt: request.expiresAt.toISOString(),
  status: request.status === 'used' ? 'approved' : request.status,
});
