import { type DiffStats, endings, isEnded, type LogEntry } from '#contract/task-states.ts';
import type { TaskAttempt } from '#contract/tasks.ts';
import type { SecretBox } from '#server/crypto/secret-box.ts';
import type { Database } from '#server/db/open-database.ts';
import { type AttemptRow, readQueuePositions } from './attempt-queries.ts';
import { contentContext, openOrNull } from './task-content.ts';
import { readWhyWaits } from './why-it-waits.ts';

export const noStats: DiffStats = { filesModified: 0, linesAdded: 0, linesRemoved: 0 };

export const statsOf = (row: Pick<AttemptRow, 'files_modified' | 'lines_added' | 'lines_removed'>): DiffStats | null =>
  row.files_modified === null
    ? null
    : {
        filesModified: row.files_modified,
        linesAdded: row.lines_added ?? 0,
        linesRemoved: row.lines_removed ?? 0,
      };

function sentenceOf(row: AttemptRow, whyWaits: string | null): string | null {
  if (row.ending !== null) {
    const { sentence } = endings[row.ending];
    return row.detail === null || row.detail === '' ? sentence : `${sentence} ${row.detail}`;
  }
  if (isEnded(row.state)) return row.detail;
  if (row.cancel_asked_at !== null) return 'It is being cancelled.';
  if (row.state !== 'queued') return null;
  // Not every lease that came back was of a runner that was lost: nobody may have heard of it, or the runner was removed.
  const before = row.losses > 0 ? 'Its runner was lost. ' : row.tries > 0 ? 'It begins again. ' : '';
  return `${before}${whyWaits ?? 'It waits for a runner.'}`;
}

async function attemptOf(
  secrets: SecretBox,
  row: AttemptRow,
  { queuePosition, whyWaits }: { queuePosition: number | null; whyWaits: string | null },
): Promise<TaskAttempt> {
  return {
    id: row.id,
    turnNumber: row.turn_number,
    placement: row.placement,
    state: row.state,
    ending: row.ending,
    sentence: sentenceOf(row, whyWaits),
    answer: await openOrNull(secrets, row.sealed_answer, contentContext.answer(row.id)),
    stats: statsOf(row),
    hasDiff: row.diff_blob !== null,
    baseCommit: row.base_commit,
    isFromCache: row.is_from_cache,
    runnerName: row.runnerName,
    driver: row.driver,
    queuePosition,
    tries: row.tries,
    queuedAt: row.queued_at.toISOString(),
    startedAt: row.claimed_at?.toISOString() ?? null,
    finishedAt: row.finished_at?.toISOString() ?? null,
  };
}

/** All of one member's. With the place in the queue of those that wait, and what they wait for. */
export async function attemptsOf(
  { db, secrets }: { db: Database; secrets: SecretBox },
  workspaceId: string,
  rows: readonly AttemptRow[],
): Promise<TaskAttempt[]> {
  const waiting = rows.filter(({ state }) => state === 'queued');
  const memberId = waiting[0]?.member_id ?? null;
  const whyWaits = memberId === null ? null : await readWhyWaits(db, { workspaceId, memberId });
  const ids = waiting.map(({ id }) => id);
  const positions = await readQueuePositions(db, workspaceId, ids);
  return Promise.all(
    rows.map((row) => attemptOf(secrets, row, { queuePosition: positions.get(row.id) ?? null, whyWaits })),
  );
}

interface LogRow extends Omit<LogEntry, 'at' | 'exitCode' | 'text'> {
  at: Date;
  exit_code: number | null;
  sealed_text: string;
}

export const logEntriesOf = (secrets: SecretBox, attemptId: string, rows: readonly LogRow[]): Promise<LogEntry[]> =>
  Promise.all(
    rows.map(async ({ seq, at, kind, phase, item, exit_code, sealed_text }) => ({
      seq,
      at: at.toISOString(),
      kind,
      phase,
      item,
      exitCode: exit_code,
      text: await secrets.open(sealed_text, contentContext.log(attemptId, seq)),
    })),
  );
