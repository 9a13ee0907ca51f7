import { record, systemActor } from '#server/audit/index.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import type { ActingMember } from '../acting-member.ts';
import { type ConnectionRow, findConnection } from '../connections/connection-queries.ts';
import { requirePending, startPending } from '../connections/pending.ts';
import { consumePending } from '../connections/pending-queries.ts';
import { forgetAccess } from '../operations/believed-access.ts';
import { deleteAccount, deleteAccountByExternalId, findAccountOwner, saveAccount } from './account-queries.ts';
import { accountLinkedPath } from './addresses.ts';
import { asGitServerError, githubAs, openApp } from './open-app.ts';

/** @throws ReeveError not-found */
async function requireGithub(db: Services['db'], workspaceId: string, id: string): Promise<ConnectionRow> {
  const connection = await findConnection(db, workspaceId, id);
  if (connection?.kind !== 'github') throw new ReeveError('not-found');
  return connection;
}

const subjectOf = ({ id, name }: ConnectionRow) => ({ kind: 'git-connection', id, label: name });

/** Where the browser goes so that GitHub says who sits before it (GitHub docs, “user access token”). */
export async function startLink(
  services: Pick<Services, 'db' | 'clock' | 'origin'>,
  member: ActingMember,
  connectionId: string,
): Promise<{ url: string }> {
  const connection = await requireGithub(services.db, member.workspaceId, connectionId);
  const state = await startPending(services, member, { purpose: 'link', facts: { connectionId } });
  const query = new URLSearchParams({
    client_id: connection.client_id ?? '',
    redirect_uri: `${services.origin}${accountLinkedPath}`,
    state,
    // GitHub would otherwise go on silently with whoever is signed in there.
    prompt: 'select_account',
  });
  return { url: `${connection.base_url}/login/oauth/authorize?${query}` };
}

/** Who the code is for. The token that says so is asked once and revoked. */
async function askWho(
  services: Pick<Services, 'secrets' | 'origin'>,
  connection: ConnectionRow,
  code: string,
): Promise<{ externalId: string; login: string }> {
  const app = await openApp(services, connection);
  try {
    const redirectUrl = `${services.origin}${accountLinkedPath}`;
    const { authentication } = await app.oauth.createToken({ code, redirectUrl });
    const { token } = authentication;
    const { data: user } = await githubAs(connection.api_url ?? '', token)
      .request('GET /user')
      .finally(() => app.oauth.deleteToken({ token }));
    return { externalId: String(user.id), login: user.login };
  } catch (cause) {
    throw asGitServerError(cause, connection);
  }
}

/**
 * Links the account that GitHub named to whoever began.
 * @throws ReeveError git-link-expired, git-server-failed, already-exists: it is another member's
 */
export async function finishLink(
  services: Pick<Services, 'db' | 'clock' | 'secrets' | 'origin'>,
  member: ActingMember,
  { code, state }: { code: string; state: string },
): Promise<{ connectionId: string; login: string; linkedAt: Date }> {
  const { db, clock } = services;
  const pending = await requirePending(services, member, { purpose: 'link', state });
  const connection = await requireGithub(db, member.workspaceId, pending.facts.connectionId ?? '');
  const account = await askWho(services, connection, code);
  const linkedAt = clock();
  const { workspaceId, memberId } = member;
  await db.transaction().execute(async (tx) => {
    if (!(await consumePending(tx, pending.state_hash))) throw new ReeveError('git-link-expired');
    const owner = await findAccountOwner(tx, workspaceId, { connectionId: connection.id, ...account });
    if (owner && owner !== memberId)
      throw new ReeveError('already-exists', {}, { message: `${account.login} is linked to another member already.` });
    await saveAccount(tx, {
      workspace_id: workspaceId,
      member_id: memberId,
      connection_id: connection.id,
      external_id: account.externalId,
      login: account.login,
      linked_at: linkedAt,
    });
    await record(tx, member.actor, 'git.account-linked', {
      at: linkedAt,
      subject: subjectOf(connection),
      after: { login: account.login, accountId: account.externalId },
    });
  });
  return { connectionId: connection.id, login: account.login, linkedAt };
}

/** @throws ReeveError not-found: nothing is linked there */
export async function unlinkAccount(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  member: ActingMember,
  connectionId: string,
): Promise<void> {
  const connection = await requireGithub(db, member.workspaceId, connectionId);
  const { externalId: accountId } = await db.transaction().execute(async (tx) => {
    const { workspaceId, memberId } = member;
    const ended = await deleteAccount(tx, workspaceId, { connectionId, memberId });
    if (ended === null) throw new ReeveError('not-found');
    await record(tx, member.actor, 'git.account-unlinked', {
      at: clock(),
      subject: subjectOf(connection),
      before: { login: ended.login },
    });
    return ended;
  });
  forgetAccess({ accountId });
}

/** The person took the app's authorization back on GitHub, at that time. A link made after it stays. */
export async function endRevokedLink(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  connection: ConnectionRow,
  { externalId, at }: { externalId: string; at: Date },
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const of = { connectionId: connection.id, externalId, linkedBefore: at };
    const ended = await deleteAccountByExternalId(tx, connection.workspace_id, of);
    if (!ended) return;
    await record(tx, systemActor('GitHub', connection.workspace_id), 'git.account-unlinked', {
      at: clock(),
      subject: subjectOf(connection),
      before: { login: ended.login, memberId: ended.member_id },
      because: 'authorization revoked on GitHub',
    });
  });
  forgetAccess({ accountId: externalId });
}
