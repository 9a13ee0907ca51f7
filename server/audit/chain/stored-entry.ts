import type { AuditErasure } from '#server/db/audit-tables.ts';
import type { EntryContent } from './sealed-content.ts';

/** An entry as the database has it. */
export interface StoredEntry {
  id: string;
  at: Date;
  event: string;
  actor_kind: string;
  actor_id: string | null;
  actor_label: string;
  subject_kind: string | null;
  subject_id: string | null;
  subject_label: string | null;
  payload: Record<string, unknown>;
  ip: string | null;
  seal: string | null;
  salts: (string | null)[] | null;
  erasures: AuditErasure[] | null;
}

/** What a value that was erased is replaced by. */
export const erasedText = '(erased)';

/** Only the seal knows whether it was made late. The quick look spares reading those that were not. */
const wasEarlier = (seal: string | null): boolean =>
  seal?.includes('"isEarlier":true') === true && (JSON.parse(seal) as { isEarlier?: unknown }).isEarlier === true;

export function contentOf(row: StoredEntry): EntryContent {
  const { subject_kind: kind, subject_id: id, subject_label: label } = row;
  return {
    id: row.id,
    at: row.at.toISOString(),
    event: row.event,
    actor: { kind: row.actor_kind, id: row.actor_id, label: row.actor_label },
    subject: kind !== null && id !== null ? { kind, id, label: label ?? '' } : null,
    ip: row.ip,
    payload: row.payload,
    ...(wasEarlier(row.seal) && { isEarlier: true as const }),
  };
}
