import { z } from 'zod';
import type { AuditEntry, audit } from '#contract/audit.ts';
import { type AuditEventName, auditEvents } from '#contract/audit-events.ts';
import { cutPage, decodeCursor } from '#server/db/keyset.ts';
import type { Database } from '#server/db/open-database.ts';
import { type AuditRow, type EntriesBefore, listEntries, listEntriesBefore } from './queries.ts';

type Query = z.output<NonNullable<(typeof audit.list)['~orpc']['inputSchema']>>;

const asEntry = (row: AuditRow): AuditEntry => {
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
  };
};

/** A page of the workspace's entries, newest first. Entries that come in meanwhile do not move the pages. */
export async function readEntries(db: Database, workspaceId: string, query: Query) {
  const { cursor, from, to, ...rest } = query;
  const position = cursor === undefined ? null : decodeCursor(cursor, z.tuple([z.iso.datetime(), z.string()]));
  const rows = await listEntries(db, workspaceId, {
    ...rest,
    from: from === undefined ? undefined : new Date(from),
    to: to === undefined ? undefined : new Date(to),
    after: position && { at: position[0], id: position[1] },
  });
  const { page, nextCursor } = cutPage(rows, query.limit, (row) => [row.at.toISOString(), row.id]);
  // An event that a newer version of Reeve wrote has no sentence here; going back a version must not break the page.
  return { items: page.filter((row) => row.event in auditEvents).map(asEntry), nextCursor };
}

export interface OwnEntry extends Pick<AuditEntry, 'id' | 'event' | 'sentence' | 'actor' | 'subject'> {
  at: Date;
}

/** For the activity, which shows them beside what clients did. One that a newer Reeve wrote has no sentence here and is left out. */
export async function ownEntriesBefore(db: Database, workspaceId: string, asked: EntriesBefore): Promise<OwnEntry[]> {
  const rows = await listEntriesBefore(db, workspaceId, asked);
  return rows.filter(({ event }) => event in auditEvents).map((row) => ({ ...asEntry(row), at: row.at }));
}
