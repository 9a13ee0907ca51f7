import { isEnded, statusOfState } from '#contract/task-states.ts';
import type { PullRequest, Task, TaskAttempt, TaskSummary, TaskTurn } from '#contract/tasks.ts';
import { seconds } from './wire.ts';

/**
 * What `codex cloud list` reads of a task. `siblings` are the other attempts of its newest turn. Pull requests are left out: to the client
 * a task with some is a code review.
 */
export function listItemOf(task: TaskSummary, { turnId, siblings }: { turnId: string | null; siblings: string[] }) {
  return {
    id: task.id,
    title: task.title,
    has_generated_title: true,
    created_at: seconds(task.createdAt),
    updated_at: seconds(task.updatedAt),
    archived: task.isArchived,
    has_unread_turn: task.isUnread,
    pull_requests: [],
    task_status_display: {
      environment_label: task.environmentLabel,
      branch_name: task.branch,
      state: task.status,
      latest_turn_status_display: {
        turn_id: turnId,
        turn_status: statusOfState(task.state),
        sibling_turn_ids: siblings,
        created_at: seconds(task.createdAt),
        updated_at: seconds(task.updatedAt),
        ...(task.stats && {
          diff_stats: {
            files_modified: task.stats.filesModified,
            lines_added: task.stats.linesAdded,
            lines_removed: task.stats.linesRemoved,
          },
        }),
      },
    },
  };
}

const textOf = (text: string) => ({ content_type: 'text', text });

/** `codex cloud` takes the first kind of output, `codex apply` knows the second alone. */
export const diffItems = (diff: string) =>
  diff.trim() === ''
    ? []
    : [
        { type: 'output_diff', diff },
        { type: 'pr', output_diff: { diff } },
      ];

const said = (attempt: TaskAttempt) =>
  attempt.answer === null ? [] : [{ type: 'message', role: 'assistant', content: [textOf(attempt.answer)] }];

/** An attempt is a turn of the assistant. */
export function assistantTurnOf(attempt: TaskAttempt, { siblings, diff }: { siblings: string[]; diff: string }) {
  const isFailed = isEnded(attempt.state) && attempt.state !== 'completed';
  return {
    id: attempt.id,
    attempt_placement: attempt.placement,
    turn_status: statusOfState(attempt.state),
    sibling_turn_ids: siblings,
    created_at: seconds(attempt.queuedAt),
    output_items: [...said(attempt), ...diffItems(diff)],
    worklog: { messages: [] },
    ...(isFailed && { error: { code: attempt.ending ?? attempt.state, message: attempt.sentence ?? '' } }),
  };
}

export const userTurnOf = (task: Task, turn: TaskTurn) => ({
  id: `${task.id}.${turn.number}`,
  created_at: seconds(turn.createdAt),
  turn_status: 'completed',
  input_items: [{ type: 'message', role: 'user', content: [textOf(turn.prompt)] }],
});

export const externalPullRequestOf = (pull: PullRequest) => ({
  id: pull.id,
  assistant_turn_id: pull.attemptId,
  codex_updated_sha: pull.headSha,
  pull_request: {
    number: pull.number ?? 0,
    url: pull.url,
    state: pull.state === 'open' ? 'open' : 'closed',
    merged: pull.state === 'merged',
    mergeable: pull.state === 'open',
    head: pull.branch,
    head_sha: pull.headSha,
  },
});
