import type { z } from 'zod';
import type { ConsoleSession } from '#contract/identity.ts';
import { type Actor, record } from '#server/audit/index.ts';
import { ReeveError } from '#server/fail.ts';
import type { SignedInMember } from '#server/http/request-context.ts';
import type { Services } from '#server/services.ts';
import { deleteSession, listLiveSessions } from './session-queries.ts';

export async function readOwnSessions(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  { workspaceId, memberId, sessionId }: SignedInMember,
): Promise<z.infer<typeof ConsoleSession>[]> {
  const rows = await listLiveSessions(db, workspaceId, memberId, clock());
  return rows.map((row) => ({
    id: row.id,
    startedAt: row.started_at.toISOString(),
    lastSeenAt: row.last_seen_at.toISOString(),
    ip: row.ip,
    userAgent: row.user_agent,
    isCurrent: row.id === sessionId,
  }));
}

/** Ends one own session. `session.ended`: signed out here; `session.revoked`: ended from another place. */
export async function endOwnSession(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  actor: Actor,
  { memberId, email, name }: SignedInMember,
  { sessionId, event }: { sessionId: string; event: 'session.ended' | 'session.revoked' },
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    if (!(await deleteSession(tx, { memberId, sessionId }))) throw new ReeveError('not-found');
    const subject = { kind: 'member', id: memberId, label: `${name} <${email}>` };
    await record(tx, actor, event, { at: clock(), subject, sessionId });
  });
}
