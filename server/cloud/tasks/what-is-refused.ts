import { setTimeout as wait } from 'node:timers/promises';
import { isEnded } from '#contract/task-states.ts';
import { requireRepositoryAccess } from '#server/connectors/index.ts';
import { isReeveError, ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { requireEnvironment } from '../environments/require-environment.ts';
import type { AttemptRow } from './attempt-queries.ts';
import type { TaskRow } from './queries.ts';
import { requireCloud, type TaskMember } from './task-member.ts';

interface TaskParts {
  task: TaskRow;
  /** As they stand in their places, of every turn. */
  attempts: readonly AttemptRow[];
}

/** What came of it is something to go on from: an answer, or at least what the agent had in mind. */
export const mayBeContinued = (attempt: Pick<AttemptRow, 'state' | 'session_blob'>): boolean =>
  attempt.state === 'completed' || (isEnded(attempt.state) && attempt.session_blob !== null);

export const mayBePublished = (attempt: Pick<AttemptRow, 'state' | 'diff_blob'>): boolean =>
  isEnded(attempt.state) && attempt.diff_blob !== null;

const filesGone = 'What it changed is not kept any more: its time in this workspace was over. Give Codex a new task.';

/** Its container would begin without what was done before, and say nothing of it. @throws ReeveError conflict */
export function refuseWithoutFiles({ files_gone_at: goneAt }: Pick<TaskRow, 'files_gone_at'>): void {
  if (goneAt !== null) throw new ReeveError('conflict', {}, { message: filesGone });
}

/** The words of a refusal; null where there is none. */
async function refusalOf(check: Promise<unknown>): Promise<string | null> {
  try {
    await check;
    return null;
  } catch (error) {
    if (!isReeveError(error)) throw error;
    return error.message;
  }
}

export async function followUpRefusal(
  { db }: Pick<Services, 'db'>,
  by: TaskMember,
  { task, attempts }: TaskParts,
): Promise<string | null> {
  if (attempts.some(({ state }) => !isEnded(state))) return 'It still runs. Wait for its end, or cancel it first.';
  if (task.files_gone_at !== null) return filesGone;
  if (!attempts.some(mayBeContinued)) return 'Nothing came of it that could be continued. Run it again.';
  const off = await refusalOf(requireCloud(db, by));
  if (off !== null) return off;
  if (task.environment_id === null || (await refusalOf(requireEnvironment(db, by, task.environment_id))) !== null)
    return 'Its environment was deleted, or is not shared with you any more. Give Codex a new task.';
  return null;
}

/** How long a page waits for the git server's word. Publishing asks it again in any case. */
const longestWaitMs = 2_000;

export async function publishRefusal(
  services: Services,
  by: TaskMember,
  { task, attempts }: TaskParts,
): Promise<string | null> {
  if (task.files_gone_at !== null) return filesGone;
  if (!attempts.some(mayBePublished)) return 'There are no changes to publish.';
  const off = await refusalOf(requireCloud(services.db, by));
  if (off !== null) return off;
  if (task.repository_id === null) return 'Its repository is not connected any more.';
  const asked = { ...by, repositoryId: task.repository_id, need: 'write', why: `task ${task.id}` } as const;
  const refused = refusalOf(requireRepositoryAccess(services, asked));
  return Promise.race([refused, wait(longestWaitMs, null, { ref: false })]);
}
