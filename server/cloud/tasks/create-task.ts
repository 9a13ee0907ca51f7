import type { TaskSummary } from '#contract/tasks.ts';
import { record } from '#server/audit/index.ts';
import { findRepository, requireRepositoryAccess } from '#server/connectors/index.ts';
import { newId } from '#server/crypto/ids.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { needsOf } from '../environments/describe-job.ts';
import { requireEnvironment } from '../environments/require-environment.ts';
import { insertTask, insertTurn } from './queries.ts';
import { placesOf, queueAttempts, tellOfQueued } from './queue-attempts.ts';
import { writeStartingDiff } from './starting-diff.ts';
import { contentContext } from './task-content.ts';
import { requireCloud, type TaskMember } from './task-member.ts';
import { subjectOf } from './task-subject.ts';
import { titleOf } from './title-of.ts';

export interface NewTask {
  environmentId: string;
  /** The environment's first one when left out. */
  repositoryId?: string | undefined;
  /** The repository's default branch when left out. */
  branch?: string | undefined;
  mode: 'ask' | 'code';
  prompt: string;
  /** 1 to 4. */
  attempts: number;
  startingDiff?: string | undefined;
  source: TaskSummary['source'];
}

/** What the environment, the repository and the member's own account allow. */
async function placeOf(services: Services, by: TaskMember, { environmentId, repositoryId }: NewTask) {
  const { db } = services;
  await requireCloud(db, by);
  const environment = await requireEnvironment(db, by, environmentId);
  const chosenId = repositoryId ?? environment.repositoryIds[0];
  if (chosenId === undefined || !environment.repositoryIds.includes(chosenId))
    throw new ReeveError('not-found', { repositoryId: chosenId ?? null });
  const why = `a task in ${environment.label}`;
  await requireRepositoryAccess(services, { ...by, repositoryId: chosenId, need: 'read', why });
  const repository = await findRepository(db, by.workspaceId, chosenId);
  if (!repository) throw new ReeveError('not-found', { repositoryId: chosenId });
  return { environment, repository };
}

/**
 * Gives Codex a task: its first turn, with one attempt or up to four side by side, all waiting for a runner.
 * @returns the id of the task
 * @throws ReeveError cloud-off, not-found, task-limit, bad-input, and what requireRepositoryAccess throws
 */
export async function createTask(services: Services, by: TaskMember, input: NewTask): Promise<string> {
  const { db, secrets, blobs, clock } = services;
  const { environment, repository } = await placeOf(services, by, input);
  const id = newId('task_e');
  const { mode, source, prompt } = input;
  const branch = input.branch ?? repository.defaultBranch;
  const sealedTitle = await secrets.seal(titleOf(prompt), contentContext.title(id));
  const sealedPrompt = await secrets.seal(prompt, contentContext.prompt(id, 1));
  const diff = await writeStartingDiff(services, { workspaceId: by.workspaceId, taskId: id }, input.startingDiff);
  const at = clock();
  const task = {
    id,
    environmentId: environment.id,
    environmentLabel: environment.label,
    repositoryId: repository.id,
    repository: repository.name,
    branch,
    mode,
    source,
  };
  await db.transaction().execute(async (tx) => {
    await requireCloud(tx, by);
    await insertTask(tx, by, { ...task, sealedTitle, at });
    if (diff) await blobs.keep(tx, diff, at);
    await insertTurn(tx, by.workspaceId, {
      taskId: id,
      number: 1,
      sealedPrompt,
      mode,
      followsAttemptId: null,
      startingDiffBlob: diff?.name ?? null,
      comments: 0,
      at,
    });
    const placements = placesOf(input.attempts);
    const needs = needsOf(environment);
    await queueAttempts(tx, by, { taskId: id, environmentId: environment.id, turnNumber: 1, placements, needs, at });
    await record(tx, by.actor, 'task.created', {
      at,
      subject: subjectOf(task),
      environmentId: environment.id,
      repositoryId: repository.id,
      branch,
      mode,
      source,
      attempts: input.attempts,
      hasStartingDiff: diff !== null,
    });
  });
  tellOfQueued(by.workspaceId);
  return id;
}
