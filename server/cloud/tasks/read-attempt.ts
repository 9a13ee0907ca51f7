import { text } from 'node:stream/consumers';
import { z } from 'zod';
import type { EgressAttempt } from '#contract/internet-access.ts';
import { type AttemptState, type DiffStats, isEnded, type LogEntry } from '#contract/task-states.ts';
import { cutPage, decodeCursor } from '#server/db/keyset.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { type AttemptRow, countEgress, listEgressRows, listLogRows, readOwnAttempt } from './attempt-queries.ts';
import { logEntriesOf, noStats, statsOf } from './attempt-views.ts';
import type { Owner } from './queries.ts';

/** @throws ReeveError attempt-not-found */
export async function requireOwnAttempt(
  { db }: Pick<Services, 'db'>,
  owner: Owner,
  { attemptId, taskId }: { attemptId: string; taskId?: string },
): Promise<AttemptRow> {
  const row = await readOwnAttempt(db, owner, attemptId);
  if (!row || (taskId !== undefined && row.task_id !== taskId)) throw new ReeveError('attempt-not-found');
  return row;
}

export interface LogPage {
  items: LogEntry[];
  state: AttemptState;
  /** The attempt has ended and nothing comes after these. */
  isComplete: boolean;
}

export async function readLogPage(
  services: Pick<Services, 'db' | 'secrets'>,
  owner: Owner,
  { attemptId, after, limit }: { attemptId: string; after: number; limit: number },
): Promise<LogPage> {
  // In this order: what has ended writes nothing more.
  const { state } = await requireOwnAttempt(services, owner, { attemptId });
  const rows = await listLogRows(services.db, owner.workspaceId, { attemptId, after, limit: limit + 1 });
  const items = await logEntriesOf(services.secrets, attemptId, rows.slice(0, limit));
  return { items, state, isComplete: isEnded(state) && rows.length <= limit };
}

export interface AttemptDiff {
  diff: string;
  stats: DiffStats;
  isFinal: boolean;
}

/** What a blob of this task says; empty where there is none. */
export async function readDiffBlob({ blobs }: Pick<Services, 'blobs'>, name: string | null): Promise<string> {
  const blob = name === null ? null : await blobs.get(name);
  return blob ? text(blob.content) : '';
}

export async function readDiff(
  services: Pick<Services, 'db' | 'blobs'>,
  owner: Owner,
  { id, attemptId }: { id: string; attemptId: string },
): Promise<AttemptDiff> {
  const row = await requireOwnAttempt(services, owner, { attemptId, taskId: id });
  const diff = await readDiffBlob(services, row.diff_blob);
  return { diff, stats: statsOf(row) ?? noStats, isFinal: row.is_diff_final || isEnded(row.state) };
}

export interface EgressPage {
  items: (EgressAttempt & { id: string })[];
  nextCursor: string | null;
  allowed: number;
  refused: number;
  /** Counted only: more were asked for than are kept. */
  leftOut: number;
}

const Position = z.tuple([z.iso.datetime(), z.string()]);

/** As it happened. */
export async function readEgressPage(
  services: Pick<Services, 'db'>,
  owner: Owner,
  {
    attemptId,
    cursor,
    limit,
    only,
  }: { attemptId: string; cursor?: string | undefined; limit: number; only: 'all' | 'refused' },
): Promise<EgressPage> {
  const { db } = services;
  const { egress_left_out: leftOut } = await requireOwnAttempt(services, owner, { attemptId });
  const [at, id] = cursor === undefined ? [] : decodeCursor(cursor, Position);
  const after = at !== undefined && id !== undefined ? { at: new Date(at), id } : null;
  const rows = await listEgressRows(db, owner.workspaceId, { attemptId, only, after, limit: limit + 1 });
  const { page, nextCursor } = cutPage(rows, limit, (row) => [row.at.toISOString(), row.id]);
  const items = page.map((row) => ({
    id: row.id,
    at: row.at.toISOString(),
    phase: row.phase,
    method: row.method,
    host: row.host,
    port: row.port,
    path: row.path,
    isAllowed: row.is_allowed,
    rule: row.rule,
    address: row.address,
    status: row.status,
    sentBytes: row.sent_bytes,
    receivedBytes: row.received_bytes,
  }));
  return { items, nextCursor, leftOut, ...(await countEgress(db, owner.workspaceId, attemptId)) };
}
