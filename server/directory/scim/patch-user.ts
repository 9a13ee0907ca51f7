import { isDeepStrictEqual } from 'node:util';
import { ScimError, type ScimResource, scimPatch } from 'scim-patch';
import { filter as matches } from 'scim2-parse-filter';
import { isReeveError } from '#server/fail.ts';
import { normaliseElement, normaliseResource, normaliseValue } from './normalise.ts';
import { type Filter, parseFilter } from './parse-filter.ts';
import { type PatchPath, readPath, writePath } from './patch-path.ts';
import { refusal } from './refuse.ts';
import { type Attributes, checkResource, enterpriseUrn } from './schemas.ts';
import type { Operation } from './wire.ts';

interface Step {
  op: Operation['op'];
  path: PatchPath;
  value: unknown;
}

const isObject = (value: unknown): value is Attributes =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isReadOnly = ({ attribute, sub }: PatchPath): boolean =>
  [attribute, sub].some((each) => each?.config.mutable === false) || ['id', 'schemas'].includes(attribute.name);

const isExtension = (path: string): boolean => path.toLowerCase() === enterpriseUrn.toLowerCase();

function makeStep(op: Step['op'], path: PatchPath, value: unknown): Step {
  const oneElement = path.filter !== null && !path.sub;
  const normal = oneElement
    ? normaliseElement(path.attribute, value)
    : normaliseValue(path.sub ?? path.attribute, value);
  const target = path.sub ?? path.attribute;
  const elements = target.config.multiValued && !oneElement ? normal : [normal];
  // scim-patch would go into a text as if it were an object.
  if (target.type === 'complex' && normal !== undefined && !(Array.isArray(elements) && elements.every(isObject)))
    throw refusal('invalidValue', `“${target.name}” takes an object, not ${JSON.stringify(value)?.slice(0, 50)}.`);
  // RFC 7643 §2.5: null is the same as not assigned.
  return { op: normal === undefined ? 'remove' : op, path, value: normal };
}

/** Null for attributes of schemas we do not know: they are not kept, as in a whole resource. */
function readKnownPath(text: string): PatchPath | null {
  try {
    return readPath('User', text);
  } catch (error) {
    if (isReeveError(error)) return null;
    throw error;
  }
}

/** Without a path, each key of the value is one. What nobody may write is passed over there: Okta sends the id along. */
function stepsOfValue(op: Step['op'], value: unknown, prefix: string): Step[] {
  if (!isObject(value))
    throw refusal('invalidValue', 'An operation without a path needs an object of attributes as its value.');
  return Object.entries(value).flatMap(([key, inner]) => {
    if (isExtension(key) && isObject(inner)) return stepsOfValue(op, inner, `${enterpriseUrn}:`);
    const path = readKnownPath(`${prefix}${key}`);
    return path && !isReadOnly(path) ? [makeStep(op, path, inner)] : [];
  });
}

function stepsOf({ op, path, value }: Operation): Step[] {
  if (!path) {
    if (op === 'remove') throw refusal('noTarget', 'A remove operation needs a path.');
    return stepsOfValue(op, value, '');
  }
  if (isExtension(path)) return stepsOfValue(op, value, `${enterpriseUrn}:`);
  const place = readPath('User', path);
  if (isReadOnly(place)) throw refusal('mutability', `“${path}” cannot be written.`);
  if (op !== 'remove' && value === undefined) throw refusal('invalidValue', `The operation on “${path}” has no value.`);
  return [
    op === 'remove' ? { op, path: place, value: normaliseValue(place.attribute, value) } : makeStep(op, place, value),
  ];
}

/** The element that a filter of equalities describes; null for any other filter. */
function describedBy(filter: Filter): Attributes | null {
  if (filter.op === 'eq') return { [filter.attrPath]: filter.compValue };
  if (filter.op !== 'and') return null;
  const parts = filter.filters.map(describedBy);
  return parts.includes(null) ? null : Object.assign({}, ...parts);
}

