export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };
export type JsonTable = { [key: string]: JsonValue };

/** Sets what is at `path`, or removes it where there is no value. */
export interface Edit {
  path: string[];
  value?: JsonValue;
}

export const isTable = (value: JsonValue | undefined): value is JsonTable =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function valueAt(values: JsonValue | undefined, path: readonly string[]): JsonValue | undefined {
  let at = values;
  for (const key of path) {
    if (Array.isArray(at)) at = at[Number(key)];
    else if (isTable(at) && Object.hasOwn(at, key)) at = at[key];
    else return undefined;
  }
  return at;
}

/** The values as they will be once the edits are made: the form shows them before the server has answered. */
export const applyEdits = (values: JsonTable, edits: readonly Edit[]): JsonTable =>
  edits.reduce<JsonTable>((edited, { path, value }) => {
    const next = applyEdit(edited, path, value);
    return isTable(next) ? next : edited;
  }, values);

function applyEdit(
  at: JsonValue | undefined,
  path: readonly string[],
  value: JsonValue | undefined,
): JsonValue | undefined {
  const [key, ...below] = path;
  if (key === undefined) return value;
  if (Array.isArray(at)) {
    const index = Number(key);
    const next = applyEdit(at[index], below, value);
    const before = at.slice(0, index);
    return next === undefined ? [...before, ...at.slice(index + 1)] : [...before, next, ...at.slice(index + 1)];
  }
  if (value === undefined && !isTable(at)) return at;
  const table = isTable(at) ? at : {};
  const next = applyEdit(table[key], below, value);
  if (next !== undefined) return { ...table, [key]: next };
  return Object.fromEntries(Object.entries(table).filter(([name]) => name !== key));
}

/** The list with the entry at `index` moved by `offset` places; unchanged at either end. */
export function moveEntry<Entry>(list: readonly Entry[], index: number, offset: -1 | 1): Entry[] {
  const target = index + offset;
  if (index < 0 || index >= list.length || target < 0 || target >= list.length) return [...list];
  const moved = list.slice(index, index + 1);
  const without = list.filter((_, at) => at !== index);
  return [...without.slice(0, target), ...moved, ...without.slice(target)];
}
