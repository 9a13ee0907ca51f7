import { isReeveError, ReeveError } from '#server/fail.ts';
import { lockWorkspace } from '#server/workspace/index.ts';
import { changeDirectory, type DirectoryChange } from '../change-directory.ts';
import {
  changeGroupIn,
  changeGroupMembersIn,
  createGroupIn,
  type MembershipsChanged,
  removeGroupIn,
  replaceGroupMembersIn,
} from '../provision-groups.ts';
import { elementSql } from './filter-sql.ts';
import {
  findMatchingMembers,
  type GroupRow,
  insertScimGroup,
  lockGroup,
  memberField,
  touchGroup,
} from './group-queries.ts';
import { type GroupStep, memberIdsOf } from './patch-group.ts';
import { notUnique, refusal } from './refuse.ts';
import { type Attributes, findAttribute } from './schemas.ts';
import type { ScimCaller, ScimServices } from './scim-call.ts';
import { requireVersion } from './versions.ts';

interface SentGroup {
  name: string;
  externalId: string | null;
  memberIds: string[];
}

/** Names in any case; what is not known is not kept. */
export function readGroup(body: unknown): SentGroup {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw refusal('invalidSyntax', 'The body has to be a JSON object.');
  const sent: Attributes = {};
  for (const [key, value] of Object.entries(body)) {
    const name = findAttribute('Group', key)?.attribute.name;
    if (name !== undefined) sent[name] = value;
  }
  const { displayName, externalId, members } = sent;
  if (typeof displayName !== 'string' || displayName.trim() === '')
    throw refusal('invalidValue', 'A group needs a “displayName”.');
  if (externalId !== undefined && externalId !== null && typeof externalId !== 'string')
    throw refusal('invalidValue', '“externalId” has to be a text.');
  return { name: displayName.trim().slice(0, 1000), externalId: externalId ?? null, memberIds: memberIdsOf(members) };
}

/**
 * What went wrong, in the words of SCIM. A member that is not there (any more) is refused by name and nothing is applied; silently leaving
 * one out would let the identity provider believe that access was given.
 */
async function inScimWords<Result>(
  change: DirectoryChange,
  name: string,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!isReeveError(error)) throw error;
    const { memberIds, groupId } = error.details;
    if (error.code === 'not-found' && Array.isArray(memberIds))
      throw refusal('invalidValue', `Not a user, or not any more: ${memberIds.slice(0, 10).join(', ')}.`);
    if (error.code !== 'already-exists' || typeof groupId !== 'string') throw error;
    const isManaged = (await lockGroup(change.tx, change.workspaceId, groupId)) !== undefined;
    throw notUnique(
      isManaged
        ? `There is a group named “${name}” already.`
        : `People made a group named “${name}” in Reeve, perhaps with roles and policies. Rename it there, or hand it over to the identity provider under Provisioning; then try again.`,
    );
  }
}

export async function createGroup(services: ScimServices, caller: ScimCaller, body: unknown): Promise<string> {
  const { name, externalId, memberIds } = readGroup(body);
  return changeDirectory(services, { ...caller, mayUnmakeOwner: false }, (change) =>
    inScimWords(change, name, async () => {
      const { id } = await createGroupIn(change, { name, source: 'scim' });
      await insertScimGroup(change.tx, { groupId: id, workspaceId: change.workspaceId, externalId, at: change.at });
      if (memberIds.length > 0) await changeGroupMembersIn(change, id, { add: memberIds });
      return id;
    }),
  );
}

const isChanged = ({ added, removed }: MembershipsChanged): boolean => added.length + removed.length > 0;

async function applyMemberStep(change: DirectoryChange, id: string, step: GroupStep): Promise<boolean> {
  switch (step.kind) {
    case 'add':
      return isChanged(await changeGroupMembersIn(change, id, { add: step.memberIds }));
    case 'remove':
      // Whoever is not there any more is out already: a user is often deleted before their groups hear of it.
      return isChanged(await changeGroupMembersIn(change, id, { remove: step.memberIds }));
    case 'replace':
      return isChanged(await replaceGroupMembersIn(change, id, step.memberIds));
    case 'remove-matching': {
      const members = findAttribute('Group', 'members');
      if (!members) return false;
      const where = elementSql(step.filter, members.attribute, memberField);
      return isChanged(
        await changeGroupMembersIn(change, id, { remove: await findMatchingMembers(change.tx, id, where) }),
      );
    }
    default:
      return false;
  }
}

async function applySteps(change: DirectoryChange, row: GroupRow, steps: readonly GroupStep[]): Promise<void> {
  let { name, external_id: externalId } = row;
  let hasChanged = false;
  for (const step of steps) {
    if (step.kind === 'rename') name = step.name;
    else if (step.kind === 'external-id') externalId = step.externalId;
    else hasChanged = (await applyMemberStep(change, row.id, step)) || hasChanged;
  }
  if (name !== row.name) await changeGroupIn(change, row.id, { name });
  if (hasChanged || name !== row.name || externalId !== row.external_id)
    await touchGroup(change.tx, row.id, { externalId, at: change.at });
}

/** All steps, or none of them. */
export async function changeGroup(
  services: ScimServices,
  caller: ScimCaller,
  { id, ifMatch, steps }: { id: string; ifMatch: string | null; steps: readonly GroupStep[] },
): Promise<void> {
  await changeDirectory(services, { ...caller, mayUnmakeOwner: false }, async (change) => {
    const row = await lockGroup(change.tx, change.workspaceId, id);
    if (!row) throw new ReeveError('not-found');
    requireVersion(ifMatch, row.version);
    const renamed = steps.findLast((step) => step.kind === 'rename');
    await inScimWords(change, renamed?.name ?? row.name, () => applySteps(change, row, steps));
  });
}

export const stepsOfGroup = ({ name, externalId, memberIds }: SentGroup): GroupStep[] => [
  { kind: 'rename', name },
  { kind: 'external-id', externalId },
  { kind: 'replace', memberIds },
];

export async function removeGroup(
  services: ScimServices,
  caller: ScimCaller,
  { id, ifMatch }: { id: string; ifMatch: string | null },
): Promise<void> {
  await changeDirectory(services, { ...caller, mayUnmakeOwner: false }, async (change) => {
    // Before the group: whoever changes the order of policies holds the workspace, then waits for its groups.
    await lockWorkspace(change.tx, change.workspaceId);
    const row = await lockGroup(change.tx, change.workspaceId, id);
    if (!row) throw new ReeveError('not-found');
    requireVersion(ifMatch, row.version);
    await removeGroupIn(change, id);
  });
}
