import { z } from 'zod';
import type { directory, Member, MemberDetail } from '#contract/directory.ts';
import { cutPage, decodeCursor } from '#server/db/keyset.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import { findPolicyOfMember } from '#server/policies/index.ts';
import { asRoleRefs, findHeldRoles, permissionsFrom } from '#server/roles/index.ts';
import type { Services } from '#server/services.ts';
import { findInvitation } from './link-queries.ts';
import { type MemberFilter, prepareFilter } from './member-filter-queries.ts';
import {
  countMembersByStatus,
  findMember,
  listDirectRolesOf,
  listGroupsOf,
  listMembers,
  listSeenClients,
  type MemberRow,
} from './member-queries.ts';

type Query = z.output<NonNullable<(typeof directory.members.list)['~orpc']['inputSchema']>>;
type Counts = z.infer<NonNullable<(typeof directory.members.count)['~orpc']['outputSchema']>>;
type Groups = Awaited<ReturnType<typeof listGroupsOf>>;
type Roles = Awaited<ReturnType<typeof listDirectRolesOf>>;

const asMember = (row: MemberRow, groups: Groups, roles: Roles): Member => ({
  id: row.id,
  email: row.email,
  name: row.name,
  roles: asRoleRefs(roles.find(({ member_id }) => member_id === row.id)?.roles ?? []),
  status: row.status,
  source: row.source,
  groups: groups.filter(({ member_id }) => member_id === row.id).map(({ id, name }) => ({ id, name })),
  createdAt: row.created_at.toISOString(),
  lastActiveAt: row.last_active_at?.toISOString() ?? null,
});

/** A cursor belongs to one order of the list. */
function readPosition({ cursor, sort, direction }: Query): { value: string; id: string } | null {
  if (cursor === undefined) return null;
  const isTime = sort === 'createdAt' || sort === 'lastActiveAt';
  const value = isTime ? z.iso.datetime() : z.string();
  const position = z.tuple([z.literal(sort), z.literal(direction), value, z.string()]);
  const [, , after, id] = decodeCursor(cursor, position);
  return { value: after, id };
}

export async function readMembers(db: Database, workspaceId: string, query: Query) {
  const { sort, direction, limit } = query;
  const after = readPosition(query);
  const filter = await prepareFilter(db, workspaceId, query);
  const rows = await listMembers(db, filter, { sort, direction, limit, after });
  const textOf = (value: string | Date) => (value instanceof Date ? value.toISOString() : value);
  const { page, nextCursor } = cutPage(rows, limit, (row) => [sort, direction, textOf(row.sort_value), row.id]);
  const ids = page.map(({ id }) => id);
  const groups = await listGroupsOf(db, ids);
  const roles = await listDirectRolesOf(db, ids);
  return { items: page.map((row) => asMember(row, groups, roles)), nextCursor };
}

/** Beyond that a number tells nobody more, and counting on would cost more than the page. */
const mostCounted = 10_000;

/** How many there are in each status, the status of the filter aside: it is what is chosen among them. */
export async function countMembers(db: Database, workspaceId: string, filter: MemberFilter): Promise<Counts> {
  const { status: _chosen, ...others } = filter;
  const isFiltered = Object.values(others).some((value) => value !== undefined && value !== '');
  const prepared = await prepareFilter(db, workspaceId, others);
  const counted = await countMembersByStatus(db, prepared, isFiltered ? mostCounted : null);
  const countOf = (status: MemberRow['status']) => Number(counted.find((row) => row.status === status)?.count ?? 0);
  return {
    active: countOf('active'),
    invited: countOf('invited'),
    suspended: countOf('suspended'),
    deprovisioned: countOf('deprovisioned'),
    isCapped: isFiltered && counted.reduce((sum, row) => sum + Number(row.count), 0) > mostCounted,
  };
}

export async function readMember(db: Database, workspaceId: string, id: string): Promise<Member> {
  const row = await findMember(db, workspaceId, id);
  if (!row) throw new ReeveError('not-found');
  return asMember(row, await listGroupsOf(db, [id]), await listDirectRolesOf(db, [id]));
}

export async function readMemberDetail(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  workspaceId: string,
  id: string,
): Promise<z.infer<typeof MemberDetail>> {
  const row = await findMember(db, workspaceId, id);
  if (!row) throw new ReeveError('not-found');
  const groups = await listGroupsOf(db, [id]);
  const member = asMember(row, groups, await listDirectRolesOf(db, [id]));
  const held = await findHeldRoles(db, workspaceId, id);
  const clients = await listSeenClients(db, id);
  const finding = await findPolicyOfMember(db, { workspaceId, memberId: id, name: member.name });
  const invitation = member.status === 'invited' ? await findInvitation(db, id, clock()) : undefined;
  return {
    ...member,
    groups: groups.map((group) => ({ id: group.id, name: group.name, source: group.source })),
    permissions: member.status === 'active' || member.status === 'invited' ? [...permissionsFrom(held)] : [],
    policy: finding.policy && { ...finding.policy, because: finding.because },
    clients: clients.map((seen) => ({
      client: seen.client,
      version: seen.version,
      lastSeenAt: seen.last_seen_at.toISOString(),
    })),
    invitation: invitation ? { expiresAt: invitation.expires_at.toISOString() } : null,
  };
}
