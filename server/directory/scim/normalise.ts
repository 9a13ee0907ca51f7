import { refusal } from './refuse.ts';
import {
  type Attribute,
  type Attributes,
  attributesOf,
  definitions,
  enterprise,
  enterpriseUrn,
  findAttribute,
  findByName,
  type ResourceKind,
} from './schemas.ts';

const isObject = (value: unknown): value is Attributes =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isEmpty = (value: unknown): boolean => value === undefined || value === null;

/**
 * Brings one value into the form of its schema. Entra ID sends booleans as "True" and "False" and a manager as a bare id, others send one
 * value where a list belongs. What cannot be read is left for the check against the schema.
 */
export function normaliseValue(attribute: Attribute, value: unknown): unknown {
  if (isEmpty(value)) return undefined;
  if (!attribute.config.multiValued) return normaliseElement(attribute, value);
  const list = Array.isArray(value) ? value : [value];
  return list.map((item) => normaliseElement(attribute, item)).filter((item) => !isEmpty(item));
}

/** One of several values, or the only one. */
export function normaliseElement(attribute: Attribute, value: unknown): unknown {
  if (isEmpty(value)) return undefined;
  if (attribute.type === 'boolean' && typeof value === 'string') {
    const text = value.toLowerCase();
    if (text === 'true' || text === 'false') return text === 'true';
  }
  // Okta sends what is not filled in as an empty text, which is no address.
  if (attribute.type === 'reference' && value === '') return undefined;
  if (attribute.type === 'string' && typeof value === 'number') return String(value);
  if (attribute.type !== 'complex') return value;
  if (isObject(value)) {
    const known = normaliseMembers(attribute.subAttributes ?? [], value);
    return Object.keys(known).length > 0 ? known : undefined;
  }
  const holder = findByName(attribute.subAttributes, 'value');
  if (typeof value !== 'string' || !holder) return value;
  return value === '' ? undefined : { value };
}

function normaliseMembers(attributes: readonly Attribute[], value: Attributes): Attributes {
  const known: Attributes = {};
  for (const [key, inner] of Object.entries(value)) {
    const attribute = findByName(attributes, key);
    const normal = attribute && normaliseValue(attribute, inner);
    if (attribute && normal !== undefined) known[attribute.name] = normal;
  }
  return known;
}

function put(target: Attributes, path: readonly string[], value: unknown): void {
  const [head = '', ...rest] = path;
  if (rest.length === 0) target[head] = value;
  else {
    const inner = isObject(target[head]) ? target[head] : {};
    target[head] = inner;
    put(inner, rest, value);
  }
}

/**
 * A resource with the schema's spelling and forms: keys in any case, dotted (`name.givenName`) or with the extension's URN in front.
 * What no schema declares is left out.
 */
export function normaliseResource(kind: ResourceKind, body: unknown): Attributes {
  if (!isObject(body)) throw refusal('invalidSyntax', 'The body has to be a JSON object.');
  const resource = normaliseMembers(attributesOf(definitions[kind]), body);
  for (const [key, value] of Object.entries(body)) {
    if (kind === 'User' && key.toLowerCase() === enterpriseUrn.toLowerCase() && isObject(value)) {
      const earlier = isObject(resource[enterpriseUrn]) ? resource[enterpriseUrn] : {};
      const inner = { ...earlier, ...normaliseMembers(attributesOf(enterprise), value) };
      if (Object.keys(inner).length > 0) resource[enterpriseUrn] = inner;
    } else if (key.includes('.') || key.includes(':')) {
      const place = findAttribute(kind, key);
      const normal = place && normaliseValue(place.sub ?? place.attribute, value);
      if (!place || isEmpty(normal)) continue;
      const path = [place.extension, place.attribute.name, place.sub?.name].filter((name) => typeof name === 'string');
      put(resource, path, normal);
    }
  }
  return resource;
}
