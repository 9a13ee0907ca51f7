import type { Tone } from '#console/ui/StatusBadge.tsx';
import { type AttemptState, endings, isEnded } from '#contract/task-states.ts';
import type { TaskAttempt, TaskSummary } from '#contract/tasks.ts';

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
  if (attempt.sentence !== null) return attempt.sentence;
  if (attempt.ending !== null) return endings[attempt.ending].sentence;
  if (attempt.state === 'queued') {
    if (attempt.queuePosition === null) return 'Waits for a runner.';
    return attempt.queuePosition <= 1
      ? 'It is next in the queue.'
      : `It is number ${attempt.queuePosition} in the queue.`;
  }
  return attempt.tries > 1 ? `A runner was lost. This is try ${attempt.tries}.` : null;
}

/** "4 s", "2 min 13 s", "1 h 5 min": whole seconds, as a running clock shows them. */
export function sayTime(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** How long it ran, or runs by now; null before a runner took it. */
export function timeOf({ startedAt, finishedAt }: TaskAttempt, now: Date): string | null {
  if (startedAt === null) return null;
  const end = finishedAt === null ? now.getTime() : new Date(finishedAt).getTime();
  return sayTime(end - new Date(startedAt).getTime());
}
