import type { Database } from '#server/db/open-database.ts';
import type { SignInMethod } from '#server/http/request-context.ts';
import { heldRoles } from '#server/roles/index.ts';
import { heldFactors } from './second-factor/factor-queries.ts';
import { deletePendingSignIns } from './second-factor/pending-queries.ts';
import { idleSince } from './session-lifetime.ts';

/** The account an e-mail address names, in whatever state. */
export const findAccount = (db: Database, email: string) =>
  db
    .selectFrom('members')
    .select(['id', 'workspace_id', 'email', 'name', 'status', 'password_hash'])
    .where('email', '=', email)
    .orderBy('created_at')
    .executeTakeFirst();

export type Account = NonNullable<Awaited<ReturnType<typeof findAccount>>>;

/** Where refusals of unknown accounts are audited. */
export const findFirstWorkspaceId = async (db: Database): Promise<string | null> =>
  (
    await db
      .selectFrom('workspaces')
      .select('id')
      .where('proof_run_id', 'is', null)
      .orderBy('created_at')
      .executeTakeFirst()
  )?.id ?? null;

const liveSessions = (db: Database, now: Date) =>
  db.selectFrom('sessions').where('sessions.expires_at', '>', now).where('sessions.last_seen_at', '>', idleSince(now));

export const findLiveSession = (db: Database, tokenHash: string, now: Date) =>
  liveSessions(db, now)
    .innerJoin('members', 'members.id', 'sessions.member_id')
    .innerJoin('workspaces', 'workspaces.id', 'members.workspace_id')
    .select([
      'sessions.id as session_id',
      'sessions.last_seen_at',
      'members.id as member_id',
      'members.workspace_id',
      'members.email',
      'members.name',
      'members.last_active_at',
      'sessions.method',
      'sessions.second_factor_at',
      'workspaces.second_factor_rule',
      'workspaces.second_factor_grace_until',
    ])
    .select(heldRoles('members.id', 'members.workspace_id').as('held'))
    .select(heldFactors('members.id').as('factors'))
    .where('sessions.token_hash', '=', tokenHash)
    .where('members.status', '=', 'active')
    .executeTakeFirst();

export const listLiveSessions = (db: Database, workspaceId: string, memberId: string, now: Date) =>
  liveSessions(db, now)
    .select(['id', 'started_at', 'last_seen_at', 'ip', 'user_agent'])
    .where('workspace_id', '=', workspaceId)
    .where('member_id', '=', memberId)
    .orderBy('last_seen_at', 'desc')
    .orderBy('id')
    .execute();

/** Whether a live session of the member comes from this address: then attempts from it are not a stranger's. */
export const isKnownAddress = async (db: Database, memberId: string, ip: string | null, now: Date): Promise<boolean> =>
  ip !== null &&
  (await liveSessions(db, now)
    .select('id')
    .where('member_id', '=', memberId)
    .where('ip', '=', ip)
    .executeTakeFirst()) !== undefined;

/** Holds the account still until the transaction ends, so that a suspension comes either before or after. */
export const lockActiveMember = (tx: Database, memberId: string) =>
  tx
    .selectFrom('members')
    .select(['id', 'workspace_id', 'email', 'name'])
    .where('id', '=', memberId)
    .where('status', '=', 'active')
    .forShare()
    .executeTakeFirst();

/** The same lock by a write: two sign-ins at once would deadlock if each held the row shared and then wanted to change it. */
export const markActive = (tx: Database, memberId: string, at: Date) =>
  tx
    .updateTable('members')
    .set({ last_active_at: at })
    .where('id', '=', memberId)
    .where('status', '=', 'active')
    .returning(['id', 'workspace_id', 'email', 'name'])
    .executeTakeFirst();

export const insertSession = (
  tx: Database,
  row: {
    id: string;
    workspace_id: string;
    member_id: string;
    token_hash: string;
    method: SignInMethod;
    second_factor_at: Date | null;
    sso_connection_id: string | null;
    sealed_sso_logout_hint: string | null;
    ip: string | null;
    user_agent: string | null;
    started_at: Date;
    last_seen_at: Date;
    expires_at: Date;
  },
) => tx.insertInto('sessions').values(row).execute();

/** Both writes happen only when nobody else made them within the last minute. */
export async function touchSession(
  db: Database,
  { sessionId, memberId, now, before }: { sessionId: string; memberId: string; now: Date; before: Date },
): Promise<void> {
  await db
    .updateTable('sessions')
    .set({ last_seen_at: now })
    .where('id', '=', sessionId)
    .where('last_seen_at', '<=', before)
    .execute();
  await touchMember(db, { memberId, now, before });
}

export const touchMember = (db: Database, { memberId, now, before }: { memberId: string; now: Date; before: Date }) =>
  db
    .updateTable('members')
    .set({ last_active_at: now })
    .where('id', '=', memberId)
    .where((by) => by.or([by('last_active_at', 'is', null), by('last_active_at', '<=', before)]))
    .execute();

export const deleteSession = async (
  tx: Database,
  { memberId, sessionId }: { memberId: string; sessionId: string },
): Promise<boolean> => {
  const { numDeletedRows } = await tx
    .deleteFrom('sessions')
    .where('member_id', '=', memberId)
    .where('id', '=', sessionId)
    .executeTakeFirst();
  return numDeletedRows > 0n;
};

/** Ends the sessions of a member, all or all but one, and what would become one. Returns how many of them were still live. */
export const deleteSessions = async (
  tx: Database,
  { memberId, exceptSessionId, now }: { memberId: string; exceptSessionId: string | null; now: Date },
): Promise<number> => {
  await deletePendingSignIns(tx, memberId);
  const gone = await tx
    .deleteFrom('sessions')
    .where('member_id', '=', memberId)
    .$if(exceptSessionId !== null, (query) => query.where('id', '!=', exceptSessionId ?? ''))
    .returning(['expires_at', 'last_seen_at'])
    .execute();
  return gone.filter((row) => row.expires_at > now && row.last_seen_at > idleSince(now)).length;
};

export const deleteEndedSessions = async (db: Database, now: Date): Promise<number> => {
  const { numDeletedRows } = await db
    .deleteFrom('sessions')
    .where((by) => by.or([by('expires_at', '<=', now), by('last_seen_at', '<=', idleSince(now))]))
    .executeTakeFirst();
  return Number(numDeletedRows);
};

export const setPasswordHash = (tx: Database, memberId: string, passwordHash: string) =>
  tx.updateTable('members').set({ password_hash: passwordHash }).where('id', '=', memberId).execute();

export const readPasswordHash = async (db: Database, memberId: string): Promise<string | null> =>
  (await db.selectFrom('members').select('password_hash').where('id', '=', memberId).executeTakeFirst())
    ?.password_hash ?? null;

export const readWorkspaceName = async (db: Database, workspaceId: string): Promise<string> =>
  (await db.selectFrom('workspaces').select('name').where('id', '=', workspaceId).executeTakeFirstOrThrow()).name;
