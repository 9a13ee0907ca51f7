import { isEnded } from '#contract/task-states.ts';
import { record } from '#server/audit/index.ts';
import { requireRepositoryAccess } from '#server/connectors/index.ts';
import { refuseLostRace } from '#server/db/lost-race.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { needsOf } from '../environments/describe-job.ts';
import { requireEnvironment } from '../environments/require-environment.ts';
import { type AttemptRow, listAttemptRows } from './attempt-queries.ts';
import { listCommentRows, markSent } from './comment-queries.ts';
import { insertTurn, listTurnRows, lockTask, readTaskRow, type TaskRow } from './queries.ts';
import { placesOf, queueAttempts, tellOfQueued } from './queue-attempts.ts';
import { contentContext } from './task-content.ts';
import { requireCloud, type TaskMember } from './task-member.ts';
import { subjectOf } from './task-subject.ts';
import { mayBeContinued, refuseWithoutFiles } from './what-is-refused.ts';
import { wordComments } from './word-comments.ts';

export interface NewTurn {
  id: string;
  /** The attempt to go on from. */
  attemptId: string;
  prompt: string;
  mode?: 'ask' | 'code' | undefined;
  attempts: number;
  commentIds: readonly string[];
}

/** As of the moment in which nobody else changes the task. */
async function followedAttempt(tx: Database, workspaceId: string, { id, attemptId }: NewTurn): Promise<AttemptRow> {
  const attempts = await listAttemptRows(tx, workspaceId, id);
  if (attempts.some(({ state }) => !isEnded(state))) throw new ReeveError('task-running');
  const followed = attempts.find((attempt) => attempt.id === attemptId);
  if (!followed) throw new ReeveError('attempt-not-found');
  if (!mayBeContinued(followed)) {
    const message = 'Nothing came of this attempt that could be continued. Run it again.';
    throw new ReeveError('bad-input', { issues: [{ path: ['attemptId'], message }] });
  }
  return followed;
}

/** Those that go along, in words, in the order in which they were written. Each goes once. */
async function commentsFor(
  tx: Database,
  { secrets }: Pick<Services, 'secrets'>,
  { workspaceId, id, commentIds }: { workspaceId: string; id: string; commentIds: readonly string[] },
) {
  if (commentIds.length === 0) return [];
  const rows = (await listCommentRows(tx, workspaceId, id)).filter((row) => commentIds.includes(row.id));
  if (rows.length !== new Set(commentIds).size || rows.some((row) => row.sent_with_turn !== null))
    throw new ReeveError('conflict');
  return Promise.all(
    rows.map(async ({ path, side, line, sealed_text, id: commentId }) => ({
      path,
      side,
      line,
      text: await secrets.open(sealed_text, contentContext.comment(commentId)),
    })),
  );
}

/** What the container begins with: what the followed attempt had changed, and where it changed nothing, what that began with. */
async function startingDiffAfter(tx: Database, workspaceId: string, followed: AttemptRow): Promise<string | null> {
  if (followed.diff_blob !== null) return followed.diff_blob;
  const turns = await listTurnRows(tx, workspaceId, followed.task_id);
  return turns.find(({ number }) => number === followed.turn_number)?.starting_diff_blob ?? null;
}

async function placeOfTask(services: Services, by: TaskMember, task: TaskRow) {
  await requireCloud(services.db, by);
  if (task.environment_id === null) throw new ReeveError('not-found', { environmentId: null });
  const environment = await requireEnvironment(services.db, by, task.environment_id);
  if (task.repository_id === null) throw new ReeveError('not-found', { repositoryId: null });
  const why = `task ${task.id}`;
  await requireRepositoryAccess(services, { ...by, repositoryId: task.repository_id, need: 'read', why });
  return environment;
}

/** What may be asked only outside of a transaction, the git server among it, for whoever queues attempts of a task that exists. */
export async function requirePlaceOf(services: Services, by: TaskMember, id: string) {
  const task = await readTaskRow(services.db, by, id);
  if (!task) throw new ReeveError('not-found');
  return placeOfTask(services, by, task);
}

/**
 * Goes on with a task: one more turn, from what one attempt left.
 * @throws ReeveError not-found, attempt-not-found, task-running, task-limit, cloud-off, conflict, bad-input, and what requireRepositoryAccess throws
 */
export async function continueTask(services: Services, by: TaskMember, input: NewTurn): Promise<void> {
  const { db, secrets, clock } = services;
  const { workspaceId } = by;
  const environment = await requirePlaceOf(services, by, input.id);
  const write = async (tx: Database) => {
    await requireCloud(tx, by);
    const task = await lockTask(tx, by, input.id);
    if (!task) throw new ReeveError('not-found');
    refuseWithoutFiles(task);
    const followed = await followedAttempt(tx, workspaceId, input);
    const comments = await commentsFor(tx, services, { workspaceId, ...input });
    const number = task.last_turn + 1;
    const mode = input.mode ?? task.mode;
    const at = clock();
    const prompt = `${input.prompt}${wordComments(comments)}`;
    await insertTurn(tx, workspaceId, {
      taskId: task.id,
      number,
      sealedPrompt: await secrets.seal(prompt, contentContext.prompt(task.id, number)),
      mode,
      followsAttemptId: followed.id,
      startingDiffBlob: await startingDiffAfter(tx, workspaceId, followed),
      comments: comments.length,
      at,
    });
    if (comments.length > 0)
      await markSent(tx, { workspaceId, taskId: task.id, ids: input.commentIds, turnNumber: number });
    const placements = placesOf(input.attempts);
    const needs = needsOf(environment);
    const turn = { taskId: task.id, environmentId: environment.id, turnNumber: number };
    await queueAttempts(tx, by, { ...turn, placements, needs, at });
    await record(tx, by.actor, 'task.continued', {
      at,
      subject: subjectOf(task),
      turn: number,
      followsAttemptId: followed.id,
      mode,
      attempts: input.attempts,
      comments: comments.length,
    });
  };
  await db.transaction().execute(write).catch(refuseLostRace);
  tellOfQueued(workspaceId);
}
