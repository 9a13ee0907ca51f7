export interface FieldChange {
  field: string;
  before: string | null;
  after: string | null;
}

const asText = (value: unknown): string | null => {
  if (value === undefined || value === null) return null;
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The fields that differ between `before` and `after`; for other payloads every field, as something that came to be. */
export function fieldsOf(payload: Record<string, unknown>): FieldChange[] {
  const { before, after, ...rest } = payload;
  const was = isRecord(before) ? before : {};
  const is = isRecord(after) ? after : {};
  const changed = [...new Set([...Object.keys(was), ...Object.keys(is)])]
    .map((field) => ({ field, before: asText(was[field]), after: asText(is[field]) }))
    .filter((change) => change.before !== change.after);
  return [...changed, ...Object.entries(rest).map(([field, value]) => ({ field, before: null, after: asText(value) }))];
}