/** Entra ID replaces the value of an e-mail of type "work" that is not there yet: it is added. @returns whether there is one now */
function ensureElement(holder: Attributes, { op, path }: Step): boolean {
  if (path.filter === null) return true;
  const parsed = parseFilter(path.filter);
  const list = Array.isArray(holder[path.attribute.name]) ? (holder[path.attribute.name] as unknown[]) : [];
  if (list.some(matches(parsed))) return true;
  if (op === 'remove') return false;
  const described = describedBy(parsed);
  if (!described) throw refusal('noTarget', `Nothing in “${path.attribute.name}” matches [${path.filter}].`);
  holder[path.attribute.name] = [...list, normaliseElement(path.attribute, described)];
  return true;
}

/** The elements that have everything of one of the given ones go. */
function takeOut(holder: Attributes, { path, value }: Step): void {
  const list = holder[path.attribute.name];
  if (!Array.isArray(list) || !Array.isArray(value)) return;
  const isMeant = (element: unknown) =>
    value.some((given) =>
      isObject(given) && isObject(element)
        ? Object.entries(given).every(([key, part]) => isDeepStrictEqual(element[key], part))
        : isDeepStrictEqual(given, element),
    );
  holder[path.attribute.name] = list.filter((element) => !isMeant(element));
}

const isPrimary = (element: unknown): boolean => isObject(element) && element.primary === true;

/** RFC 7644 §3.5.2: when another element becomes the primary one, the earlier one is it no longer. */
function keepOnePrimary(holder: Attributes, { path: { attribute } }: Step, before: unknown): void {
  const list = holder[attribute.name];
  if (!Array.isArray(list) || list.filter(isPrimary).length < 2) return;
  const earlier = Array.isArray(before) ? before.filter(isPrimary) : [];
  const wasPrimary = (element: unknown) => earlier.some((each) => isDeepStrictEqual(each, element));
  const newest = list.findLast((element) => isPrimary(element) && !wasPrimary(element)) ?? list.findLast(isPrimary);
  holder[attribute.name] = list.map((element) =>
    isPrimary(element) && element !== newest ? { ...(element as Attributes), primary: false } : element,
  );
}

function holderOf(resource: Attributes, { extension }: PatchPath): Attributes {
  if (extension === null) return resource;
  const inner = isObject(resource[extension]) ? resource[extension] : {};
  resource[extension] = inner;
  return inner;
}

function applyStep(resource: Attributes, step: Step): void {
  const { op, path, value } = step;
  const holder = holderOf(resource, path);
  const before = structuredClone(holder[path.attribute.name]);
  if (!ensureElement(holder, step)) return;
  const isListed = op === 'remove' && path.filter === null && !path.sub && Array.isArray(value) && value.length > 0;
  if (isListed) takeOut(holder, step);
  else {
    const operation = { op, path: writePath(path), ...(op === 'remove' ? {} : { value }) } as const;
    // scim-patch asks for `schemas` and `meta`, and reads neither.
    scimPatch(resource as unknown as ScimResource, [operation], { mutateDocument: true, treatMissingAsAdd: true });
  }
  keepOnePrimary(holder, step, before);
}

/** What is left of an element when its value was taken out tells nothing. */
function dropEmpty(resource: Attributes): Attributes {
  const isTold = (element: unknown) =>
    !isObject(element) || Object.keys(element).some((key) => key !== 'type' && key !== 'primary');
  const kept = Object.entries(resource).map(([key, value]): [string, unknown] => [
    key,
    Array.isArray(value) ? value.filter(isTold) : value,
  ]);
  return Object.fromEntries(kept.filter(([, value]) => !Array.isArray(value) || value.length > 0));
}

/**
 * The resource after the operations, one after the other: all of them, or an error and none.
 * @throws ReeveError bad-input with the scimType of RFC 7644 §3.5.2
 */
export function patchUser(before: Attributes, operations: readonly Operation[]): Attributes {
  const resource = structuredClone(before);
  try {
    for (const operation of operations) {
      if (operation.op === 'remove' && isExtension(operation.path ?? '')) delete resource[enterpriseUrn];
      else for (const step of stepsOf(operation)) applyStep(resource, step);
    }
  } catch (error) {
    if (error instanceof ScimError) throw refusal('invalidValue', error.message);
    throw error;
  }
  return readUser(resource);
}

/** A whole user as it was sent, in the schema's spelling, checked. */
export const readUser = (body: unknown): Attributes =>
  checkResource('User', dropEmpty(normaliseResource('User', body)));
