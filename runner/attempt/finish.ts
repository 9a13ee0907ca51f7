import type { z } from 'zod';
import type { FinishRequest } from '#contract/runner-protocol.ts';
import { realFolder } from '../git/real-folder.ts';
import { GitFailed, type GitPlace } from '../git/run-git.ts';
import { DiffTooLarge, type Touched, takeDiff } from '../git/take-diff.ts';
import { untilAnswered } from '../reeve/call-reeve.ts';
import { AttemptEnded } from './attempt-ended.ts';
import type { Attempt } from './attempt-tools.ts';
import type { CodexReader } from './codex-events.ts';
import { packSession } from './session-tar.ts';

type Finish = z.infer<typeof FinishRequest>;

/** What the agent leaves, once its container is gone. */
export interface Left {
  place: GitPlace;
  base: string;
  touched: Touched;
  reader: CodexReader;
}

const pathOf = ({ job }: Attempt, what: string) => `/runner/v1/attempts/${job.attemptId}/${what}`;

/** More than the largest repository takes; what an agent left must not keep a runner for ever. */
const longestLookMs = 900_000;

/** An agent can make any number of them. */
const mostNamed = 20;

function noteLeftOut(report: Attempt['report'], names: readonly string[], why: string): void {
  for (const name of names.slice(0, mostNamed)) report.add({ kind: 'notice', text: `${name} ${why}` });
  const others = names.length - mostNamed;
  if (others > 0) report.add({ kind: 'notice', text: `${others} more of this kind: each ${why}` });
}

/** @returns whether anything changed @throws AttemptEnded output-limit, agent-failed */
export async function sendDiff(attempt: Attempt, { place, base, touched }: Left): Promise<boolean> {
  const { job, folders, report, tools, lease } = attempt;
  const folder = await realFolder(folders.workspace, job.repository.folder).catch((error: Error) => {
    throw new AttemptEnded('agent-failed', error.message, { cause: error });
  });
  const limits = { base, touched, mostBytes: job.limits.diffBytes };
  const signal = AbortSignal.any([lease.lost, AbortSignal.timeout(longestLookMs)]);
  const { diff, leftOut, oddNames } = await takeDiff({ ...place, workTree: folder, signal }, limits).catch(
    (error: unknown) => {
      if (error instanceof DiffTooLarge)
        throw new AttemptEnded('output-limit', `The changes are too large: ${error.message}.`);
      // Attributes that the agent wrote, for example, can name an encoding that there is not.
      if (error instanceof GitFailed)
        throw new AttemptEnded('agent-failed', `git cannot read the changes: ${error.message}`, { cause: error });
      throw error;
    },
  );
  noteLeftOut(report, leftOut, 'holds a git repository of its own and is left out.');
  noteLeftOut(report, oddNames, 'is left out: its name is not UTF-8, and a diff is text. A name in UTF-8 keeps it.');
  const call = {
    method: 'PUT',
    path: `${pathOf(attempt, 'diff')}?epoch=${job.epoch}&final=true`,
    body: { type: 'text/x-diff; charset=utf-8', bytes: diff },
    timeoutMs: 120_000,
    signal: lease.lost,
  } as const;
  await untilAnswered(lease.lost, () => tools.calls.send(call));
  return diff.length > 0;
}

export async function sendSession(attempt: Attempt, { reader }: Pick<Left, 'reader'>): Promise<void> {
  const { job, folders, report, tools, lease } = attempt;
  const bytes = reader.threadId === null ? null : await packSession(folders.home, reader.threadId);
  if (bytes === null) {
    report.add({ kind: 'notice', text: 'The thread cannot be kept: a follow-up begins a new one.' });
    return;
  }
  const path = `${pathOf(attempt, 'session')}?epoch=${job.epoch}`;
  const body = { type: 'application/x-tar', bytes };
  await untilAnswered(lease.lost, () =>
    tools.calls.send({ method: 'PUT', path, body, timeoutMs: 300_000, signal: lease.lost }),
  );
}

/** The last word: everything before it has arrived. */
export async function sendEnd(
  attempt: Pick<Attempt, 'job' | 'tools' | 'lease' | 'report'>,
  finish: Finish,
): Promise<void> {
  const { job, tools, lease, report } = attempt;
  await report.flush();
  const path = `/runner/v1/attempts/${job.attemptId}/finish`;
  await untilAnswered(lease.lost, () => tools.calls.send({ method: 'POST', path, json: finish, signal: lease.lost }));
}
