import { type FetchPath, forwardGitFetch, requireRepositoryAccess } from '#server/connectors/index.ts';
import { ReeveError } from '#server/fail.ts';
import type { WireCall } from '#server/http/wire-routes.ts';
import type { Services } from '#server/services.ts';
import { findRunningLease } from '../attempts/lease-queries.ts';
import { attemptIdOf, type CallingRunner } from './who-calls.ts';

/**
 * git in the runner fetches here; the token of the git server never leaves this process. The lease is whichever this runner holds of
 * the attempt, because git adds nothing to an address; where the header `reeve-epoch` names one, it has to be that. What the member may
 * read on the git server is asked anew at the start of each fetch: they may have lost it since they gave the task.
 * @throws ReeveError lease-lost, repository-refused and its like, git-refused, git-server-failed
 */
export async function forwardRepository(
  services: Services,
  call: WireCall,
  { runnerId, workspaceId, path }: CallingRunner & { path: FetchPath },
): Promise<Response> {
  const { c } = call;
  const attemptId = attemptIdOf(call);
  const epoch = c.req.header('reeve-epoch');
  const lease = await findRunningLease(services.db, { workspaceId, runnerId, attemptId });
  if (!lease || (epoch !== undefined && Number(epoch) !== lease.epoch)) throw new ReeveError('lease-lost');
  const { memberId, repositoryId } = lease;
  if (repositoryId === null || memberId === null) throw new ReeveError('not-found');
  const forWhom = `attempt ${attemptId}`;
  if (path === 'info/refs')
    await requireRepositoryAccess(services, { workspaceId, memberId, repositoryId, need: 'read', why: forWhom });
  return forwardGitFetch(services, { workspaceId, repositoryId, forWhom, request: c.req.raw, path });
}
