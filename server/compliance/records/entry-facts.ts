import type { AuditEventName } from '#contract/audit-events.ts';
import type { ArrivedEntry } from '#server/audit/index.ts';

/** An entry of the audit log, as records are made of it. */
export type Entry = Pick<
  ArrivedEntry,
  | 'id'
  | 'at'
  | 'actor_kind'
  | 'actor_id'
  | 'actor_label'
  | 'subject_kind'
  | 'subject_id'
  | 'subject_label'
  | 'payload'
  | 'ip'
> & { event: AuditEventName; workspaceId: string };

/** `Ada Lovelace <ada@example.com>`, or the address alone. */
export function emailIn(label: string | null): string | null {
  const found = /<([^<>\s]+@[^<>\s]+)>$/.exec(label ?? '')?.[1];
  if (found !== undefined) return found;
  return label !== null && /^[^<>\s]+@[^<>\s]+$/.test(label) ? label : null;
}

export const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

export const fieldsOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};

export const after = (entry: Entry): Record<string, unknown> => fieldsOf(entry.payload.after);
export const before = (entry: Entry): Record<string, unknown> => fieldsOf(entry.payload.before);

/** Epoch seconds, as the vendor has times in `action_data`. */
export const secondsOf = (value: unknown): number | null => {
  const at = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? null : Math.floor(at / 1000);
};
