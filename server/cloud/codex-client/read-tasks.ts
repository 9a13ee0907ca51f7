import type { Task, TaskAttempt } from '#contract/tasks.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { listNewestAttempts } from '../tasks/attempt-queries.ts';
import { furthestOf, newestOfEachPlace } from '../tasks/attempt-rows.ts';
import { listTasks } from '../tasks/list-tasks.ts';
import { readDiff } from '../tasks/read-attempt.ts';
import { readTask } from '../tasks/show-task.ts';
import type { TaskMember } from '../tasks/task-member.ts';
import { assistantTurnOf, diffItems, externalPullRequestOf, listItemOf, userTurnOf } from './wire-tasks.ts';

const others = (ids: readonly string[], id: string | undefined): string[] => ids.filter((other) => other !== id);

export interface ListQuery {
  limit: number;
  cursor?: string | undefined;
  filter: 'current' | 'archived' | 'all';
  environmentId?: string | undefined;
}

/** `GET …/tasks/list` */
export async function listForClient(services: Services, by: TaskMember, query: ListQuery) {
  const { limit, cursor, filter: show, environmentId } = query;
  const { items, nextCursor } = await listTasks(services, by, { limit, cursor, show, environmentId });
  const ids = items.map(({ id }) => id);
  const attempts = Map.groupBy(
    await listNewestAttempts(services.db, by.workspaceId, ids),
    ({ task_id: taskId }) => taskId,
  );
  return {
    items: items.map((task) => {
      const newest = newestOfEachPlace(attempts.get(task.id) ?? []);
      const shown = furthestOf(newest)?.id;
      const siblings = others(
        newest.map(({ id }) => id),
        shown,
      );
      return listItemOf(task, { turnId: shown ?? null, siblings });
    }),
    cursor: nextCursor,
  };
}

/** The one that stands for the newest turn, and all of that turn. */
function newestOf(task: Task): { shown: TaskAttempt; all: TaskAttempt[] } {
  const all = task.turns.at(-1)?.attempts ?? [];
  const ranked = all.map(({ state, placement, turnNumber, id }) => ({ state, placement, turn_number: turnNumber, id }));
  const shown = all.find(({ id }) => id === furthestOf(ranked)?.id);
  if (!shown) throw new ReeveError('not-found');
  return { shown, all };
}

async function diffOf(services: Services, by: TaskMember, task: Task, attempt: TaskAttempt): Promise<string> {
  return attempt.hasDiff ? (await readDiff(services, by, { id: task.id, attemptId: attempt.id })).diff : '';
}

/** `GET …/tasks/{id}` @throws ReeveError not-found */
export async function taskForClient(services: Services, by: TaskMember, id: string) {
  const task = await readTask(services, by, id);
  const { shown, all } = newestOf(task);
  const diff = await diffOf(services, by, task, shown);
  const siblings = others(
    all.map((attempt) => attempt.id),
    shown.id,
  );
  const turn = task.turns.at(-1);
  return {
    task: {
      ...listItemOf(task, { turnId: shown.id, siblings }),
      current_turn_id: shown.id,
      environment_id: task.environmentId,
      external_pull_requests: task.pullRequests.map(externalPullRequestOf),
    },
    current_user_turn: turn ? userTurnOf(task, turn) : null,
    current_assistant_turn: assistantTurnOf(shown, { siblings, diff }),
    current_diff_task_turn:
      diff.trim() === '' ? null : { id: shown.id, turn_status: 'completed', output_items: diffItems(diff) },
  };
}

/** `GET …/tasks/{id}/turns/{turnId}/sibling_turns` @throws ReeveError not-found, attempt-not-found */
export async function siblingsForClient(
  services: Services,
  by: TaskMember,
  { id, turnId }: { id: string; turnId: string },
) {
  const task = await readTask(services, by, id);
  const turn = task.turns.find(({ attempts }) => attempts.some((attempt) => attempt.id === turnId));
  if (!turn) throw new ReeveError('attempt-not-found');
  const ids = turn.attempts.map((attempt) => attempt.id);
  const siblings = turn.attempts.filter((attempt) => attempt.id !== turnId);
  return {
    sibling_turns: await Promise.all(
      siblings.map(async (attempt) =>
        assistantTurnOf(attempt, {
          siblings: others(ids, attempt.id),
          diff: await diffOf(services, by, task, attempt),
        }),
      ),
    ),
  };
}
