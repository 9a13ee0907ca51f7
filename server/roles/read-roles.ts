import { z } from 'zod';
import { type BuiltInRole, builtInRoleNames, builtInRoles, isBuiltInRole } from '#contract/built-in-roles.ts';
import type { Role, RoleChoice, RoleHolder, Way } from '#contract/roles.ts';
import { cutPage, decodeCursor } from '#server/db/keyset.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import { tickedOf } from './held-roles.ts';
import { listGroupsWithRole, listHolders } from './holder-queries.ts';
import { countRoleUse, findCustomRole, findDefaultRoleId, listCustomRoles, type RoleRow } from './role-queries.ts';

interface UseFacts {
  counted: Awaited<ReturnType<typeof countRoleUse>>;
  defaultRoleId: string | null;
}

function factsOf(id: string, { counted, defaultRoleId }: UseFacts) {
  const isDefault = id === defaultRoleId;
  const use = {
    own: counted.own.get(id) ?? 0,
    byGroup: counted.byGroup.get(id) ?? 0,
    byDefault: isDefault ? counted.withoutRole : 0,
    groups: counted.groups.get(id) ?? 0,
  };
  return { isDefault, use };
}

const builtInFacts = (id: BuiltInRole) => ({
  id,
  name: builtInRoles[id].name,
  description: builtInRoles[id].sentence,
  isBuiltIn: true,
  permissions: [...builtInRoles[id].permissions],
});

const customFacts = (row: RoleRow) => ({
  id: row.id,
  name: row.name,
  description: row.description,
  isBuiltIn: false,
  permissions: [...tickedOf(row)],
});

const asBuiltIn = (id: BuiltInRole, facts: UseFacts): Role => ({ ...builtInFacts(id), ...factsOf(id, facts) });

const asCustom = (row: RoleRow, facts: UseFacts): Role => ({ ...customFacts(row), ...factsOf(row.id, facts) });

const readUse = async (db: Database, workspaceId: string): Promise<UseFacts> => ({
  counted: await countRoleUse(db, workspaceId),
  defaultRoleId: await findDefaultRoleId(db, workspaceId),
});

export async function readRoles(db: Database, workspaceId: string) {
  const facts = await readUse(db, workspaceId);
  const custom = await listCustomRoles(db, workspaceId);
  const items = [...builtInRoleNames.map((id) => asBuiltIn(id, facts)), ...custom.map((row) => asCustom(row, facts))];
  return { items, defaultRoleId: facts.defaultRoleId };
}

export async function readRoleChoices(db: Database, workspaceId: string): Promise<{ items: RoleChoice[] }> {
  const defaultRoleId = await findDefaultRoleId(db, workspaceId);
  const custom = await listCustomRoles(db, workspaceId);
  const all = [...builtInRoleNames.map(builtInFacts), ...custom.map(customFacts)];
  return { items: all.map((role) => ({ ...role, isDefault: role.id === defaultRoleId })) };
}

async function requireRole(db: Database, workspaceId: string, id: string): Promise<RoleRow | null> {
  if (isBuiltInRole(id)) return null;
  const row = await findCustomRole(db, workspaceId, id);
  if (!row) throw new ReeveError('not-found', { roleId: id });
  return row;
}

export async function readRole(db: Database, workspaceId: string, id: string): Promise<Role> {
  const row = await requireRole(db, workspaceId, id);
  const facts = await readUse(db, workspaceId);
  return row ? asCustom(row, facts) : asBuiltIn(id as BuiltInRole, facts);
}

export const readRoleDetail = async (db: Database, workspaceId: string, id: string) => ({
  ...(await readRole(db, workspaceId, id)),
  groupList: await listGroupsWithRole(db, workspaceId, id),
});

interface HolderQuery {
  id: string;
  cursor?: string | undefined;
  limit: number;
  search?: string | undefined;
}

export async function readHolders(
  db: Database,
  workspaceId: string,
  { id, cursor, limit, search }: HolderQuery,
): Promise<{ items: RoleHolder[]; nextCursor: string | null }> {
  await requireRole(db, workspaceId, id);
  const position = cursor === undefined ? null : decodeCursor(cursor, z.tuple([z.string(), z.string()]));
  const isDefault = (await findDefaultRoleId(db, workspaceId)) === id;
  const rows = await listHolders(db, workspaceId, {
    roleId: id,
    isDefault,
    search,
    limit,
    after: position && { value: position[0], id: position[1] },
  });
  const { page, nextCursor } = cutPage(rows, limit, (row) => [row.sort_value, row.id]);
  const items = page.map(({ id: memberId, name, email, status, has_own, by_groups }) => {
    const given: Way[] = [
      ...(has_own ? [{ kind: 'own' as const }] : []),
      ...by_groups.map((group) => ({ kind: 'group' as const, ...group })),
    ];
    const ways = given.length > 0 ? given : [{ kind: 'default' as const }];
    return { id: memberId, name, email, status, ways };
  });
  return { items, nextCursor };
}
