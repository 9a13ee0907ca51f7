import { listRepositories } from '#server/connectors/index.ts';
import type { Services } from '#server/services.ts';
import { listEnvironmentsFor } from '../environments/require-environment.ts';
import type { TaskMember } from '../tasks/task-member.ts';

/**
 * What the member may give tasks to. `repository` (`owner/name`) leaves those that have it; the client asks so for the repository in which
 * it was started, and for all of them too.
 */
export async function environmentsForClient({ db }: Pick<Services, 'db'>, by: TaskMember, repository?: string) {
  const environments = await listEnvironmentsFor(db, by);
  const named = repository?.toLowerCase();
  const repositories = await listRepositories(db, by.workspaceId);
  const ids = new Set(repositories.filter(({ name }) => name.toLowerCase() === named).map(({ id }) => id));
  const wanted =
    named === undefined
      ? environments
      : environments.filter(({ repositoryIds }) => repositoryIds.some((id) => ids.has(id)));
  return wanted.map(({ id, label, isPinned, taskCount }) => ({
    id,
    label,
    is_pinned: isPinned,
    task_count: taskCount,
  }));
}
