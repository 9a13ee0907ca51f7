import type { z } from 'zod';
import type { SsoSettings } from '#contract/sso.ts';
import { record } from '#server/audit/index.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import { countSessionsPastSignOn, endSessionsPastSignOn } from '#server/identity/index.ts';
import type { Services } from '#server/services.ts';
import { lockWorkspace } from '#server/workspace/index.ts';
import type { ActingAdmin } from './acting-admin.ts';
import { countEnabledConnections } from './connection-queries.ts';
import { listPossibleBreakGlass, readLockedOut, readRule, writeRule } from './settings-queries.ts';

type Settings = z.infer<typeof SsoSettings>;

const namedFirst = 20;

export const readSsoSettings = (db: Database, workspaceId: string): Promise<Settings> => readRule(db, workspaceId);

const wrongOwner = (message: string) =>
  new ReeveError('bad-input', { issues: [{ path: ['breakGlassOwnerIds'], message }] });

/** Somebody has to get in when the identity provider is down, or was set up wrongly. */
async function checkBreakGlass(
  db: Database,
  workspaceId: string,
  { isRequired, breakGlassOwnerIds }: Settings,
): Promise<void> {
  if (isRequired && breakGlassOwnerIds.length === 0)
    throw wrongOwner('Choose at least one owner who may still use a password.');
  const found = await listPossibleBreakGlass(db, workspaceId, breakGlassOwnerIds);
  for (const id of breakGlassOwnerIds) {
    const member = found.find((row) => row.id === id);
    if (!member) throw wrongOwner('Somebody who was chosen is not a member any more.');
    if (member.role_id !== 'owner' || member.status !== 'active')
      throw wrongOwner(`${member.name} is not an active owner.`);
    if (!member.has_password) throw wrongOwner(`${member.name} has no password, so they could not get in.`);
  }
}

/** Who could not sign in any more, and whose sessions end. */
export async function previewSsoSettings(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  { workspaceId, sessionId }: ActingAdmin,
  { isRequired, breakGlassOwnerIds }: Settings,
) {
  if (!isRequired) return { lockedOut: [], lockedOutCount: 0, endingSessions: 0 };
  const { first, count } = await readLockedOut(db, workspaceId, { breakGlassOwnerIds, limit: namedFirst });
  const past = { workspaceId, exceptSessionId: sessionId, exceptMemberIds: breakGlassOwnerIds };
  return {
    lockedOut: first,
    lockedOutCount: count,
    endingSessions: await countSessionsPastSignOn(db, clock(), past),
  };
}

/**
 * Requires single sign-on, or stops requiring it. Sessions that started otherwise end when it begins, but for the one that asks and those
 * of break-glass owners; Codex sign-ins and access tokens stay, as each was made by somebody who was let in.
 */
export async function changeSsoSettings(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  { workspaceId, sessionId, actor }: ActingAdmin,
  wanted: Settings,
): Promise<Settings> {
  const breakGlassOwnerIds = [...new Set(wanted.breakGlassOwnerIds)].sort();
  const after = { isRequired: wanted.isRequired, breakGlassOwnerIds };
  await db.transaction().execute(async (tx) => {
    await lockWorkspace(tx, workspaceId);
    const before = await readRule(tx, workspaceId);
    await checkBreakGlass(tx, workspaceId, after);
    if (after.isRequired && (await countEnabledConnections(tx, workspaceId)) === 0)
      throw new ReeveError('conflict', {}, { message: 'Enable a connection first: nobody could sign in.' });
    await writeRule(tx, workspaceId, after);
    const past = { workspaceId, exceptSessionId: sessionId, exceptMemberIds: breakGlassOwnerIds };
    const ended = after.isRequired ? await endSessionsPastSignOn(tx, past) : [];
    const subject = { kind: 'workspace', id: workspaceId, label: 'single sign-on' };
    await record(tx, actor, 'sso.settings-updated', {
      at: clock(),
      subject,
      before,
      after,
      endedSessions: ended.length,
    });
  });
  return after;
}
