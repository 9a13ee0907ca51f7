import Papa from 'papaparse';
import type { z } from 'zod';
import type { AuditFilters } from '#contract/audit.ts';
import type { Database } from '#server/db/open-database.ts';
import { type AuditRow, listEntries } from './queries.ts';
import { asEntry, asFilter, isKnown } from './read-entries.ts';

const rowsPerQuery = 1_000;
const columns = [
  'number',
  'at',
  'event',
  'what',
  'by_kind',
  'by_id',
  'by',
  'about_kind',
  'about_id',
  'about',
  'from',
  'details',
  'hash',
  'id',
];

function cellsOf(row: AuditRow): (string | number | null)[] {
  const { id, at, event, sentence, actor, subject, ip, payload, link } = asEntry(row);
  return [
    link?.seq ?? null,
    at,
    event,
    sentence,
    actor.kind,
    actor.id,
    actor.label,
    subject?.kind ?? null,
    subject?.id ?? null,
    subject?.label ?? null,
    ip,
    JSON.stringify(payload),
    link?.hash ?? null,
    id,
  ];
}

/** RFC 4180. What a spreadsheet would take for a formula begins with an apostrophe. */
const asCsv = (rows: readonly (readonly (string | number | null)[])[]): string =>
  `${Papa.unparse(rows as (string | number | null)[][], { escapeFormulae: true, newline: '\r\n' })}\r\n`;

/** Everything that matches, newest first, a page of rows at a time. */
export async function* writeCsv(
  db: Database,
  workspaceId: string,
  filters: z.output<typeof AuditFilters>,
): AsyncGenerator<string> {
  yield asCsv([columns]);
  let after: { at: string; id: string } | null = null;
  for (;;) {
    const rows: AuditRow[] = await listEntries(db, workspaceId, { ...asFilter(filters), after, limit: rowsPerQuery });
    const page = rows.slice(0, rowsPerQuery);
    const known = page.filter(isKnown);
    if (known.length > 0) yield asCsv(known.map(cellsOf));
    const last = page.at(-1);
    if (!last || rows.length <= rowsPerQuery) return;
    after = { at: last.at.toISOString(), id: last.id };
  }
}
