import type { XmlElement } from './dom.ts';
import { attribute, children, textOf } from './read-xml.ts';

const xmlsoap = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims';
const microsoft = 'http://schemas.microsoft.com';

// Where identity providers put what the mapping asks for by its short name: Entra ID and AD FS (URIs), Shibboleth (OIDs), Okta, Google.
const shortNames: Record<string, readonly string[]> = {
  email: [
    `${xmlsoap}/emailaddress`,
    'urn:oid:0.9.2342.19200300.100.1.3',
    'mail',
    'Email',
    'emailAddress',
    'user.email',
  ],
  name: [
    `${microsoft}/identity/claims/displayname`,
    'urn:oid:2.16.840.1.113730.3.1.241',
    'displayName',
    'DisplayName',
    'cn',
  ],
  given_name: [`${xmlsoap}/givenname`, 'urn:oid:2.5.4.42', 'givenName', 'firstName', 'FirstName'],
  family_name: [`${xmlsoap}/surname`, 'urn:oid:2.5.4.4', 'sn', 'surname', 'lastName', 'LastName'],
  groups: [
    `${microsoft}/ws/2008/06/identity/claims/groups`,
    `${microsoft}/ws/2008/06/identity/claims/role`,
    'http://schemas.xmlsoap.org/claims/Group',
    'urn:oid:1.3.6.1.4.1.5923.1.5.1.1',
    'memberOf',
    'Groups',
  ],
};

/** Entra ID sends these instead of the groups when there are more than 150. */
const overageNames = [`${microsoft}/claims/groups.link`, `${microsoft}/claims/groups.overage`];
const methodsName = `${microsoft}/claims/authnmethodsreferences`;

export type AttributeValues = ReadonlyMap<string, readonly string[]>;

/** Attributes of a verified assertion by Name and, where no Name is the same, by FriendlyName. */
export function readAttributes(assertion: XmlElement): AttributeValues {
  const found = children(assertion, 'assertion', 'AttributeStatement')
    .flatMap((statement) => children(statement, 'assertion', 'Attribute'))
    .map((element) => ({
      name: attribute(element, 'Name'),
      friendlyName: attribute(element, 'FriendlyName'),
      values: children(element, 'assertion', 'AttributeValue').map(textOf).filter(Boolean),
    }));
  const values = new Map<string, string[]>();
  for (const { name, values: more } of found) if (name) values.set(name, [...(values.get(name) ?? []), ...more]);
  const byName = new Set(values.keys());
  for (const { friendlyName, values: more } of found)
    if (friendlyName && !byName.has(friendlyName))
      values.set(friendlyName, [...(values.get(friendlyName) ?? []), ...more]);
  return values;
}

export const hasGroupsOverage = (attributes: AttributeValues): boolean =>
  overageNames.some((name) => attributes.has(name));

/** Entra ID's authentication methods in the words of RFC 8176, beside the originals. */
export function methodsOf(attributes: AttributeValues): string[] {
  const methods = attributes.get(methodsName) ?? [];
  const words = methods.flatMap((uri) => {
    if (uri === `${microsoft}/claims/multipleauthn`) return ['mfa'];
    return uri.endsWith('/authenticationmethod/password') ? ['pwd'] : [];
  });
  return [...words, ...methods];
}

/**
 * The claims a mapping chooses from: each attribute by its own name (a text, or a list where it has several values), and `email`, `name`
 * and `groups` from where the common identity providers put them.
 */
export function claimsOf(attributes: AttributeValues): Record<string, string | string[]> {
  const known = new Map<string, readonly string[]>(attributes);
  for (const [short, names] of Object.entries(shortNames)) {
    const from = known.has(short) ? undefined : names.find((name) => (attributes.get(name)?.length ?? 0) > 0);
    if (from) known.set(short, attributes.get(from) ?? []);
  }
  const fullName = [known.get('given_name')?.[0], known.get('family_name')?.[0]].filter(Boolean).join(' ');
  if (!known.has('name') && fullName) known.set('name', [fullName]);
  const entries = [...known].filter(([, values]) => values.length > 0);
  return Object.fromEntries(
    entries.map(([name, values]) => [name, values.length > 1 || name === 'groups' ? [...values] : (values[0] ?? '')]),
  );
}
