import { sql } from 'kysely';
import type { AuditErasure } from '#server/db/audit-tables.ts';
import type { Database } from '#server/db/open-database.ts';
import type { EntryContent, Seal } from './chain/sealed-content.ts';

/** Entries by somebody, about them, or with one of the texts in them; by id, locked. */
export const lockEntriesOf = (
  tx: Database,
  { workspaceId, memberId, values }: { workspaceId: string; memberId: string; values: readonly string[] },
  { afterId, limit }: { afterId: string; limit: number },
) =>
  tx
    .selectFrom('audit_events')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('id', '>', afterId)
    .where(({ or, eb }) =>
      or([
        eb('actor_id', '=', memberId),
        eb('subject_id', '=', memberId),
        ...values.map((value) => {
          // As it stands in JSON.
          const part = JSON.stringify(value.toLowerCase()).slice(1, -1);
          return sql<boolean>`strpos(lower(concat_ws(' ', actor_label, subject_label, ip, payload #>> '{}')), ${part}) > 0`;
        }),
      ]),
    )
    .orderBy('id')
    .limit(limit)
    .forUpdate()
    .execute();

export const updateErased = (
  tx: Database,
  id: string,
  { actor, subject, ip, payload }: EntryContent,
  sealed: { salts: readonly (string | null)[]; erasures: readonly AuditErasure[] } | null,
) =>
  tx
    .updateTable('audit_events')
    .set({
      actor_label: actor.label,
      subject_label: subject?.label ?? null,
      ip,
      payload: JSON.stringify(payload),
      ...(sealed && { salts: JSON.stringify(sealed.salts), erasures: JSON.stringify(sealed.erasures) }),
    })
    .where('id', '=', id)
    .execute();

/** Entries from before the chain, the oldest first, locked. */
export const lockUnsealed = (tx: Database, limit: number) =>
  tx
    .selectFrom('audit_events')
    .selectAll()
    .where('seal', 'is', null)
    .orderBy('at')
    .orderBy('id')
    .limit(limit)
    .forUpdate()
    .execute();

export const updateSeal = (tx: Database, id: string, { text, salts }: Seal) =>
  tx
    .updateTable('audit_events')
    .set({ seal: text, salts: JSON.stringify(salts) })
    .where('id', '=', id)
    .execute();
