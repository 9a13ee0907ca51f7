import { sayTime } from '#console/ui/figures.ts';
import type { Tone } from '#console/ui/StatusBadge.tsx';
import { type AttemptState, endings, isEnded } from '#contract/task-states.ts';
import type { TaskAttempt, TaskStatus, TaskSummary } from '#contract/tasks.ts';

interface Look {
  tone: Tone;
  word: string;
}

export const stateLooks: Record<AttemptState, Look> = {
  queued: { tone: 'quiet', word: 'Queued' },
  preparing: { tone: 'info', word: 'Preparing' },
  'setting-up': { tone: 'info', word: 'Setting up' },
  working: { tone: 'info', word: 'Working' },
  finishing: { tone: 'info', word: 'Finishing' },
  completed: { tone: 'ok', word: 'Done' },
  failed: { tone: 'bad', word: 'Failed' },
  cancelled: { tone: 'off', word: 'Cancelled' },
};

/** What the list says of a task: how far it is, and what became of its changes. */
export function taskLook({ state, status, pullRequest }: TaskSummary): Look {
  if (!isEnded(state)) return stateLooks[state];
  if (pullRequest?.state === 'merged') return { tone: 'ok', word: 'Merged' };
  if (status === 'applied') return { tone: 'ok', word: 'Applied' };
  return stateLooks[state];
}

export const statusNames: Record<TaskStatus, string> = {
  pending: 'Waiting or running',
  ready: 'Done, not applied',
  applied: 'Applied',
  error: 'Failed or cancelled',
};

export const sourceNames: Record<TaskSummary['source'], string> = {
  console: 'from the console',
  cli: 'from the Codex CLI',
  api: 'by the API',
  github: 'from GitHub',
  slack: 'from Slack',
  linear: 'from Linear',
  try: 'to try the environment',
};

export const modeNames: Record<TaskSummary['mode'], string> = { ask: 'Ask', code: 'Code' };

/** "Attempt 2" */
export const attemptName = ({ placement }: Pick<TaskAttempt, 'placement'>): string => `Attempt ${placement + 1}`;

/** Why it ended so, or what it waits for, in one sentence; null while it works and nothing is to be said. */
export function sayAttempt(attempt: TaskAttempt): string | null {
  const { sentence, queuePosition } = attempt;
  if (attempt.ending !== null) return sentence ?? endings[attempt.ending].sentence;
  if (attempt.state === 'queued') {
    const waits = sentence ?? 'It waits for a runner.';
    if (queuePosition === null) return waits;
    return `${waits} It is ${queuePosition <= 1 ? 'next' : `number ${queuePosition}`} in the queue.`;
  }
  if (sentence !== null) return sentence;
  return attempt.tries > 1 ? `A runner was lost. This is try ${attempt.tries}.` : null;
}

/** How long it ran, or runs by now; null before a runner took it. */
export function timeOf({ startedAt, finishedAt }: TaskAttempt, now: Date): string | null {
  if (startedAt === null) return null;
  const end = finishedAt === null ? now.getTime() : new Date(finishedAt).getTime();
  return sayTime(end - new Date(startedAt).getTime());
}
