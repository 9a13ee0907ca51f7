import { ReeveError } from '#server/fail.ts';
import type { PlainValue } from './print-toml.ts';

const deepest = 20;

const refuse = (issue: string): never => {
  throw new ReeveError('bad-input', { issue });
};

/** Only what TOML can hold. @throws ReeveError bad-input */
export function asPlainValue(value: unknown, depth = 0): PlainValue {
  if (depth > deepest) return refuse('The value is nested too deeply.');
  if (typeof value === 'string') return value.isWellFormed() ? value : refuse('The value holds half a character.');
  if (typeof value === 'boolean') return value;
  // −0 and 0 are one value here: a client cannot tell them apart.
  if (typeof value === 'number') return value + 0;
  if (Array.isArray(value)) return value.map((item) => asPlainValue(item, depth + 1));
  if (typeof value !== 'object' || value === null)
    return refuse('TOML has no null. Leave the value out to remove a key.');
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, asPlainValue(inner, depth + 1)]));
}

function editList(list: readonly unknown[], name: string, next: (current: unknown) => unknown): unknown[] {
  const index = /^\d{1,6}$/.test(name) ? Number(name) : -1;
  if (index < 0 || index > list.length)
    return refuse(`“${name}” is no position in a list of ${list.length}: positions count from 0.`);
  const value = next(list[index]);
  return value === undefined ? list.toSpliced(index, 1) : list.toSpliced(index, 1, value);
}

/** The same edit on plain values: what the edited document has to say. Undefined takes a value out. @throws ReeveError bad-input */
export function editPlainValue(current: unknown, path: readonly string[], value: PlainValue | undefined): unknown {
  const [name, ...rest] = path;
  if (name === undefined) return value;
  if (current === undefined && value === undefined) return undefined;
  const next = (inner: unknown) => editPlainValue(inner, rest, value);
  if (Array.isArray(current)) return editList(current, name, next);
  const isTable = current === undefined || (current !== null && Object.getPrototypeOf(current) === Object.prototype);
  if (!isTable) return refuse(`There is a value where “${name}” would need a table.`);
  const entries = new Map(Object.entries(current ?? {}));
  const inner = next(entries.get(name));
  if (inner === undefined) entries.delete(name);
  else entries.set(name, inner);
  return Object.fromEntries(entries);
}
