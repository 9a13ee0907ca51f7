import type { Database } from '#server/db/open-database.ts';
import type { ReportQuery } from './read-query.ts';
import { daySeconds, isoDay, mondayOf } from './report-window.ts';
import {
  type AcceptedLines,
  type MemberLeaf,
  readAcceptedLines,
  readMemberLeaves,
  readUsedDays,
  readWorkspaceLeaves,
} from './usage-queries.ts';
import { usageRow } from './usage-row.ts';
import type { UsageRow } from './wire.ts';

/** Enough that a query costs little beside its rows, few enough that they weigh nothing. */
const mostLeavesEachRead = 4_000;
/** Most members have few clients and models; whoever asks for few rows does not wait for many. */
const leavesFor = (limit: number): number => Math.min(mostLeavesEachRead, 100 + 4 * limit);

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

/** Leaves that lie together by member. The last member of a full read may have more: they are read again from their first leaf. */
function membersOf(leaves: readonly MemberLeaf[], { isFull }: { isFull: boolean }): MemberLeaf[][] {
  const members: MemberLeaf[][] = [];
  for (const leaf of leaves) {
    const last = members.at(-1);
    if (last?.[0]?.memberId === leaf.memberId) last.push(leaf);
    else members.push([leaf]);
  }
  return isFull ? members.slice(0, -1) : members;
}

async function* memberRows(
  db: Database,
  { workspaceId, bucket, after, limit }: { workspaceId: string; bucket: Bucket; after: string | null; limit: number },
): AsyncGenerator<PlacedRow> {
  const isOneDay = bucket.end - bucket.start === daySeconds;
  const days = { workspaceId, from: isoDay(bucket.start), until: isoDay(bucket.end), isOneDay };
  const lines = await readAcceptedLines(db, days);
  let size = leavesFor(limit);
  for (let afterMember = after; ; ) {
    const leaves = await readMemberLeaves(db, { ...days, afterMember, limit: size });
    const isFull = leaves.length === size;
    const members = membersOf(leaves, { isFull });
    if (isFull && members.length === 0) size *= 4;
    for (const ofMember of members) {
      const { memberId = '', email = null } = ofMember[0] ?? {};
      const member = { id: memberId, email };
      const row = usageRow(ofMember, {
        startTime: bucket.start,
        endTime: bucket.end,
        member,
        lines: lines.get(memberId),
      });
      yield { bucket: bucket.start, memberId, row };
      afterMember = memberId;
    }
    if (!isFull) return;
  }
}

function together(lines: ReadonlyMap<string, AcceptedLines>): AcceptedLines | undefined {
  const all = [...lines.values()];
  if (all.length === 0) return undefined;
  const removed = all.map((of) => of.removed).filter((count) => count !== null);
  return {
    added: all.reduce((sum, of) => sum + of.added, 0),
    removed: removed.length === 0 ? null : removed.reduce((sum, count) => sum + count, 0),
  };
}

async function* workspaceRow(
  db: Database,
  { workspaceId, bucket }: { workspaceId: string; bucket: Bucket },
): AsyncGenerator<PlacedRow> {
  const days = { workspaceId, from: isoDay(bucket.start), until: isoDay(bucket.end) };
  const leaves = await readWorkspaceLeaves(db, days);
  if (leaves.length === 0) return;
  const lines = together(await readAcceptedLines(db, days));
  const row = usageRow(leaves, { startTime: bucket.start, endTime: bucket.end, member: null, lines });
  yield { bucket: bucket.start, memberId: '', row };
}

/** The rows of a report after its page, by day or week and then by member, read as they are asked for. */
export async function* readUsage(db: Database, workspaceId: string, query: ReportQuery): AsyncGenerator<PlacedRow> {
  const { from, until, rows, after, limit } = query;
  if (from >= until) return;
  const days = await readUsedDays(db, { workspaceId, from: isoDay(from), until: isoDay(until), rows });
  for (const bucket of bucketsOf(days, query)) {
    if (after !== null && bucket.start < after.bucket) continue;
    const isOfPage = after !== null && bucket.start === after.bucket;
    if (rows === 'user') yield* memberRows(db, { workspaceId, bucket, after: isOfPage ? after.memberId : null, limit });
    else if (!isOfPage) yield* workspaceRow(db, { workspaceId, bucket });
  }
}
