import { z } from 'zod';
import type { GroupLimit } from '#contract/group-limits.ts';
import { type Actor, record } from '#server/audit/index.ts';
import { cutPage, decodeCursor } from '#server/db/keyset.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { attemptChanges } from '../attempts/changes.ts';
import { deleteGroupLimit, listGroupLimits, lockGroupLimit, upsertGroupLimit } from './queries.ts';

export async function readGroupLimits(
  { db }: Pick<Services, 'db'>,
  workspaceId: string,
  { cursor, limit }: { cursor?: string | undefined; limit: number },
): Promise<{ items: GroupLimit[]; nextCursor: string | null }> {
  const [name, id] = cursor === undefined ? [] : decodeCursor(cursor, z.tuple([z.string(), z.string()]));
  const after = name !== undefined && id !== undefined ? { name, id } : null;
  const rows = await listGroupLimits(db, workspaceId, { after, limit: limit + 1 });
  const { page, nextCursor } = cutPage(rows, limit, (row) => [row.sort_value, row.id]);
  const items = page.map((row) => ({
    groupId: row.id,
    groupName: row.name,
    members: row.members,
    running: row.running,
    runningAtOnce: row.running_at_once,
  }));
  return { items, nextCursor };
}

/** What runs goes on; null takes the limit away. @throws ReeveError not-found */
export async function setGroupLimit(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  actor: Actor,
  { workspaceId, groupId, runningAtOnce }: { workspaceId: string; groupId: string; runningAtOnce: number | null },
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const before = await lockGroupLimit(tx, workspaceId, groupId);
    if (!before) throw new ReeveError('not-found');
    if (runningAtOnce === null) await deleteGroupLimit(tx, workspaceId, groupId);
    else await upsertGroupLimit(tx, workspaceId, groupId, runningAtOnce);
    await record(tx, actor, 'group.hosted-limit-changed', {
      at: clock(),
      subject: { kind: 'group', id: groupId, label: before.name },
      before: { runningAtOnce: before.runningAtOnce },
      after: { runningAtOnce },
    });
  });
  // There may be more to give out now.
  attemptChanges.emit('queued', { workspaceId });
}
