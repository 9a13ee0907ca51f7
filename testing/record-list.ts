import type { RecordStream } from '#server/compliance/index.ts';

export interface RecordList {
  stream: RecordStream;
  /** Adds records and returns their event ids. */
  add(type: string, count: number, more?: Record<string, unknown>): string[];
}

/** Compliance records that stand in memory, for tests of what becomes of them. `prompt_text` counts as content. */
export function createRecordList(): RecordList {
  const rows: { position: number; type: string; record: Record<string, unknown> }[] = [];
  const behind = (type: string, after: number) => rows.filter((row) => row.type === type && row.position > after);
  return {
    add(type, count, more = {}) {
      const ids = Array.from({ length: count }, (_, index) => `${type}-${rows.length + index}`);
      for (const event_id of ids)
        rows.push({
          position: rows.length + 1,
          type,
          record: { event_id, type, timestamp: '2026-11-20T10:15:00.123456Z', ...more },
        });
      return ids;
    },
    stream: {
      end: async (_workspaceId, type) => behind(type, 0).at(-1)?.position ?? 0,
      read: async (_db, { type, after, limit, withContent }) => {
        const found = behind(type, after).slice(0, limit);
        const records = found.map(({ position, record: { prompt_text, ...record } }) => ({
          position,
          record: {
            event_id: String(record['event_id']),
            type,
            timestamp: String(record['timestamp']),
            ...record,
            ...(withContent && prompt_text !== undefined && { prompt_text }),
          },
        }));
        return { records, upTo: found.at(-1)?.position ?? after };
      },
      waiting: async (_db, { type, after, limit }) => {
        const found = behind(type, after).slice(0, limit);
        return { count: found.length, since: found[0] ? new Date(String(found[0].record['timestamp'])) : null };
      },
    },
  };
}
