import type { Database } from '#server/db/open-database.ts';
import { inPages, type PersonRow, type PersonRows } from '#server/db/person-rows.ts';
import type { Services } from '#server/services.ts';
import { listAttemptRows } from './attempt-queries.ts';
import { statsOf } from './attempt-views.ts';
import { listCommentRows } from './comment-queries.ts';
import { listTaskRows } from './list-queries.ts';
import { listTurnRows, type Owner, type TaskRow } from './queries.ts';
import { contentContext, openOrNull } from './task-content.ts';

type Seals = Pick<Services, 'secrets'>;

async function turnsOf(db: Database, { secrets }: Seals, owner: Owner, taskId: string) {
  const rows = await listTurnRows(db, owner.workspaceId, taskId);
  return Promise.all(
    rows.map(async ({ number, mode, created_at, sealed_prompt }) => ({
      number,
      mode,
      created_at,
      prompt: await secrets.open(sealed_prompt, contentContext.prompt(taskId, number)),
    })),
  );
}

async function attemptsOf(db: Database, { secrets }: Seals, owner: Owner, taskId: string) {
  const rows = await listAttemptRows(db, owner.workspaceId, taskId);
  return Promise.all(
    rows.map(async (row) => ({
      id: row.id,
      turn: row.turn_number,
      placement: row.placement,
      state: row.state,
      ending: row.ending,
      queued_at: row.queued_at,
      finished_at: row.finished_at,
      changed: statsOf(row),
      answer: await openOrNull(secrets, row.sealed_answer, contentContext.answer(row.id)),
    })),
  );
}

async function commentsOf(db: Database, { secrets }: Seals, owner: Owner, taskId: string) {
  const rows = await listCommentRows(db, owner.workspaceId, taskId);
  return Promise.all(
    rows.map(async ({ id, path, side, line, created_at, sealed_text }) => ({
      path,
      side,
      line,
      created_at,
      text: await secrets.open(sealed_text, contentContext.comment(id)),
    })),
  );
}

async function rowOf(db: Database, seals: Seals, owner: Owner, task: TaskRow): Promise<PersonRow> {
  const { id, sealed_title, environment_label, repository, branch, source, created_at, archived_at } = task;
  return {
    id,
    title: await seals.secrets.open(sealed_title, contentContext.title(id)),
    environment: environment_label,
    repository,
    branch,
    source,
    created_at,
    archived_at,
    turns: await turnsOf(db, seals, owner, id),
    attempts: await attemptsOf(db, seals, owner, id),
    comments: await commentsOf(db, seals, owner, id),
  };
}

/** What a person gave Codex to do, and what it answered. Logs and diffs are the repository's matter, and stay. */
export const tasksOfPerson = (seals: Seals): PersonRows => ({
  kind: 'tasks',
  async *read(db, owner) {
    const tasks = inPages<TaskRow>((last, limit) =>
      listTaskRows(db, owner, { show: 'all', after: last && { at: last.created_at, id: last.id }, limit }),
    );
    for await (const task of tasks) yield rowOf(db, seals, owner, task);
  },
});
