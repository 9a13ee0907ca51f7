import type { CallRecord } from './call-record.ts';
import type { CallRecorder } from './call-recorder.ts';
import type { CallRow } from './gateway-queries.ts';

const mergeMs = 10_000;
const maxOpenRefusals = 1_000;

interface OpenRefusal {
  record: CallRecord;
  words: string | null;
  untilMs: number;
}

const keyOf = (row: CallRow) =>
  JSON.stringify([
    row.workspace_id,
    row.member_id,
    row.ip,
    row.client,
    row.client_version,
    row.refusal_code,
    row.model,
  ]);

/**
 * Records refusals, those of one client that repeat within seconds as one row with a count: clients try again several times by
 * themselves, and nobody may fill the table by knocking. Beyond the bound of different ones, refusals are only counted in the metrics.
 * Resolves when the first of a kind is durable; the count of the others follows.
 */
export function createRefusalRecorder(recorder: Pick<CallRecorder, 'save' | 'finish'>) {
  const open = new Map<string, OpenRefusal>();
  const forgetOld = (nowMs: number) => {
    for (const [key, { untilMs }] of open) if (untilMs <= nowMs) open.delete(key);
  };
  return async (refused: CallRecord): Promise<void> => {
    const { row } = refused;
    const nowMs = row.started_at.getTime();
    const key = keyOf(row);
    const known = open.get(key);
    if (known && nowMs < known.untilMs) {
      const { record, words } = known;
      record.times += 1;
      record.row.message = `${words ?? ''} (${record.times} times)`.trim();
      record.row.ended_at = row.started_at;
      recorder.save(record);
      return undefined;
    }
    if (open.size >= maxOpenRefusals) forgetOld(nowMs);
    if (open.size >= maxOpenRefusals) return undefined;
    open.set(key, { record: refused, words: row.message, untilMs: nowMs + mergeMs });
    return recorder.finish(refused);
  };
}
