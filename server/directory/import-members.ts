import type { z } from 'zod';
import { builtInRoleNames, builtInRoles } from '#contract/built-in-roles.ts';
import type { ImportOptions, ImportPreview } from '#contract/directory-imports.ts';
import { can } from '#contract/permissions.ts';
import type { Database } from '#server/db/open-database.ts';
import { isReeveError } from '#server/fail.ts';
import { type Granter, refuseBeyondOwn } from '#server/roles/index.ts';
import type { Services } from '#server/services.ts';
import type { ActingMember } from './acting-member.ts';
import { readGranter } from './change-membership.ts';
import { type CheckedPerson, checkImport, type KnownDirectory } from './check-import.ts';
import { listRoleIdsOfGroups } from './group-queries.ts';
import { listCustomRoles, listGroupsByName, listStatusesByEmail } from './import-queries.ts';
import { type PeopleList, readPeopleList } from './read-people-list.ts';

type Options = z.output<typeof ImportOptions>;

/** Why this person may not give these roles; null when they may. */
async function refusalOf(db: Database, granter: Granter, roleIds: readonly string[]): Promise<string | null> {
  try {
    await refuseBeyondOwn(db, granter, roleIds);
    return null;
  } catch (error) {
    if (isReeveError(error)) return error.message;
    throw error;
  }
}

async function readKnownRoles(db: Database, granter: Granter, list: PeopleList): Promise<KnownDirectory['role']> {
  const builtIn = builtInRoleNames.map((id) => ({ id, name: builtInRoles[id].name }));
  const all = [...builtIn, ...(await listCustomRoles(db, granter.workspaceId))];
  const wanted = new Set(list.people.flatMap(({ roles }) => roles.map((name) => name.toLowerCase())));
  const known = new Map<string, { id: string; name: string; refusal: string | null }>();
  for (const role of all) {
    const names = [role.name.toLowerCase(), role.id.toLowerCase()].filter((name) => wanted.has(name));
    if (names.length === 0) continue;
    const refusal = can(granter.permissions, 'roles.write')
      ? await refusalOf(db, granter, [role.id])
      : 'Your roles do not include giving roles to others. Leave the column out, or ask a workspace owner.';
    for (const name of names) known.set(name, { ...role, refusal });
  }
  return (name) => known.get(name.toLowerCase());
}

async function readKnownGroups(db: Database, granter: Granter, list: PeopleList): Promise<KnownDirectory['group']> {
  const names = [...new Set(list.people.flatMap(({ groups }) => groups.map((name) => name.toLowerCase())))];
  const known = new Map<string, { id: string; name: string; refusal: string | null }>();
  for (const { id, name, source } of await listGroupsByName(db, granter.workspaceId, names)) {
    const refusal =
      source === 'scim'
        ? `Who is in the group “${name}” comes from your identity provider through SCIM.`
        : await refusalOf(db, granter, await listRoleIdsOfGroups(db, [id]));
    known.set(name.toLowerCase(), { id, name, refusal });
  }
  return (name) => known.get(name.toLowerCase());
}

function newGroupRefusal({ permissions }: Granter, { unknownGroups }: Options): string | null {
  if (unknownGroups === 'refuse') return '';
  return can(permissions, 'groups.write') ? null : 'Your roles do not include creating groups.';
}

/** Reads the list and looks at every line, with what holds at this moment. @throws ReeveError bad-input */
export async function readImport(
  db: Database,
  granter: Granter,
  options: Options,
): Promise<{ list: PeopleList; checked: CheckedPerson[]; newGroups: string[] }> {
  const list = readPeopleList(options.text);
  const emails = [...new Set(list.people.map(({ email }) => email))];
  const statuses = await listStatusesByEmail(db, granter.workspaceId, emails);
  const statusOf = new Map(statuses.map(({ email, status }) => [email, status]));
  const checked = checkImport(list.people, {
    statusOf: (email) => statusOf.get(email),
    group: await readKnownGroups(db, granter, list),
    role: await readKnownRoles(db, granter, list),
    newGroupRefusal: newGroupRefusal(granter, options),
  });
  const named = new Map<string, string>();
  for (const { problems, newGroups } of checked)
    if (problems.length === 0)
      for (const name of newGroups) if (!named.has(name.toLowerCase())) named.set(name.toLowerCase(), name);
  return { list, checked, newGroups: [...named.values()] };
}

export async function previewImport(
  { db }: Pick<Services, 'db'>,
  { workspaceId, memberId }: ActingMember,
  options: Options,
): Promise<z.infer<typeof ImportPreview>> {
  const granter = await readGranter({ tx: db, workspaceId }, memberId);
  const { list, checked, newGroups } = await readImport(db, granter, options);
  return {
    hasHeader: list.hasHeader,
    columns: list.columns,
    lines: checked.map(({ line, email, name, roles, groups, problems }) => ({
      line,
      email,
      name,
      roles,
      groups,
      problems,
    })),
    invited: checked.filter(({ problems }) => problems.length === 0).length,
    newGroups,
  };
}
