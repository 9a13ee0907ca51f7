import { ReeveError } from '#server/fail.ts';
import type { WireCall } from '#server/http/wire-routes.ts';
import type { Services } from '#server/services.ts';
import { findRunningLease } from '../attempts/lease-queries.ts';
import { attemptIdOf, type CallingRunner } from './who-calls.ts';

/**
 * git in the runner fetches here; the token of the git server never leaves this process. The lease is whichever this runner holds of
 * the attempt, because git adds nothing to an address; where the header `reeve-epoch` names one, it has to be that.
 */
export async function forwardRepository(
  { db }: Services,
  call: WireCall,
  { runnerId, workspaceId }: CallingRunner,
): Promise<Response> {
  const epoch = call.c.req.header('reeve-epoch');
  const lease = await findRunningLease(db, { workspaceId, runnerId, attemptId: attemptIdOf(call) });
  if (!lease || (epoch !== undefined && Number(epoch) !== lease.epoch)) throw new ReeveError('lease-lost');
  throw new ReeveError('not-supported');
}
