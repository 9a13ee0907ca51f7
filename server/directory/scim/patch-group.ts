import { type Filter, parseFilter } from './parse-filter.ts';
import { type PatchPath, readPath } from './patch-path.ts';
import { refusal } from './refuse.ts';
import { definitions } from './schemas.ts';
import type { Operation } from './wire.ts';

/** One thing to do to a group. Members are changed row by row: a group is never read whole to add one. */
export type GroupStep =
  | { kind: 'rename'; name: string }
  | { kind: 'external-id'; externalId: string | null }
  | { kind: 'add'; memberIds: string[] }
  | { kind: 'remove'; memberIds: string[] }
  | { kind: 'remove-matching'; filter: Filter }
  | { kind: 'replace'; memberIds: string[] };

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const propertyOf = (value: Record<string, unknown>, name: string): unknown =>
  Object.entries(value).find(([key]) => key.toLowerCase() === name)?.[1];

function memberIdOf(item: unknown): string {
  const value = isObject(item) ? propertyOf(item, 'value') : item;
  const type = isObject(item) ? propertyOf(item, 'type') : undefined;
  if (typeof type === 'string' && type.toLowerCase() === 'group')
    throw refusal('invalidValue', 'A group inside a group is not supported: send its members instead.');
  if (typeof value !== 'string' || value === '')
    throw refusal('invalidValue', 'A member of a group is an object with the id of a user as its “value”.');
  return value;
}

/** Lists of objects, of bare ids, or just one of either: all are sent. */
export function memberIdsOf(value: unknown): string[] {
  if (value === undefined || value === null) return [];
  return [...new Set((Array.isArray(value) ? value : [value]).map(memberIdOf))];
}

function textOf(value: unknown, name: string): string {
  if (typeof value === 'string' && value.trim() !== '' && value.length <= 1000) return value.trim();
  throw refusal('invalidValue', `“${name}” has to be a text that is not empty.`);
}

function memberSteps({ op, value }: Pick<Operation, 'op' | 'value'>): GroupStep[] {
  if (op === 'add') return [{ kind: 'add', memberIds: memberIdsOf(value) }];
  if (op === 'replace') return [{ kind: 'replace', memberIds: memberIdsOf(value) }];
  // RFC 7644 §3.5.2.2: without a value everybody goes; Entra ID names whom it means.
  return [
    value === undefined || value === null
      ? { kind: 'replace', memberIds: [] }
      : { kind: 'remove', memberIds: memberIdsOf(value) },
  ];
}

/** `members[value eq "…"]`, the form that needs no look at the group. */
function idsNamed(filter: Filter): string[] | null {
  if (filter.op === 'eq' && filter.attrPath.toLowerCase() === 'value' && typeof filter.compValue === 'string')
    return [filter.compValue];
  if (filter.op !== 'or') return null;
  const parts = filter.filters.map(idsNamed);
  return parts.includes(null) ? null : parts.flatMap((part) => part ?? []);
}

function chosenMembers(op: Operation['op'], { filter, sub }: PatchPath): GroupStep[] {
  if (filter === null || sub) throw refusal('mutability', 'What a member of a group is called cannot be written here.');
  const parsed = parseFilter(filter);
  const memberIds = idsNamed(parsed);
  if (op === 'remove') return [memberIds ? { kind: 'remove', memberIds } : { kind: 'remove-matching', filter: parsed }];
  if (op === 'add' && memberIds) return [{ kind: 'add', memberIds }];
  throw refusal('invalidPath', 'Members are added and removed; “replace” takes “members” without a filter.');
}

function stepsAt(op: Operation['op'], text: string, value: unknown): GroupStep[] {
  const path = readPath('Group', text);
  const { name } = path.attribute;
  if (name === 'members')
    return path.filter === null && !path.sub ? memberSteps({ op, value }) : chosenMembers(op, path);
  if (name === 'externalId') {
    const isCleared = op === 'remove' || value === null || value === '';
    return [{ kind: 'external-id', externalId: isCleared ? null : textOf(value, name) }];
  }
  if (name === 'displayName') {
    if (op === 'remove') throw refusal('invalidValue', 'A group needs its “displayName”.');
    return [{ kind: 'rename', name: textOf(value, name) }];
  }
  throw refusal('mutability', `“${text}” cannot be written.`);
}

/** Okta renames with an object that also names the id. */
const passedOver: ReadonlySet<string> = new Set(['id', 'schemas', 'meta']);

function stepsOfValue(op: Operation['op'], value: unknown): GroupStep[] {
  if (op === 'remove') throw refusal('noTarget', 'A remove operation needs a path.');
  if (!isObject(value))
    throw refusal('invalidValue', 'An operation without a path needs an object of attributes as its value.');
  const prefix = `${definitions.Group.id.toLowerCase()}:`;
  return Object.entries(value).flatMap(([key, inner]) => {
    const name = key.toLowerCase().startsWith(prefix) ? key.slice(prefix.length) : key;
    const isKnown = ['displayname', 'externalid', 'members'].includes(name.toLowerCase());
    if (passedOver.has(name) || !isKnown) return [];
    return stepsAt(op, name, inner);
  });
}

/** @throws ReeveError bad-input with the scimType of RFC 7644 §3.5.2 */
export const groupSteps = (operations: readonly Operation[]): GroupStep[] =>
  operations.flatMap(({ op, path, value }) => (path ? stepsAt(op, path, value) : stepsOfValue(op, value)));
