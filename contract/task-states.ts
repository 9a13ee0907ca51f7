import { z } from 'zod';

/** Turn statuses of the wire (`codex cloud`). */
export const turnStatuses = ['pending', 'in_progress', 'completed', 'failed', 'cancelled'] as const;
export const TurnStatus = z.enum(turnStatuses);
export type TurnStatus = z.infer<typeof TurnStatus>;

/**
 * The states of an attempt, in order. Between `queued` and the end it is leased to one runner; a lease that ends without a result puts
 * it back, or ends it as `runner-lost`.
 */
export const attemptStates = [
  'queued',
  'preparing',
  'setting-up',
  'working',
  'finishing',
  'completed',
  'failed',
  'cancelled',
] as const;
export const AttemptState = z.enum(attemptStates);
export type AttemptState = z.infer<typeof AttemptState>;
export const isEnded = (state: AttemptState): boolean =>
  state === 'completed' || state === 'failed' || state === 'cancelled';

export const statusOfState = (state: AttemptState): TurnStatus => {
  if (state === 'queued') return 'pending';
  return state === 'completed' || state === 'failed' || state === 'cancelled' ? state : 'in_progress';
};

/** How an attempt ended. Each is shown with its sentence; `state` is what it leaves the attempt in. */
export const endings = {
  answered: { state: 'completed', sentence: 'Codex answered.' },
  changed: { state: 'completed', sentence: 'Codex changed files.' },
  'set-up': { state: 'completed', sentence: 'Set-up ran through.' },
  cancelled: { state: 'cancelled', sentence: 'It was cancelled.' },
  'time-limit': { state: 'failed', sentence: 'It took longer than the environment allows.' },
  'memory-limit': { state: 'failed', sentence: 'It needed more memory than the machine size has.' },
  'process-limit': { state: 'failed', sentence: 'It started more processes than the machine size allows.' },
  'disk-limit': { state: 'failed', sentence: 'It wrote more than the machine size allows.' },
  'output-limit': { state: 'failed', sentence: 'It printed, or changed, more than can be kept.' },
  'setup-failed': { state: 'failed', sentence: 'The set-up script failed; its log says where.' },
  'secret-left-behind': {
    state: 'failed',
    sentence: 'Set-up left a secret in a file, where the agent would see it. Delete the file at the end of the script.',
  },
  'repository-unavailable': { state: 'failed', sentence: 'The repository or the branch cannot be fetched.' },
  'image-unavailable': { state: 'failed', sentence: 'The image cannot be had or built on this runner.' },
  'patch-refused': { state: 'failed', sentence: 'The changes that the task begins with do not apply to the branch.' },
  'agent-failed': { state: 'failed', sentence: 'The Codex client ended with an error; the log has its words.' },
  'access-ended': { state: 'failed', sentence: 'The member may not use Codex cloud any more.' },
  'runner-lost': { state: 'failed', sentence: 'The runner was lost, and so was the next one that took it over.' },
  'no-runner': { state: 'failed', sentence: 'No runner fits this environment.' },
  internal: { state: 'failed', sentence: 'The runner failed; its log has the cause.' },
} as const satisfies Record<string, { state: AttemptState; sentence: string }>;
export type Ending = keyof typeof endings;
export const endingNames = Object.keys(endings) as [Ending, ...Ending[]];
export const Ending = z.enum(endingNames);

export const logKinds = [
  'phase',
  'output',
  'command',
  'command-output',
  'message',
  'reasoning',
  'plan',
  'file-change',
  'tool',
  'search',
  'error',
  'notice',
] as const;

/** One line of an attempt's log. Order is `seq`; nothing is ever changed. */
export const LogEntry = z.object({
  seq: z.number().int().min(1).max(1_000_000_000),
  at: z.iso.datetime(),
  kind: z.enum(logKinds),
  phase: z.enum(['prepare', 'setup', 'agent', 'finish']),
  /** What is shown; for `plan` JSON of `{text, done}[]`, for `file-change` JSON of `{path, kind}[]`. */
  text: z.string().max(32_768),
  /** Of a command: its number in the attempt, shared by the entries of its output. */
  item: z.string().max(100).nullable(),
  exitCode: z.int32().nullable(),
});
export type LogEntry = z.infer<typeof LogEntry>;

export const DiffStats = z.object({
  filesModified: z.number().int(),
  linesAdded: z.number().int(),
  linesRemoved: z.number().int(),
});
export type DiffStats = z.infer<typeof DiffStats>;
