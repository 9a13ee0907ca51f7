import { isEnded } from '#contract/task-states.ts';
import type { PullRequest } from '#contract/tasks.ts';
import { record } from '#server/audit/index.ts';
import { type Published, publishDiff, requireRepositoryAccess } from '#server/connectors/index.ts';
import { newId } from '#server/crypto/ids.ts';
import type { Database } from '#server/db/open-database.ts';
import { isReeveError, ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { type AttemptRow, listAttemptRows } from './attempt-queries.ts';
import {
  insertPullRequest,
  listPullRequestRows,
  type PullRequestRow,
  pullRequestOf,
  updatePushed,
} from './pull-request-queries.ts';
import { bodyOf, branchNameOf, commitMessageOf, taskUrl } from './pull-request-words.ts';
import {
  claimPublishing,
  extendPublishing,
  freePublishing,
  lockTask,
  readTaskRow,
  type TaskRow,
  touchTask,
} from './queries.ts';
import { readDiffBlob } from './read-attempt.ts';
import { contentContext, openOrNull } from './task-content.ts';
import { requireCloud, requireCloudStill, type TaskMember } from './task-member.ts';
import { subjectOf } from './task-subject.ts';
import { refuseWithoutFiles } from './what-is-refused.ts';

export interface PublishInput {
  id: string;
  attemptId: string;
  title?: string | undefined;
  body?: string | undefined;
  branch?: string | undefined;
  isDraft: boolean;
}

interface Publishing {
  task: TaskRow;
  attempt: AttemptRow;
  repositoryId: string;
  diff: string;
  baseCommit: string;
  /** The one that is brought up to date. */
  existing: PullRequestRow | null;
}

/** Who dies while pushing keeps the others out for so long at most; who lives says so. */
const publishingMs = 30_000;
const renewMs = 10_000;

interface PublishingHold extends AsyncDisposable {
  /** @throws ReeveError conflict when it is another's by now */
  requireHeld(): Promise<void>;
}

/**
 * Keeps everybody else from publishing this task until it is closed.
 * @throws ReeveError conflict while somebody else publishes it
 */
async function holdPublishing(
  { db, clock, log }: Pick<Services, 'db' | 'clock' | 'log'>,
  { workspaceId, id }: { workspaceId: string; id: string },
): Promise<PublishingHold> {
  const now = clock();
  const later = (from: Date) => new Date(from.getTime() + publishingMs);
  let until = later(now);
  if (!(await claimPublishing(db, { workspaceId, id, now, until }))) throw new ReeveError('conflict');
  let renewing: Promise<unknown> = Promise.resolve();
  const renew = async () => {
    const next = later(clock());
    const isHeld = await extendPublishing(db, { workspaceId, id, until, next });
    if (isHeld) until = next;
    return isHeld;
  };
  /** One after another: each has to know until when the one before said. */
  const renewInTurn = () => {
    const mine = renewing.then(renew);
    renewing = mine.catch((error: unknown) => log.warn({ err: error }, 'publishing: not renewed'));
    return mine;
  };
  const timer = setInterval(() => void renewInTurn().catch(() => undefined), renewMs);
  return {
    requireHeld: async () => {
      if (!(await renewInTurn())) throw new ReeveError('conflict');
    },
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer);
      await renewing;
      await freePublishing(db, { workspaceId, id, until });
    },
  };
}

async function prepare(services: Services, by: TaskMember, input: PublishInput): Promise<Publishing> {
  const { db } = services;
  await requireCloud(db, by);
  const task = await readTaskRow(db, by, input.id);
  if (!task) throw new ReeveError('not-found');
  const attempt = (await listAttemptRows(db, by.workspaceId, task.id)).find(({ id }) => id === input.attemptId);
  if (!attempt) throw new ReeveError('attempt-not-found');
  if (!isEnded(attempt.state)) throw new ReeveError('task-running');
  refuseWithoutFiles(task);
  const diff = await readDiffBlob(services, attempt.diff_blob);
  if (diff.trim() === '' || attempt.base_commit === null) throw new ReeveError('task-has-no-diff');
  const { repository_id: repositoryId } = task;
  if (repositoryId === null) throw new ReeveError('not-found', { repositoryId });
  await requireRepositoryAccess(services, { ...by, repositoryId, need: 'write', why: `task ${task.id}` });
  const pulls = await listPullRequestRows(db, by.workspaceId, [task.id]);
  const isWanted = (pull: PullRequestRow) =>
    pull.state === 'open' && (input.branch === undefined || pull.branch === input.branch);
  const existing = pulls.findLast(isWanted) ?? null;
  return { task, attempt, repositoryId, diff, baseCommit: attempt.base_commit, existing };
}

