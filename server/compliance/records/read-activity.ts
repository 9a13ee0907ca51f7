import { activityId, readContent, waitForWriters } from '#server/activity/index.ts';
import type { Database } from '#server/db/open-database.ts';
import type { Services } from '#server/services.ts';
import {
  type ActivityRow,
  lastActivitySeq,
  listAnswersBetween,
  listArrivedActivity,
} from './activity-record-queries.ts';
import { codexRecord, isInCodexLog } from './codex-records.ts';
import type { LogRecord } from './wire.ts';

/** Where a record stands in the order of its source. */
export interface PlacedRecord {
  position: number;
  record: LogRecord;
}

export interface ReadPart {
  after: number;
  upTo: number;
  limit: number;
  withContent: boolean;
}

/** Everything up to here has arrived: what comes later gets a larger number. In a transaction of its own, because it holds writers up. */
export const activityHead = (db: Database, workspaceId: string): Promise<number> =>
  db.transaction().execute(async (tx) => {
    await waitForWriters(tx);
    return lastActivitySeq(tx, workspaceId);
  });

const uuid7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7/;

/** The event that holds the answer of each of these calls, by the id of the call’s event. */
async function findAnswers(
  db: Database,
  workspaceId: string,
  calls: readonly ActivityRow[],
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const without: ActivityRow[] = [];
  for (const call of calls) {
    const { thread_id, call_id, at } = call;
    if (thread_id === null || call_id === null || !uuid7.test(thread_id)) without.push(call);
    else {
      const answer = { kind: 'response.received', sameAs: [call_id], threadId: thread_id, reportedAt: at } as const;
      found.set(call.id, activityId(answer));
    }
  }
  if (without.length === 0) return found;
  const times = without.map(({ at }) => at.getTime());
  const dayMs = 86_400_000;
  const answers = await listAnswersBetween(db, workspaceId, {
    from: new Date(Math.min(...times)),
    // No call takes longer: the gateway ends it.
    to: new Date(Math.max(...times) + dayMs),
    calls: without.flatMap(({ call_id }) => call_id ?? []),
  });
  const byCall = new Map(answers.map(({ id, call_id }) => [call_id, id]));
  for (const { id, call_id } of without) {
    const answer = byCall.get(call_id ?? '');
    if (answer !== undefined) found.set(id, answer);
  }
  return found;
}

/**
 * The records of what arrived, in the order of arrival. `readTo` is how far was looked, also past events that make no record.
 */
export async function readActivityRecords(
  { secrets }: Pick<Services, 'secrets'>,
  db: Database,
  workspaceId: string,
  { after, upTo, limit, withContent }: ReadPart,
): Promise<{ records: PlacedRecord[]; readTo: number }> {
  const rows = await listArrivedActivity(db, workspaceId, { after, upTo, limit });
  const wanted = rows.filter(isInCodexLog);
  const answers = withContent
    ? await findAnswers(
        db,
        workspaceId,
        wanted.filter(({ kind }) => kind === 'model.call'),
      )
    : new Map<string, string>();
  const ids = withContent ? [...wanted.map(({ id }) => id), ...answers.values()] : [];
  const contents = await readContent({ db, secrets }, workspaceId, ids);
  const records = wanted.flatMap((row) => {
    const said = { content: contents.get(row.id) ?? {}, answer: contents.get(answers.get(row.id) ?? '')?.answer };
    const record = codexRecord(row, said);
    return record === null ? [] : [{ position: row.seq, record }];
  });
  return { records, readTo: rows.length < limit ? upTo : (rows.at(-1)?.seq ?? upTo) };
}
