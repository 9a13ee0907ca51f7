import { fetchPaths, forwardGitFetch } from '#server/connectors/index.ts';
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
  services: Services,
  call: WireCall,
  { runnerId, workspaceId }: CallingRunner,
): Promise<Response> {
  const { req } = call.c;
  const epoch = req.header('reeve-epoch');
  const attemptId = attemptIdOf(call);
  const lease = await findRunningLease(services.db, { workspaceId, runnerId, attemptId });
  if (!lease || (epoch !== undefined && Number(epoch) !== lease.epoch)) throw new ReeveError('lease-lost');
  const path = fetchPaths.find((one) => req.path.endsWith(`/repository.git/${one}`));
  if (path === undefined || lease.repositoryId === null) throw new ReeveError('not-found');
  const forWhom = `attempt ${attemptId}`;
  return forwardGitFetch(services, {
    ...{ workspaceId, repositoryId: lease.repositoryId },
    ...{ forWhom, request: req.raw, path },
  });
}
