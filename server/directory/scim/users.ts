import { isDeepStrictEqual } from 'node:util';
import { isReeveError, ReeveError } from '#server/fail.ts';
import { changeDirectory, type DirectoryChange } from '../change-directory.ts';
import { findMemberByEmail } from '../member-queries.ts';
import {
  changeMember,
  createMember,
  deprovisionMember,
  removeMemberIn,
  reprovisionMember,
} from '../provision-members.ts';
import { readUser } from './patch-user.ts';
import { notUnique } from './refuse.ts';
import type { Attributes } from './schemas.ts';
import type { ScimCaller, ScimServices } from './scim-call.ts';
import { keepSuspension, wasSuspended } from './suspension.ts';
import { type UserFacts, userFacts } from './user-facts.ts';
import { dropLeftRows, findByUserName, insertUser, lockUser, type UserRow, updateUser } from './user-queries.ts';
import { requireVersion } from './versions.ts';

const nameTaken = (userName: string) => notUnique(`There is a user with the userName “${userName}” already.`);

export interface CreatedUser {
  id: string;
  /** Known without reading it again, and in no group; null for somebody who was here before. */
  row: UserRow | null;
}

/**
 * A new member, or one that was there before SCIM: whoever has the address is taken over, with their roles and groups, because they are
 * the same person. From then on only the identity provider changes them.
 * @throws ReeveError already-exists when SCIM manages somebody of that userName or address
 */
export async function createUser(services: ScimServices, caller: ScimCaller, body: unknown): Promise<CreatedUser> {
  const sent = readUser(body);
  const attributes = { ...sent, active: sent.active !== false };
  const facts = userFacts(attributes);
  const { active } = attributes;
  const opening = { ...caller, mayUnmakeOwner: !active };
  return changeDirectory(services, opening, async (change) => {
    const { tx, workspaceId, at } = change;
    const { id, isNew, isSuspended } = await enter(change, facts, active);
    const kept = { ...facts, active, attributes, wasSuspended: isSuspended && !active, at };
    if (!(await insertUser(tx, { workspaceId, memberId: id, ...kept }))) throw nameTaken(facts.userName);
    return { id, row: isNew ? newRow(id, kept) : null };
  });
}

const newRow = (
  id: string,
  {
    userName,
    externalId,
    email,
    active,
    attributes,
    at,
  }: UserFacts & { active: boolean; attributes: Attributes; at: Date },
): UserRow => ({
  id,
  user_name: userName,
  external_id: externalId,
  active,
  was_suspended: false,
  attributes,
  version: 1,
  updated_at: at,
  created_at: at,
  email,
  status: active ? 'active' : 'deprovisioned',
});

/** Nearly everybody is new: who was here before is looked for only when the address is taken. */
async function enter(
  change: DirectoryChange,
  { email, name }: UserFacts,
  active: boolean,
): Promise<{ id: string; isNew: boolean; isSuspended: boolean }> {
  const status = active ? 'active' : 'deprovisioned';
  try {
    return {
      ...(await createMember(change, { email, name, source: 'scim', status })),
      isNew: true,
      isSuspended: false,
    };
  } catch (error) {
    if (!isReeveError(error) || error.code !== 'already-exists') throw error;
  }
  const member = await findMemberByEmail(change.tx, change.workspaceId, email);
  if (!member) throw new ReeveError('conflict');
  if (member.source === 'scim') throw notUnique(`SCIM manages a user with the address ${email} already.`);
  await changeMember(change, member.id, { name, source: 'scim' });
  if (active) await reprovisionMember(change, member.id);
  else await deprovisionMember(change, member.id);
  return { id: member.id, isNew: false, isSuspended: member.status === 'suspended' };
}

/** What the identity provider says now replaces what it said before. The same again changes nothing, the version included. */
export async function changeUser(
  services: ScimServices,
  caller: ScimCaller,
  { id, ifMatch, next }: { id: string; ifMatch: string | null; next: (before: Attributes) => Attributes },
): Promise<void> {
  await changeDirectory(services, { ...caller, mayUnmakeOwner: true }, async (change) => {
    const { tx, workspaceId, at } = change;
    const row = await lockUser(tx, workspaceId, id);
    if (!row) throw new ReeveError('not-found');
    requireVersion(ifMatch, row.version);
    const sent = next(row.attributes);
    // Left out of a whole resource, it stays: nobody comes back by an omission.
    const attributes = { ...sent, active: typeof sent.active === 'boolean' ? sent.active : row.active };
    if (isDeepStrictEqual(attributes, row.attributes)) return;
    const facts = userFacts(attributes);
    if (facts.userName.toLowerCase() !== row.user_name.toLowerCase()) {
      const holder = await findByUserName(tx, workspaceId, facts.userName);
      if (holder) throw nameTaken(facts.userName);
      await dropLeftRows(tx, { workspaceId, userName: facts.userName });
    }
    await changeMember(change, id, { name: facts.name, email: facts.email });
    const wasSuspendedNow = await changeStanding(change, row, attributes.active);
    await updateUser(tx, id, { ...facts, active: attributes.active, attributes, wasSuspended: wasSuspendedNow, at });
  });
}

async function changeStanding(change: DirectoryChange, row: UserRow, active: boolean): Promise<boolean> {
  if (active === row.active) return row.was_suspended;
  if (!active) {
    await deprovisionMember(change, row.id);
    return wasSuspended(row);
  }
  if (row.was_suspended) await keepSuspension(change, row);
  else await reprovisionMember(change, row.id);
  return false;
}

export async function removeUser(
  services: ScimServices,
  caller: ScimCaller,
  { id, ifMatch }: { id: string; ifMatch: string | null },
): Promise<void> {
  await changeDirectory(services, { ...caller, mayUnmakeOwner: true }, async (change) => {
    const row = await lockUser(change.tx, change.workspaceId, id);
    if (!row) throw new ReeveError('not-found');
    requireVersion(ifMatch, row.version);
    await removeMemberIn(change, id);
  });
}
