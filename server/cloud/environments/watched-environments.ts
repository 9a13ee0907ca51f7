import type { Actor } from '#server/audit/index.ts';
import { listRepositories } from '#server/connectors/index.ts';
import type { Database } from '#server/db/open-database.ts';
import type { Services } from '#server/services.ts';
import { deleteEnvironment } from './change-environment.ts';
import { type ListedEnvironment, listReadable } from './environment-queries.ts';

/** An environment as those see it who keep watch over the workspace: all of them, whoever they are shared with. */
export interface WatchedEnvironment extends ListedEnvironment {
  repositories: { name: string; url: string; defaultBranch: string }[];
}

/** Newest first. */
export async function listWatchedEnvironments(db: Database, workspaceId: string): Promise<WatchedEnvironment[]> {
  const rows = await listReadable(db, { workspaceId, memberId: '', seesAll: true });
  const repositories = new Map((await listRepositories(db, workspaceId)).map((row) => [row.id, row]));
  return rows
    .map((row) => ({ ...row, repositories: row.repositoryIds.flatMap((id) => repositories.get(id) ?? []) }))
    .sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime() || (a.id < b.id ? 1 : -1));
}

/** As a Codex admin would, with everything that is kept of it; its tasks stay. @throws ReeveError not-found */
export const deleteWatchedEnvironment = (
  services: Pick<Services, 'db' | 'clock' | 'blobs'>,
  actor: Actor,
  { workspaceId, id }: { workspaceId: string; id: string },
): Promise<void> =>
  deleteEnvironment(
    services,
    { workspaceId, memberId: '', permissions: new Set(['environments.write'] as const), actor },
    id,
  );
