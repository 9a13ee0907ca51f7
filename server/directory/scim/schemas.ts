import SCIMMY from 'scimmy';
import { refusal } from './refuse.ts';

export type Attribute = SCIMMY.Types.Attribute;
export type Definition = SCIMMY.Types.SchemaDefinition;
export type ResourceKind = 'User' | 'Group';

/** A resource, or a part of one, as it is on the wire. */
export type Attributes = Record<string, unknown>;

export const enterpriseUrn = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

const { User, Group, EnterpriseUser } = SCIMMY.Schemas;
User.definition.extend(EnterpriseUser.definition);

/** RFC 7643 §7: canonical values are suggestions. Directories have telephones of type "office". */
function acceptOtherTypes(attributes: readonly Attribute[]): void {
  for (const { subAttributes } of attributes)
    for (const { name, config } of subAttributes ?? []) if (name === 'type') config.canonicalValues = false;
}

const isAttribute = (item: Attribute | Definition): item is Attribute => item instanceof SCIMMY.Types.Attribute;
export const attributesOf = (definition: Definition): Attribute[] => definition.attributes.filter(isAttribute);

export const definitions: Record<ResourceKind, Definition> = { User: User.definition, Group: Group.definition };
export const enterprise: Definition = EnterpriseUser.definition;
for (const definition of Object.values(definitions)) acceptOtherTypes(attributesOf(definition));

const sameName = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();
export const findByName = (attributes: readonly Attribute[] | undefined, name: string): Attribute | undefined =>
  attributes?.find((attribute) => sameName(attribute.name, name));

/** Where a path of the wire leads, with the names as the schema spells them. */
export interface AttributePlace {
  extension: string | null;
  attribute: Attribute;
  sub: Attribute | null;
}

/** `name.givenName`, `urn:…:User:department`, in any case. Null for what no schema declares. */
export function findAttribute(kind: ResourceKind, path: string): AttributePlace | null {
  const lower = path.toLowerCase();
  const under = (urn: string) => (lower.startsWith(`${urn.toLowerCase()}:`) ? path.slice(urn.length + 1) : null);
  const inExtension = kind === 'User' ? under(enterpriseUrn) : null;
  const [name = '', subName, ...rest] = (inExtension ?? under(definitions[kind].id) ?? path).split('.');
  const attribute = findByName(attributesOf(inExtension === null ? definitions[kind] : enterprise), name);
  if (!attribute || rest.length > 0) return null;
  const sub = subName === undefined ? null : findByName(attribute.subAttributes, subName);
  return sub === undefined ? null : { extension: inExtension === null ? null : enterpriseUrn, attribute, sub };
}

/** Not part of what the identity provider writes: we make them, or never keep them. */
const notKept: ReadonlySet<string> = new Set(['id', 'meta', 'schemas', 'groups', 'password', 'members']);

const withoutOurs = (resource: Attributes): Attributes =>
  Object.fromEntries(Object.entries(resource).filter(([name]) => !notKept.has(name)));

/**
 * Checks a whole resource against its schema. @returns plain JSON of what may be kept
 * @throws ReeveError bad-input (invalidValue)
 */
export function checkResource(kind: ResourceKind, resource: Attributes): Attributes {
  try {
    const checked = definitions[kind].coerce(withoutOurs(resource), 'in');
    return withoutOurs(JSON.parse(JSON.stringify(checked)) as Attributes);
  } catch (error) {
    if (error instanceof TypeError || error instanceof SCIMMY.Types.Error)
      throw refusal('invalidValue', `${error.message}.`);
    throw error;
  }
}
