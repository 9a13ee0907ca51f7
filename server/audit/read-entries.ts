import { z } from 'zod';
import type { AuditEntry, AuditFilters } from '#contract/audit.ts';
import { type AuditEventName, auditEvents } from '#contract/audit-events.ts';
import { cutPage, decodeCursor } from '#server/db/keyset.ts';
import type { Database } from '#server/db/open-database.ts';
import { contentOf } from './chain/stored-entry.ts';
import { type AuditFilter, type AuditRow, type EntriesBefore, listEntries, listEntriesBefore } from './queries.ts';

type Query = z.output<typeof AuditFilters> & { cursor?: string | undefined; limit: number };

export const asEntry = (row: AuditRow): AuditEntry => {
  const event = row.event as AuditEventName;
  return {
    id: row.id,
    at: row.at.toISOString(),
    event,
    sentence: auditEvents[event].sentence,
    actor: { kind: row.actor_kind, id: row.actor_id, label: row.actor_label },
    subject:
      row.subject_kind !== null && row.subject_id !== null
        ? { kind: row.subject_kind, id: row.subject_id, label: row.subject_label ?? '' }
        : null,
    payload: row.payload,
    ip: row.ip,
    link: row.seq !== null && row.hash !== null ? { seq: row.seq, hash: row.hash } : null,
    isEarlier: contentOf(row).isEarlier === true,
    erasures: row.erasures ?? [],
  };
};

/** An event that a newer version of Reeve wrote has no sentence here; going back a version must not break the page. */
export const isKnown = (row: AuditRow): boolean => row.event in auditEvents;

export const asFilter = ({
  from,
  to,
  ...rest
}: z.output<typeof AuditFilters>): Omit<AuditFilter, 'after' | 'limit'> => ({
  ...rest,
  from: from === undefined ? undefined : new Date(from),
  to: to === undefined ? undefined : new Date(to),
});

/** A page of the workspace's entries, newest first. Entries that come in meanwhile do not move the pages. */
export async function readEntries(db: Database, workspaceId: string, { cursor, limit, ...filters }: Query) {
  const position = cursor === undefined ? null : decodeCursor(cursor, z.tuple([z.iso.datetime(), z.string()]));
  const rows = await listEntries(db, workspaceId, {
    ...asFilter(filters),
    limit,
    after: position && { at: position[0], id: position[1] },
  });
  const { page, nextCursor } = cutPage(rows, limit, (row) => [row.at.toISOString(), row.id]);
  return { items: page.filter(isKnown).map(asEntry), nextCursor };
}

export interface OwnEntry extends Pick<AuditEntry, 'id' | 'event' | 'sentence' | 'actor' | 'subject'> {
  at: Date;
}

/** For the activity, which shows them beside what clients did. One that a newer Reeve wrote has no sentence here and is left out. */
export async function ownEntriesBefore(db: Database, workspaceId: string, asked: EntriesBefore): Promise<OwnEntry[]> {
  const rows = await listEntriesBefore(db, workspaceId, asked);
  return rows.filter(({ event }) => event in auditEvents).map((row) => ({ ...asEntry(row), at: row.at }));
}
