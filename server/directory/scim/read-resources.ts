import { ReeveError } from '#server/fail.ts';
import { filterSql, type Searchable, sortSql } from './filter-sql.ts';
import {
  countGroups,
  findGroup,
  type GroupRow,
  listGroups,
  listMembersOfGroups,
  searchableGroups,
} from './group-queries.ts';
import { limits } from './limits.ts';
import type { Page } from './page.ts';
import { parseFilter } from './parse-filter.ts';
import { asGroup, asUser, locationOf, type Projection, project, shows } from './render.ts';
import type { Attributes } from './schemas.ts';
import type { ScimAnswer, ScimCaller, ScimServices } from './scim-call.ts';
import { countUsers, findUser, listGroupsOfUsers, listUsers, searchableUsers, type UserRow } from './user-queries.ts';
import { etagOf, isUnchanged } from './versions.ts';
import { type SearchRequest, urns } from './wire.ts';

type Reading = Pick<ScimServices, 'db'>;

const countByDefault = 100;

function pageOf(search: SearchRequest, searchable: Searchable): Page {
  const count = Math.max(0, search.count ?? countByDefault);
  return {
    where: search.filter ? filterSql(parseFilter(search.filter), searchable) : null,
    orderBy: search.sortBy ? sortSql(search.sortBy, searchable) : null,
    isDescending: search.sortOrder?.toLowerCase() === 'descending',
    offset: Math.max(1, search.startIndex ?? 1) - 1,
    limit: Math.min(count, limits.results),
  };
}

const listResponse = (resources: readonly Attributes[], total: number, { offset }: Page): ScimAnswer => ({
  status: 200,
  body: {
    schemas: [urns.list],
    totalResults: total,
    startIndex: offset + 1,
    itemsPerPage: resources.length,
    Resources: resources,
  },
});

/** A page that is not full is the last one, and tells how many there are. */
const isLast = ({ offset, limit }: Page, rows: readonly unknown[]): boolean =>
  rows.length < limit && (rows.length > 0 || offset === 0);

async function showUsers({ db }: Reading, { baseUrl }: ScimCaller, rows: readonly UserRow[], projection: Projection) {
  const groups = shows('User', projection, 'groups')
    ? await listGroupsOfUsers(
        db,
        rows.map(({ id }) => id),
      )
    : [];
  const byMember = Map.groupBy(groups, ({ member_id }) => member_id);
  return rows.map((row) => project('User', asUser(baseUrl, row, byMember.get(row.id) ?? []), projection));
}

async function showGroups({ db }: Reading, { baseUrl }: ScimCaller, rows: readonly GroupRow[], projection: Projection) {
  const isShown = shows('Group', projection, 'members');
  const members = isShown
    ? await listMembersOfGroups(
        db,
        rows.map(({ id }) => id),
      )
    : [];
  const byGroup = Map.groupBy(members, ({ group_id }) => group_id);
  return rows.map((row) =>
    project('Group', asGroup(baseUrl, row, isShown ? (byGroup.get(row.id) ?? []) : null), projection),
  );
}

export async function searchUsers(services: Reading, caller: ScimCaller, search: SearchRequest): Promise<ScimAnswer> {
  const page = pageOf(search, searchableUsers);
  const rows = page.limit === 0 ? [] : await listUsers(services.db, caller.workspaceId, page);
  const total = isLast(page, rows)
    ? page.offset + rows.length
    : await countUsers(services.db, caller.workspaceId, page.where);
  return listResponse(await showUsers(services, caller, rows, search), total, page);
}

export async function searchGroups(services: Reading, caller: ScimCaller, search: SearchRequest): Promise<ScimAnswer> {
  const page = pageOf(search, searchableGroups);
  const rows = page.limit === 0 ? [] : await listGroups(services.db, caller.workspaceId, page);
  const total = isLast(page, rows)
    ? page.offset + rows.length
    : await countGroups(services.db, caller.workspaceId, page.where);
  return listResponse(await showGroups(services, caller, rows, search), total, page);
}

interface Wanted {
  id: string;
  projection: Projection;
  ifNoneMatch?: string | null;
}

const noSuch = (kind: 'user' | 'group', id: string) =>
  new ReeveError('not-found', {}, { message: `There is no ${kind} with the id ${id} that SCIM manages.` });

/** The answer to a create: what was just written needs no second look. */
export async function answerCreated(
  services: Reading,
  caller: ScimCaller,
  { id, row }: { id: string; row: UserRow | null },
  projection: Projection,
): Promise<ScimAnswer> {
  if (!row) return { ...(await readOneUser(services, caller, { id, projection })), status: 201 };
  return {
    status: 201,
    body: project('User', asUser(caller.baseUrl, row, []), projection),
    version: etagOf(row.version),
    location: locationOf(caller.baseUrl, 'User', id),
  };
}

export async function readOneUser(
  services: Reading,
  caller: ScimCaller,
  { id, projection, ifNoneMatch = null }: Wanted,
): Promise<ScimAnswer> {
  const row = await findUser(services.db, caller.workspaceId, id);
  if (!row) throw noSuch('user', id);
  const facts = { version: etagOf(row.version), location: locationOf(caller.baseUrl, 'User', id) };
  if (isUnchanged(ifNoneMatch, row.version)) return { status: 304, ...facts };
  const [body] = await showUsers(services, caller, [row], projection);
  return { status: 200, body, ...facts };
}

export async function readOneGroup(
  services: Reading,
  caller: ScimCaller,
  { id, projection, ifNoneMatch = null }: Wanted,
): Promise<ScimAnswer> {
  const row = await findGroup(services.db, caller.workspaceId, id);
  if (!row) throw noSuch('group', id);
  const facts = { version: etagOf(row.version), location: locationOf(caller.baseUrl, 'Group', id) };
  if (isUnchanged(ifNoneMatch, row.version)) return { status: 304, ...facts };
  const [body] = await showGroups(services, caller, [row], projection);
  return { status: 200, body, ...facts };
}
