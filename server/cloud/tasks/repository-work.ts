import type { PullRequest } from '#contract/tasks.ts';
import { findRepository } from '#server/connectors/index.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';

/** TEMPORARY: replaced by the exports of connectors when that branch is merged. */
export interface AccessAsked {
  workspaceId: string;
  memberId: string;
  repositoryId: string;
  need: 'read' | 'write';
  why: string;
}
export async function requireRepositoryAccess({ db }: Pick<Services, 'db'>, asked: AccessAsked): Promise<void> {
  const found = await findRepository(db, asked.workspaceId, asked.repositoryId);
  if (!found?.isAllowed) throw new ReeveError('repository-not-allowed');
}

export interface PublishedDiff {
  number: number | null;
  url: string;
  branch: string;
  headSha: string;
  state: PullRequest['state'];
}
export async function publishDiff(_services: Services, _asked: object): Promise<PublishedDiff> {
  throw new ReeveError('not-supported');
}

export async function readPullRequest(
  _services: Services,
  _asked: object,
): Promise<{ state: PullRequest['state']; headSha: string; updatedAt: Date }> {
  throw new ReeveError('not-supported');
}
