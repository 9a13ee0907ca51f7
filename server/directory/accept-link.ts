import { type Actor, record } from '#server/audit/index.ts';
import { newId } from '#server/crypto/ids.ts';
import { hashPassword } from '#server/crypto/password-hash.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import { endMemberAccess, refuseWeakPassword, startSession } from '#server/identity/index.ts';
import { findHeldRoles, insertDirectRoles } from '#server/roles/index.ts';
import type { Services } from '#server/services.ts';
import { createWorkspace, readOnlyWorkspace } from '#server/workspace/index.ts';
import { lockOwnerLinks, takeLink, type UsableLink, withdrawInvitations } from './link-queries.ts';
import { readLink } from './links.ts';
import { findMemberByEmail, insertMembers, updateMember } from './member-queries.ts';

/** The browser that opens the link; it is signed in afterwards. */
export interface Opener {
  ip: string | null;
  userAgent: string | null;
  replaces: { memberId: string; sessionId: string } | null;
}

interface Accepted {
  token: string;
  memberId: string;
}

const memberActor = (
  { id, name, email }: { id: string; name: string; email: string },
  workspaceId: string,
  ip: string | null,
): Actor => ({ kind: 'member', id, label: `${name} <${email}>`, workspaceId, ip });

/** The link is read before the password is hashed: whoever has none makes us do no work. */
async function readLinkOfKind(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  token: string,
  kind: UsableLink['kind'],
): Promise<UsableLink> {
  const link = await readLink(db, token, clock());
  if (link.kind !== kind) throw new ReeveError('link-invalid');
  return link;
}

export interface NewOwner {
  token: string;
  workspaceName?: string | undefined;
  name: string;
  email: string;
  password: string;
}

/** A link made before there was a workspace creates it and is for nothing else; a later one is for the workspace it names. */
async function enterWorkspace(
  tx: Database,
  link: UsableLink,
  { name, at }: { name: string | undefined; at: Date },
): Promise<{ workspaceId: string; isNew: boolean }> {
  const existing = await readOnlyWorkspace(tx);
  if (link.workspace_id !== null) return { workspaceId: link.workspace_id, isNew: false };
  if (existing) throw new ReeveError('setup-done');
  if (name === undefined) {
    const issues = [{ path: ['workspaceName'], message: 'Give the workspace a name.' }];
    throw new ReeveError('bad-input', { issues });
  }
  return { workspaceId: await createWorkspace(tx, { name, at }), isNew: true };
}

/** Recovery: whoever knew the old password, or held a token, is out. */
async function makeOwner(
  tx: Database,
  {
    workspaceId,
    at,
    name,
    email,
    passwordHash,
  }: { workspaceId: string; at: Date; name: string; email: string; passwordHash: string },
) {
  const change = { name, status: 'active', password_hash: passwordHash } as const;
  const existing = await findMemberByEmail(tx, workspaceId, email);
  if (existing) {
    const roles = (await findHeldRoles(tx, workspaceId, existing.id)).map((role) => role.id);
    await updateMember(tx, existing.id, change);
    await insertDirectRoles(tx, { workspaceId, memberIds: [existing.id], roleIds: ['owner'], at });
    await withdrawInvitations(tx, existing.id);
    const ended = await endMemberAccess(tx, { workspaceId, memberId: existing.id, at, because: 'password-reset' });
    return { id: existing.id, outcome: { memberWas: { roles, status: existing.status }, ended } };
  }
  const id = newId('mem');
  const row = { id, workspace_id: workspaceId, email, created_at: at, last_active_at: at, ...change };
  if ((await insertMembers(tx, [row])) === 0) throw new ReeveError('conflict');
  await insertDirectRoles(tx, { workspaceId, memberIds: [id], roleIds: ['owner'], at });
  return { id, outcome: { memberWas: null } };
}

/** Makes the holder of an owner link an owner, signed in; the first time the workspace comes into being with them. */
export async function acceptOwnerLink(
  services: Pick<Services, 'db' | 'clock' | 'signals'>,
  owner: NewOwner,
  { ip, userAgent, replaces }: Opener,
): Promise<Accepted> {
  const { db, clock, signals } = services;
  const { name, email, password } = owner;
  const link = await readLinkOfKind(services, owner.token, 'owner');
  refuseWeakPassword(password, owner);
  const passwordHash = await hashPassword(password);
  const accepted = await db.transaction().execute(async (tx) => {
    const at = clock();
    await lockOwnerLinks(tx);
    if (!(await takeLink(tx, link.id, at))) throw new ReeveError('link-invalid');
    const { workspaceId, isNew } = await enterWorkspace(tx, link, { name: owner.workspaceName, at });
    const { id, outcome } = await makeOwner(tx, { workspaceId, at, name, email, passwordHash });
    const actor = memberActor({ id, name, email }, workspaceId, ip);
    if (isNew) {
      const subject = { kind: 'workspace', id: workspaceId, label: owner.workspaceName ?? '' };
      await record(tx, actor, 'workspace.created', { at, subject });
    }
    await record(tx, actor, 'owner-link.used', { at, subject: { kind: 'member', id, label: actor.label }, ...outcome });
    const { token } = await startSession(tx, { memberId: id, at, ip, userAgent, replaces, because: 'owner-link' });
    return { token, memberId: id, workspaceId };
  });
  signals.emit('access-changed', {
    workspaceId: accepted.workspaceId,
    memberId: accepted.memberId,
    because: 'signed-out',
  });
  return accepted;
}

/** Turns an invited person into an active member, signed in. */
export async function acceptInvitation(
  services: Pick<Services, 'db' | 'clock'>,
  { token, name, password }: { token: string; name: string; password: string },
  { ip, userAgent, replaces }: Opener,
): Promise<Accepted> {
  const { db, clock } = services;
  const link = await readLinkOfKind(services, token, 'invitation');
  const { member_id: id, workspace_id: workspaceId, email } = link;
  if (id === null || workspaceId === null || email === null) throw new ReeveError('link-invalid');
  refuseWeakPassword(password, { email, name });
  const passwordHash = await hashPassword(password);
  return db.transaction().execute(async (tx) => {
    const at = clock();
    if (!(await takeLink(tx, link.id, at))) throw new ReeveError('link-invalid');
    await updateMember(tx, id, { name, status: 'active', password_hash: passwordHash });
    const actor = memberActor({ id, name, email }, workspaceId, ip);
    await record(tx, actor, 'member.joined', { at, subject: { kind: 'member', id, label: actor.label } });
    const session = await startSession(tx, { memberId: id, at, ip, userAgent, replaces, because: 'invitation' });
    return { token: session.token, memberId: id };
  });
}
