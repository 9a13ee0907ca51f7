import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { endpoint, readsOnly } from './endpoint.ts';
import { KeptRequest, requestCounts } from './internet-access.ts';
import { pageInput, pageOf } from './paging.ts';
import { TaskLimits } from './task-limits.ts';
import { AttemptState, DiffStats, Ending, LogEntry } from './task-states.ts';

const tag = 'Tasks';
const Id = z.string().min(1).max(100);
const At = z.iso.datetime();
const Prompt = z.string().trim().min(1).max(100_000);
export const Branch = z
  .string()
  .trim()
  .min(1)
  .max(250)
  // What git check-ref-format refuses, and what git would take for an option.
  .regex(/^(?![-/])(?!.*(?:\.\.|\/\/|\.lock$|\/$|@\{))[^\s\p{Cc}~^:?*[\\]+$/u, 'Is no name of a branch.');

export const PullRequest = z.object({
  id: Id,
  number: z.number().int().nullable().describe('Null where the git server has no pull requests: a branch was pushed.'),
  url: z.string(),
  branch: z.string(),
  state: z.enum(['open', 'closed', 'merged']),
  headSha: z.string(),
  attemptId: Id,
  createdAt: At,
  updatedAt: At,
});
export type PullRequest = z.infer<typeof PullRequest>;

export const TaskAttempt = z.object({
  id: Id,
  turnNumber: z.number().int(),
  placement: z.number().int().describe('0 to 3: its place among the attempts of the turn.'),
  state: AttemptState,
  ending: Ending.nullable(),
  sentence: z.string().nullable().describe('Why it ended so, or what it waits for.'),
  answer: z.string().nullable(),
  stats: DiffStats.nullable(),
  hasDiff: z.boolean(),
  baseCommit: z.string().nullable(),
  isFromCache: z.boolean().nullable(),
  runnerName: z.string().nullable(),
  driver: z.string().nullable(),
  queuePosition: z.number().int().nullable(),
  tries: z.number().int().describe('How often a runner has taken it; more than 1 after a runner was lost.'),
  queuedAt: At,
  startedAt: At.nullable(),
  finishedAt: At.nullable(),
});
export type TaskAttempt = z.infer<typeof TaskAttempt>;

export const TaskTurn = z.object({
  number: z.number().int().min(1),
  prompt: z.string(),
  comments: z.number().int().describe('Comments on the diff that went with it.'),
  createdAt: At,
  attempts: z.array(TaskAttempt),
});
export type TaskTurn = z.infer<typeof TaskTurn>;

/** pending: waits or runs. ready: ended well, nothing published. applied: with a pull request that is not closed. error: failed or cancelled. */
export const taskStatuses = ['pending', 'ready', 'applied', 'error'] as const;
export const TaskStatus = z.enum(taskStatuses);
export type TaskStatus = z.infer<typeof TaskStatus>;

export const TaskSummary = z.object({
  id: Id,
  title: z.string(),
  mode: z.enum(['ask', 'code']),
  environmentId: z.string().nullable(),
  environmentLabel: z.string(),
  repository: z.string(),
  branch: z.string(),
  status: TaskStatus,
  state: AttemptState.describe('Of the newest turn: the one furthest ahead.'),
  source: z.enum(['console', 'cli', 'api', 'github', 'slack', 'linear', 'try']),
  stats: DiffStats.nullable(),
  attempts: z.number().int(),
  pullRequest: PullRequest.nullable(),
  isArchived: z.boolean(),
  isUnread: z.boolean(),
  createdAt: At,
  updatedAt: At,
});
export type TaskSummary = z.infer<typeof TaskSummary>;

export const DiffComment = z.object({
  id: Id,
  attemptId: Id,
  path: z.string().max(1000),
  side: z.enum(['old', 'new']),
  line: z.number().int().min(1),
  text: z.string().trim().min(1).max(4000),
  sentWithTurn: z.number().int().nullable(),
  createdAt: At,
});
export type DiffComment = z.infer<typeof DiffComment>;

export const Task = TaskSummary.extend({
  turns: z.array(TaskTurn),
  pullRequests: z.array(PullRequest),
  comments: z.array(DiffComment),
  mayPublish: z.boolean(),
  mayNotPublishBecause: z.string().nullable(),
  followUpRefusedBecause: z.string().nullable(),
});
export type Task = z.infer<typeof Task>;

const uses = { tag, allow: 'codex-cloud.use' } as const;
const AttemptInput = z.object({ id: Id, attemptId: Id });

/** A member sees their own tasks. What a task says is content: Codex admins do not see it. */
export const tasks = {
  list: endpoint({ method: 'GET', path: '/tasks', summary: 'One’s tasks, newest first', ...uses, audit: readsOnly })
    .input(
      z.object({
        ...pageInput,
        show: z.enum(['current', 'archived', 'all']).default('current'),
        environmentId: Id.optional(),
        status: TaskStatus.optional(),
        search: z.string().max(200).optional(),
      }),
    )
    .output(pageOf(TaskSummary).extend({ limits: TaskLimits })),
  get: endpoint({
    method: 'GET',
    path: '/tasks/{id}',
    summary: 'A task with its turns and attempts',
    ...uses,
    audit: readsOnly,
  })
    .input(z.object({ id: Id }))
    .output(Task),
  create: endpoint({
    method: 'POST',
    path: '/tasks',
    summary: 'Give Codex a task',
    ...uses,
    audit: 'task.created',
    maxBodyBytes: 16 * 1024 * 1024,
  })
    .input(
      z.object({
        environmentId: Id,
        repositoryId: Id.optional().describe('The environment’s first one when left out.'),
        branch: Branch.optional().describe('The default branch when left out.'),
        mode: z.enum(['ask', 'code']),
        prompt: Prompt,
        attempts: z.number().int().min(1).max(4).default(1),
        startingDiff: z.string().max(5_000_000).optional().describe('A git diff, applied before the agent begins.'),
      }),
    )
    .output(Task),
  followUp: endpoint({
    method: 'POST',
    path: '/tasks/{id}/turns',
    summary: 'Go on with a task',
    ...uses,
    audit: 'task.continued',
  })
    .input(
      z.object({
        id: Id,
        attemptId: Id.describe('The attempt to go on from.'),
        prompt: Prompt,
        mode: z.enum(['ask', 'code']).optional(),
        attempts: z.number().int().min(1).max(4).default(1),
        commentIds: z.array(Id).max(200).default([]).describe('Comments on the diff that go along.'),
      }),
    )
    .output(Task),
  cancel: endpoint({
    method: 'POST',
    path: '/tasks/{id}/cancel',
    summary: 'Stop what runs and what waits',
    ...uses,
    audit: 'task.cancelled',
  })
    .input(z.object({ id: Id, attemptId: Id.optional().describe('This one only.') }))
    .output(Task),
  retry: endpoint({
    method: 'POST',
    path: '/tasks/{id}/retry',
    summary: 'Run the attempts that failed again',
    ...uses,
    audit: 'task.retried',
  })
    .input(z.object({ id: Id }))
    .output(Task),
  archive: endpoint({
    method: 'PUT',
    path: '/tasks/{id}/archived',
    summary: 'Archive, or bring back',
    ...uses,
    audit: 'task.archived',
  })
    .input(z.object({ id: Id, isArchived: z.boolean() }))
    .output(z.object({})),
  markRead: endpoint({
    method: 'POST',
    path: '/tasks/{id}/read',
    summary: 'Seen',
    ...uses,
    audit: { none: 'a preference of the member' },
  })
    .input(z.object({ id: Id }))
    .output(z.object({})),
  attemptLog: endpoint({
    method: 'GET',
    path: '/attempts/{attemptId}/log',
    summary: 'A page of an attempt’s log',
    ...uses,
    audit: readsOnly,
  })
    .input(
      z.object({
        attemptId: Id,
        after: z.coerce.number().int().min(0).default(0),
        limit: z.coerce.number().int().min(1).max(2000).default(500),
      }),
    )
    .output(z.object({ items: z.array(LogEntry), state: AttemptState, isComplete: z.boolean() })),
  watch: endpoint({
    method: 'GET',
    path: '/attempts/{attemptId}/events',
    summary: 'The log as it grows (server-sent events); a member has at most 20 of these open, more are 429',
    ...uses,
    audit: readsOnly,
  })
    .input(z.object({ attemptId: Id, after: z.coerce.number().int().min(0).default(0) }))
    .output(
      eventIterator(
        z.discriminatedUnion('kind', [
          z.object({ kind: z.literal('log'), entries: z.array(LogEntry) }),
          z.object({ kind: z.literal('state'), attempt: TaskAttempt }),
          z.object({ kind: z.literal('diff'), stats: DiffStats }),
          z.object({ kind: z.literal('end') }),
        ]),
      ),
    ),
  diff: endpoint({
    method: 'GET',
    path: '/tasks/{id}/attempts/{attemptId}/diff',
    summary: 'What an attempt changed, as a git diff',
    ...uses,
    audit: readsOnly,
  })
    .input(AttemptInput)
    .output(z.object({ diff: z.string(), stats: DiffStats, isFinal: z.boolean() })),
  egress: endpoint({
    method: 'GET',
    path: '/attempts/{attemptId}/egress',
    summary: 'What left the container, or was kept in',
    ...uses,
    audit: readsOnly,
  })
    .input(z.object({ attemptId: Id, ...pageInput, only: z.enum(['all', 'refused']).default('all') }))
    .output(pageOf(KeptRequest).extend(requestCounts.shape)),
  comment: endpoint({
    method: 'POST',
    path: '/tasks/{id}/comments',
    summary: 'Comment on a line of a diff, for the next turn; a task has at most 1,000',
    ...uses,
    audit: { none: 'a draft of the member; it is recorded with the turn it goes with' },
  })
    .input(DiffComment.pick({ attemptId: true, path: true, side: true, line: true, text: true }).extend({ id: Id }))
    .output(DiffComment),
  removeComment: endpoint({
    method: 'DELETE',
    path: '/tasks/{id}/comments/{commentId}',
    summary: 'Take back a comment that was not sent',
    ...uses,
    audit: { none: 'a draft of the member' },
  })
    .input(z.object({ id: Id, commentId: Id }))
    .output(z.object({})),
  publish: endpoint({
    method: 'POST',
    path: '/tasks/{id}/pull-requests',
    summary: 'Open a pull request, or bring it up to date',
    ...uses,
    audit: 'task.published',
  })
    .input(
      AttemptInput.extend({
        title: z.string().trim().min(1).max(250).optional(),
        body: z.string().max(60_000).optional(),
        branch: Branch.optional().describe('A new one named after the task when left out.'),
        isDraft: z.boolean().default(false),
      }),
    )
    .output(PullRequest),
};
