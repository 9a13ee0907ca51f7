import type { Actor } from '#server/audit/index.ts';
import type { Database } from '#server/db/open-database.ts';
import type { Services } from '#server/services.ts';
import { endAttempt } from '../attempts/end-attempt.ts';
import { lockLiveAttemptsOfTries } from './attempt-queries.ts';
import { lockTriesIn } from './keeping-queries.ts';
import { dropTask } from './purge-tasks.ts';

interface Place {
  workspaceId: string;
  environmentId: string;
}

/**
 * Takes away the tries of an environment with their logs, requests and files, in the transaction of whoever deletes it; what of them runs
 * loses its lease. Those of people on legal hold stay, ended, until retention finds them after it.
 * @returns how many went, and the attempts that ended with them
 */
export async function dropTriesIn(
  tx: Database,
  services: Pick<Services, 'blobs'>,
  { workspaceId, environmentId, at, actor }: Place & { at: Date; actor: Actor },
): Promise<{ tries: number; ended: string[] }> {
  // Attempts are held before their task, as by whoever ends them.
  const live = await lockLiveAttemptsOfTries(tx, workspaceId, environmentId);
  for (const attemptId of live) await endAttempt(tx, { workspaceId, attemptId, ending: 'cancelled', at, actor });
  const ids = await lockTriesIn(tx, workspaceId, environmentId);
  for (const taskId of ids) await dropTask(tx, services, { workspaceId, taskId });
  return { tries: ids.length, ended: live };
}
