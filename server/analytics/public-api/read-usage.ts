import type { Database } from '#server/db/open-database.ts';
import type { ReportQuery } from './read-query.ts';
import { daySeconds, isoDay, mondayOf } from './report-window.ts';
import { type LeafRow, readEmails, readMemberLeaves, readUsedDays, readWorkspaceLeaves } from './usage-queries.ts';
import { usageRow } from './usage-row.ts';
import type { UsageRow } from './wire.ts';

/** Enough that a query costs little beside its rows, few enough that they weigh nothing. */
const leavesEachRead = 4_000;

/** A row with its place in the report. */
export interface PlacedRow {
  bucket: number;
  memberId: string;
  row: UsageRow;
}

interface Bucket {
  start: number;
  /** Exclusive. */
  end: number;
}

/** The days or weeks with any use. Weeks begin on Mondays and are cut by the window, so that a row says which days it holds. */
function bucketsOf(days: readonly string[], { from, until, grain }: ReportQuery): Bucket[] {
  const found = new Map<number, Bucket>();
  for (const day of days) {
    const start = Date.parse(`${day}T00:00:00Z`) / 1000;
    const monday = mondayOf(start);
    const bucket =
      grain === 'day'
        ? { start, end: start + daySeconds }
        : { start: Math.max(from, monday), end: Math.min(until, monday + 7 * daySeconds) };
    found.set(bucket.start, bucket);
  }
  return [...found.values()];
}

/** Leaves that lie together by member. The last member of a full read may go on, and is read again from their first leaf. */
function membersOf(leaves: readonly LeafRow[], { isFull }: { isFull: boolean }): LeafRow[][] {
  const members: LeafRow[][] = [];
  for (const leaf of leaves) {
    const last = members.at(-1);
    if (last?.[0]?.memberId === leaf.memberId) last.push(leaf);
    else members.push([leaf]);
  }
  return isFull && members.length > 1 ? members.slice(0, -1) : members;
}

async function* memberRows(
  db: Database,
  { workspaceId, bucket, after }: { workspaceId: string; bucket: Bucket; after: string | null },
): AsyncGenerator<PlacedRow> {
  const isOneDay = bucket.end - bucket.start === daySeconds;
  const days = { workspaceId, from: isoDay(bucket.start), until: isoDay(bucket.end), isOneDay };
  for (let afterMember = after; ; ) {
    const leaves = await readMemberLeaves(db, { ...days, afterMember, limit: leavesEachRead });
    const isFull = leaves.length === leavesEachRead;
    const members = membersOf(leaves, { isFull });
    const ids = members.map(([first]) => first?.memberId ?? '');
    const emails = await readEmails(db, workspaceId, ids);
    for (const [index, ofMember] of members.entries()) {
      const id = ids[index] ?? '';
      const member = { id, email: emails.get(id) ?? null };
      const row = usageRow(ofMember, { startTime: bucket.start, endTime: bucket.end, member });
      yield { bucket: bucket.start, memberId: id, row };
    }
    if (!isFull) return;
    afterMember = ids.at(-1) ?? null;
  }
}

async function* workspaceRow(
  db: Database,
  { workspaceId, bucket }: { workspaceId: string; bucket: Bucket },
): AsyncGenerator<PlacedRow> {
  const days = { workspaceId, from: isoDay(bucket.start), until: isoDay(bucket.end) };
  const leaves = await readWorkspaceLeaves(db, days);
  if (leaves.length === 0) return;
  const row = usageRow(leaves, { startTime: bucket.start, endTime: bucket.end, member: null });
  yield { bucket: bucket.start, memberId: '', row };
}

/** The rows of a report after its page, by day or week and then by member, read as they are asked for. */
export async function* readUsage(db: Database, workspaceId: string, query: ReportQuery): AsyncGenerator<PlacedRow> {
  const { from, until, rows, after } = query;
  if (from >= until) return;
  const days = await readUsedDays(db, { workspaceId, from: isoDay(from), until: isoDay(until), rows });
  for (const bucket of bucketsOf(days, query)) {
    if (after !== null && bucket.start < after.bucket) continue;
    const isOfPage = after !== null && bucket.start === after.bucket;
    if (rows === 'user') yield* memberRows(db, { workspaceId, bucket, after: isOfPage ? after.memberId : null });
    else if (!isOfPage) yield* workspaceRow(db, { workspaceId, bucket });
  }
}
