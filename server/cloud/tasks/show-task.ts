import { isEnded } from '#contract/task-states.ts';
import type { DiffComment, PullRequest, Task, TaskSummary, TaskTurn } from '#contract/tasks.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { type AttemptRow, listAttemptRows } from './attempt-queries.ts';
import { furthestOf, newestOfEachPlace } from './attempt-rows.ts';
import { attemptsOf, statsOf } from './attempt-views.ts';
import { type CommentRow, listCommentRows } from './comment-queries.ts';
import { listPullRequestRows, type PullRequestRow, pullRequestOf } from './pull-request-queries.ts';
import { listTurnRows, readTaskRow, type TaskRow } from './queries.ts';
import { refreshPullRequests } from './refresh-pull-requests.ts';
import { contentContext } from './task-content.ts';
import type { TaskMember } from './task-member.ts';
import { followUpRefusal, publishRefusal } from './what-is-refused.ts';
import { withoutComments } from './word-comments.ts';

/** The one that counts: the newest that is not closed, else the newest. */
const shownPullRequest = (rows: readonly PullRequestRow[]): PullRequestRow | undefined =>
  rows.findLast(({ state }) => state !== 'closed') ?? rows.at(-1);

function statusOf(state: TaskSummary['state'], pull: PullRequest | null): TaskSummary['status'] {
  if (!isEnded(state)) return 'pending';
  if (pull !== null && pull.state !== 'closed') return 'applied';
  return state === 'completed' ? 'ready' : 'error';
}

const latest = (dates: readonly (Date | null)[]): Date =>
  new Date(Math.max(...dates.map((date) => date?.getTime() ?? 0)));

/** `newest` are the attempts of its newest turn, as they stand in their places. */
export async function summaryOf(
  { secrets }: Pick<Services, 'secrets'>,
  task: TaskRow,
  { newest, pulls }: { newest: readonly AttemptRow[]; pulls: readonly PullRequestRow[] },
): Promise<TaskSummary> {
  const furthest = furthestOf(newest);
  const state = furthest?.state ?? 'queued';
  const pull = shownPullRequest(pulls);
  const pullRequest = pull ? pullRequestOf(pull) : null;
  const endedAt = latest(newest.map((attempt) => attempt.finished_at));
  return {
    id: task.id,
    title: await secrets.open(task.sealed_title, contentContext.title(task.id)),
    mode: task.mode,
    environmentId: task.environment_id,
    environmentLabel: task.environment_label,
    repository: task.repository,
    branch: task.branch,
    status: statusOf(state, pullRequest),
    state,
    source: task.source,
    stats: furthest ? statsOf(furthest) : null,
    attempts: newest.length,
    pullRequest,
    isArchived: task.archived_at !== null,
    isUnread: endedAt > (task.read_at ?? new Date(0)),
    createdAt: task.created_at.toISOString(),
    updatedAt: latest([task.updated_at, endedAt, ...newest.map((attempt) => attempt.claimed_at)]).toISOString(),
  };
}

export const commentsOf = (
  { secrets }: Pick<Services, 'secrets'>,
  rows: readonly CommentRow[],
): Promise<DiffComment[]> =>
  Promise.all(
    rows.map(async (row) => ({
      id: row.id,
      attemptId: row.attempt_id,
      path: row.path,
      side: row.side,
      line: row.line,
      text: await secrets.open(row.sealed_text, contentContext.comment(row.id)),
      sentWithTurn: row.sent_with_turn,
      createdAt: row.created_at.toISOString(),
    })),
  );

async function turnsOf(
  services: Pick<Services, 'db' | 'secrets'>,
  { workspaceId, taskId }: { workspaceId: string; taskId: string },
  { attempts, comments }: { attempts: readonly AttemptRow[]; comments: readonly DiffComment[] },
): Promise<TaskTurn[]> {
  const rows = await listTurnRows(services.db, workspaceId, taskId);
  const shown = await attemptsOf(services, workspaceId, attempts);
  return Promise.all(
    rows.map(async (turn) => {
      const prompt = await services.secrets.open(turn.sealed_prompt, contentContext.prompt(taskId, turn.number));
      const sent = comments.filter(({ sentWithTurn }) => sentWithTurn === turn.number);
      return {
        number: turn.number,
        prompt: withoutComments(prompt, sent),
        comments: turn.comments,
        createdAt: turn.created_at.toISOString(),
        attempts: shown.filter(({ turnNumber }) => turnNumber === turn.number),
      };
    }),
  );
}

/**
 * A task of the member's own with everything but logs and diffs. What became of its pull requests is asked of the git server when that
 * was last done more than a minute ago.
 * @throws ReeveError not-found
 */
export async function readTask(services: Services, by: TaskMember, id: string): Promise<Task> {
  const { db } = services;
  const task = await readTaskRow(db, by, id);
  if (!task) throw new ReeveError('not-found');
  await refreshPullRequests(services, by, id);
  const attempts = newestOfEachPlace(await listAttemptRows(db, by.workspaceId, id));
  const newest = attempts.filter(({ turn_number }) => turn_number === task.last_turn);
  const pulls = await listPullRequestRows(db, by.workspaceId, [id]);
  const comments = await commentsOf(services, await listCommentRows(db, by.workspaceId, id));
  const mayNotPublishBecause = await publishRefusal(services, by, { task, attempts });
  return {
    ...(await summaryOf(services, task, { newest, pulls })),
    turns: await turnsOf(services, { workspaceId: by.workspaceId, taskId: id }, { attempts, comments }),
    pullRequests: pulls.map(pullRequestOf),
    comments,
    mayPublish: mayNotPublishBecause === null,
    mayNotPublishBecause,
    followUpRefusedBecause: await followUpRefusal(services, by, { task, attempts }),
  };
}