async function push(
  services: Services,
  by: TaskMember,
  {
    publishing,
    input,
    pullCount,
    held,
  }: { publishing: Publishing; input: PublishInput; pullCount: number; held: PublishingHold },
): Promise<Published> {
  const { secrets, origin } = services;
  const { task, attempt, repositoryId, diff, baseCommit, existing } = publishing;
  const title = input.title ?? (await secrets.open(task.sealed_title, contentContext.title(task.id)));
  const url = taskUrl(origin, task.id);
  const answer = await openOrNull(secrets, attempt.sealed_answer, contentContext.answer(attempt.id));
  // One that was closed keeps its branch.
  const fresh = `${branchNameOf(title, task.id)}${pullCount === 0 ? '' : `-${pullCount + 1}`}`;
  return publishDiff(services, {
    workspaceId: by.workspaceId,
    memberId: by.memberId,
    repositoryId,
    base: { branch: task.branch, commit: baseCommit },
    diff,
    branch: existing?.branch ?? input.branch ?? fresh,
    message: commitMessageOf({ title, url }),
    title,
    body: input.body ?? bodyOf({ answer, url }),
    isDraft: input.isDraft,
    // What was written there since stays, unless new words came along.
    replacesWords: input.title !== undefined || input.body !== undefined,
    existing: existing && { number: existing.number, branch: existing.branch },
    // Fetching and applying took a while: it may have been turned off, taken from the member or deleted; and another process may publish.
    mayPush: async () => {
      await requireCloudStill(services.db, by);
      if (!(await readTaskRow(services.db, by, task.id))) throw new ReeveError('not-found');
      await held.requireHeld();
    },
  });
}

function rowOf(publishing: Publishing, pushed: Published, at: Date): PullRequestRow {
  const { task, attempt, repositoryId, existing } = publishing;
  return {
    id: existing?.id ?? newId('pr'),
    task_id: task.id,
    attempt_id: attempt.id,
    repository_id: repositoryId,
    number: pushed.number,
    url: pushed.url,
    branch: pushed.branch,
    base: task.branch,
    state: pushed.state,
    head_sha: pushed.headSha,
    created_at: existing?.created_at ?? at,
    updated_at: at,
    checked_at: at,
  };
}

/** What was pushed is told in the log whatever became of the task meanwhile. @throws ReeveError not-found when it was deleted */
async function store(services: Services, by: TaskMember, publishing: Publishing, pushed: Published) {
  const { db, clock } = services;
  const at = clock();
  const row = rowOf(publishing, pushed, at);
  const { task, existing } = publishing;
  const write = async (tx: Database) => {
    const isThere = (await lockTask(tx, by, task.id)) !== undefined;
    if (existing) await updatePushed(tx, by.workspaceId, row);
    else if (isThere) await insertPullRequest(tx, by.workspaceId, row);
    await touchTask(tx, { workspaceId: by.workspaceId, id: task.id, at });
    await record(tx, by.actor, 'task.published', {
      at,
      subject: subjectOf(task),
      attemptId: row.attempt_id,
      number: row.number,
      url: row.url,
      branch: row.branch,
      headSha: row.head_sha,
      isNew: existing === null,
    });
    return isThere;
  };
  if (!(await db.transaction().execute(write))) throw new ReeveError('not-found');
  return pullRequestOf(row);
}

/** A refusal is told in the log too: somebody tried to get past a rule of the repository, or a rule is not what people think. */
async function recordRefusal({ db, clock }: Services, by: TaskMember, task: TaskRow, error: ReeveError) {
  await record(db, by.actor, 'task.publish-refused', {
    at: clock(),
    subject: subjectOf(task),
    code: error.code,
    details: error.details,
  });
}

const refusals: ReadonlySet<string> = new Set(['git-refused', 'repository-refused', 'repository-not-allowed']);

/**
 * Pushes what an attempt changed: a new pull request, or the open one of the task brought up to date. The member's own account must be
 * allowed to write, and the rules of the branch hold.
 * @throws ReeveError not-found, attempt-not-found, task-running, task-has-no-diff, cloud-off, conflict while somebody else publishes it, git-refused, and what requireRepositoryAccess throws
 */
export async function publishTask(services: Services, by: TaskMember, input: PublishInput): Promise<PullRequest> {
  const { db } = services;
  const { workspaceId } = by;
  const task = await readTaskRow(db, by, input.id);
  if (!task) throw new ReeveError('not-found');
  await using held = await holdPublishing(services, { workspaceId, id: task.id });
  try {
    const publishing = await prepare(services, by, input);
    const pullCount = (await listPullRequestRows(db, workspaceId, [task.id])).length;
    const pushed = await push(services, by, { publishing, input, pullCount, held });
    return await store(services, by, publishing, pushed);
  } catch (error) {
    if (isReeveError(error) && refusals.has(error.code)) await recordRefusal(services, by, task, error);
    throw error;
  }
}
