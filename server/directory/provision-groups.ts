import { record } from '#server/audit/index.ts';
import { newId } from '#server/crypto/ids.ts';
import { ReeveError } from '#server/fail.ts';
import { forgetGroup } from '#server/policies/index.ts';
import { lockWorkspace } from '#server/workspace/index.ts';
import type { DirectoryChange } from './change-directory.ts';
import {
  addToGroups,
  deleteGroup,
  findGroup,
  findGroupByName,
  findGroupRow,
  findMembersById,
  insertGroup,
  keepOnlyInGroup,
  listRoleIdsOfGroups,
  lockGroup,
  takeOutOfGroup,
  updateGroup,
} from './group-queries.ts';

const groupSubject = ({ id, name }: { id: string; name: string }) => ({ kind: 'group', id, label: name });

const nameTaken = (id: string | undefined, name: string) =>
  new ReeveError(
    'already-exists',
    { name, ...(id && { groupId: id }) },
    { message: `There is a group named “${name}” already.` },
  );

export interface NewGroup {
  name: string;
  description?: string;
  source?: 'manual' | 'scim';
}

/** @throws ReeveError already-exists, with `groupId` of the one that has the name */
export async function createGroupIn(
  { tx, workspaceId, actor, at }: DirectoryChange,
  { name, description = '', source = 'scim' }: NewGroup,
): Promise<{ id: string }> {
  const id = newId('grp');
  const row = { id, workspace_id: workspaceId, name, description, source, created_at: at };
  if (!(await insertGroup(tx, row))) throw nameTaken((await findGroupByName(tx, workspaceId, name))?.id, name);
  await record(tx, actor, 'group.created', { at, subject: groupSubject(row), after: { name, description, source } });
  return { id };
}

/** Another name, description or source (`scim` takes a group over that people made). Nothing is written when nothing differs. */
export async function changeGroupIn(
  { tx, workspaceId, actor, at, recordsUnchanged }: DirectoryChange,
  id: string,
  wanted: { name?: string | undefined; description?: string | undefined; source?: 'manual' | 'scim' | undefined },
): Promise<void> {
  const group = await lockGroup(tx, workspaceId, id);
  if (!group) throw new ReeveError('not-found');
  const keys = (['name', 'description', 'source'] as const).filter(
    (key) => wanted[key] !== undefined && wanted[key] !== group[key],
  );
  if (keys.length === 0 && !recordsUnchanged) return;
  const after = Object.fromEntries(keys.map((key) => [key, wanted[key]]));
  const before = Object.fromEntries(keys.map((key) => [key, group[key]]));
  const name = wanted.name ?? group.name;
  const namesake = await findGroupByName(tx, workspaceId, name);
  if (namesake && namesake.id !== id) throw nameTaken(namesake.id, name);
  if (keys.length > 0) await updateGroup(tx, id, after);
  await record(tx, actor, 'group.updated', { at, subject: groupSubject({ id, name }), before, after });
}

/** @throws ReeveError not-found, and for a group in the order of policies what `forgetGroup` refuses */
export async function removeGroupIn(change: DirectoryChange, id: string): Promise<void> {
  const { tx, workspaceId, actor, at } = change;
  await lockWorkspace(tx, workspaceId);
  const group = await findGroup(tx, workspaceId, id);
  if (!group) throw new ReeveError('not-found');
  await forgetGroup(tx, { workspaceId, actor }, { group, at });
  await tellRoles(change, id);
  await deleteGroup(tx, id);
  const { name, description, source } = group;
  const before = { name, description, source, memberCount: Number(group.member_count) };
  await record(tx, actor, 'group.deleted', { at, subject: groupSubject(group), before });
}

export interface MembershipsChanged {
  added: string[];
  removed: string[];
}

type Unknown = 'refuse' | 'ignore';

async function knownMembers(
  { tx, workspaceId }: DirectoryChange,
  ids: readonly string[],
  unknown: Unknown,
): Promise<Map<string, string>> {
  const known = new Map((await findMembersById(tx, workspaceId, ids)).map((row) => [row.id, row.email]));
  const missing = ids.filter((id) => !known.has(id));
  if (missing.length > 0 && unknown === 'refuse')
    throw new ReeveError('not-found', { memberIds: missing }, { message: 'Someone you add is not a member any more.' });
  return known;
}

/** Running calls of whoever had a role by the group are looked at again after the commit. */
async function tellRoles(change: DirectoryChange, groupId: string): Promise<void> {
  if ((await listRoleIdsOfGroups(change.tx, [groupId])).length > 0) change.accessEnds(null, 'roles-changed');
}

async function recordMemberships(
  change: DirectoryChange,
  group: { id: string; name: string },
  { added, removed }: MembershipsChanged,
): Promise<void> {
  const { tx, workspaceId, actor, at, recordsUnchanged } = change;
  if (added.length + removed.length > 0) await tellRoles(change, group.id);
  else if (!recordsUnchanged) return;
  const people = await findMembersById(tx, workspaceId, [...added, ...removed]);
  const labels = new Map(people.map((row) => [row.id, row.email]));
  const labelled = (ids: string[]) => ids.map((id) => labels.get(id) ?? id);
  const payload = { added: labelled(added), removed: labelled(removed) };
  await record(tx, actor, 'group.members-changed', { at, subject: groupSubject(group), ...payload });
}

/** Adds and takes out at once, touching the rows of these people only. Someone in both lists is out. */
export async function changeGroupMembersIn(
  change: DirectoryChange,
  id: string,
  {
    add = [],
    remove = [],
    unknown = 'refuse',
  }: { add?: readonly string[]; remove?: readonly string[]; unknown?: Unknown },
): Promise<MembershipsChanged> {
  const { tx, workspaceId, at } = change;
  const group = await findGroupRow(tx, workspaceId, id);
  if (!group) throw new ReeveError('not-found');
  const removing = new Set(remove);
  const adding = [...new Set(add)].filter((memberId) => !removing.has(memberId));
  const known = await knownMembers(change, adding, unknown);
  const memberIds = adding.filter((memberId) => known.has(memberId));
  const changed = {
    added: await addToGroups(tx, { workspaceId, groupIds: [id], memberIds, at }),
    removed: await takeOutOfGroup(tx, id, [...removing]),
  };
  await recordMemberships(change, group, changed);
  return changed;
}

/** Exactly these people and nobody else. */
export async function replaceGroupMembersIn(
  change: DirectoryChange,
  id: string,
  memberIds: readonly string[],
  unknown: Unknown = 'refuse',
): Promise<MembershipsChanged> {
  const { tx, workspaceId, at } = change;
  const group = await lockGroup(tx, workspaceId, id);
  if (!group) throw new ReeveError('not-found');
  const known = [...(await knownMembers(change, [...new Set(memberIds)], unknown)).keys()];
  const changed = {
    removed: await keepOnlyInGroup(tx, id, known),
    added: await addToGroups(tx, { workspaceId, groupIds: [id], memberIds: known, at }),
  };
  await recordMemberships(change, group, changed);
  return changed;
}
