import type { CallRecorder } from './call-recorder.ts';
import type { CallRow } from './gateway-queries.ts';

const mergeMs = 10_000;
const maxOpenRefusals = 1_000;

interface OpenRefusal {
  row: CallRow;
  words: string | null;
  times: number;
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
 */
export function createRefusalRecorder(recorder: Pick<CallRecorder, 'save'>) {
  const open = new Map<string, OpenRefusal>();
  const forgetOld = (nowMs: number) => {
    for (const [key, { untilMs }] of open) if (untilMs <= nowMs) open.delete(key);
  };
  return (row: CallRow): void => {
    const nowMs = row.started_at.getTime();
    const key = keyOf(row);
    const known = open.get(key);
    if (known && nowMs < known.untilMs) {
      known.times += 1;
      known.row.message = `${known.words ?? ''} (${known.times} times)`.trim();
      known.row.ended_at = row.started_at;
      recorder.save(known.row);
      return;
    }
    if (open.size >= maxOpenRefusals) forgetOld(nowMs);
    if (open.size >= maxOpenRefusals) return;
    open.set(key, { row, words: row.message, times: 1, untilMs: nowMs + mergeMs });
    recorder.save(row);
  };
}
