import SCIMMY from 'scimmy';
import type { GroupRow } from './group-queries.ts';
import { type Attributes, definitions, enterpriseUrn, findAttribute, type ResourceKind } from './schemas.ts';
import type { UserRow } from './user-queries.ts';
import { etagOf } from './versions.ts';
import type { SearchRequest } from './wire.ts';

export const locationOf = (baseUrl: string, kind: ResourceKind, id: string): string => `${baseUrl}/${kind}s/${id}`;

const metaOf = (
  baseUrl: string,
  kind: ResourceKind,
  { id, created_at, updated_at, version }: { id: string; created_at: Date; updated_at: Date; version: number },
) => ({
  resourceType: kind,
  created: created_at.toISOString(),
  lastModified: updated_at.toISOString(),
  location: locationOf(baseUrl, kind, id),
  version: etagOf(version),
});

export function asUser(baseUrl: string, row: UserRow, groups: readonly { id: string; name: string }[]): Attributes {
  const { attributes, id, active } = row;
  const listed = groups.map((group) => ({
    value: group.id,
    display: group.name,
    type: 'direct',
    $ref: locationOf(baseUrl, 'Group', group.id),
  }));
  return {
    schemas: [definitions.User.id, ...(attributes[enterpriseUrn] === undefined ? [] : [enterpriseUrn])],
    id,
    ...attributes,
    active,
    ...(listed.length > 0 ? { groups: listed } : {}),
    meta: metaOf(baseUrl, 'User', row),
  };
}

/** `members` null: they were not asked for. */
export function asGroup(
  baseUrl: string,
  row: GroupRow,
  members: readonly { id: string; name: string }[] | null,
): Attributes {
  const listed = members?.map(({ id, name }) => ({
    value: id,
    display: name,
    type: 'User',
    $ref: locationOf(baseUrl, 'User', id),
  }));
  return {
    schemas: [definitions.Group.id],
    id: row.id,
    ...(row.external_id === null ? {} : { externalId: row.external_id }),
    displayName: row.name,
    ...(listed ? { members: listed } : {}),
    meta: metaOf(baseUrl, 'Group', row),
  };
}

export type Projection = Pick<SearchRequest, 'attributes' | 'excludedAttributes'>;

const known = (kind: ResourceKind, names: readonly string[] | null | undefined): string[] =>
  (names ?? []).filter((name) => /^[\w:.$-]+$/.test(name) && findAttribute(kind, name));

/** Whether an answer shows this attribute: what nobody asked for need not be read. */
export function shows(kind: ResourceKind, { attributes, excludedAttributes }: Projection, name: string): boolean {
  const isIt = (each: string) => findAttribute(kind, each)?.attribute.name === name;
  if (attributes && attributes.length > 0) return known(kind, attributes).some(isIt);
  return !known(kind, excludedAttributes).some((each) => isIt(each) && !each.includes('.'));
}

/** `attributes` and `excludedAttributes` (RFC 7644 §3.9). The id and the schemas are always there. */
export function project(kind: ResourceKind, resource: Attributes, projection: Projection): Attributes {
  const { attributes, excludedAttributes } = projection;
  const isChosen = (attributes ?? []).length > 0;
  const names = known(kind, isChosen ? attributes : excludedAttributes);
  if (names.length === 0) return isChosen ? { schemas: resource.schemas, id: resource.id } : resource;
  const filter = new SCIMMY.Types.Filter(names.map((name) => `${name} ${isChosen ? 'pr' : 'np'}`).join(' and '));
  const { location } = resource.meta as { location: string };
  const projected = definitions[kind].coerce(resource, 'out', location.slice(0, location.lastIndexOf('/')), filter);
  return { schemas: resource.schemas, id: resource.id, ...(projected as Attributes) };
}
