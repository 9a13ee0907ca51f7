import { record } from '#server/audit/index.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import type { ActingMember } from '../acting-member.ts';
import { countEnvironments, lockConnection, retireConnection } from './connection-queries.ts';
import { listRepositoryIds } from './repository-list-queries.ts';

/**
 * Disconnects: its secrets, everybody's linked accounts and its deliveries are forgotten. An app stays on GitHub, where only its owner
 * can delete it.
 * @throws ReeveError not-found, git-in-use
 */
export async function removeConnection(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  { workspaceId, actor }: ActingMember,
  id: string,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const connection = await lockConnection(tx, workspaceId, id);
    if (!connection) throw new ReeveError('not-found');
    const used = await countEnvironments(tx, workspaceId);
    const repositoryIds = await listRepositoryIds(tx, workspaceId, id);
    if (repositoryIds.some((repositoryId) => used.has(repositoryId))) throw new ReeveError('git-in-use');
    const at = clock();
    await retireConnection(tx, workspaceId, id, at);
    await record(tx, actor, 'git.disconnected', {
      at,
      subject: { kind: 'git-connection', id, label: connection.name },
      before: { kind: connection.kind, baseUrl: connection.base_url, app: connection.app_slug },
    });
  });
}
