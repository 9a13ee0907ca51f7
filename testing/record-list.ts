import type { RecordStream } from '#server/compliance/index.ts';

export interface RecordList {
  stream: RecordStream;
  /** Adds records and returns their event ids. */
  add(type: string, count: number, more?: Record<string, unknown>): string[];
}

/** Compliance records that stand in memory, for tests of what becomes of them. `prompt_text` counts as content. */
export function createRecordList(): RecordList {
  const rows: { position: number; type: string; record: Record<string, unknown> }[] = [];
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
      origin: 'activity',
      end: async () => rows.length,
      read: async (_db, { after, limit, withContent }) => {
        const found = rows.slice(after, after + limit);
        const records = found.map(({ position, type, record: { prompt_text, ...record } }) => ({
          position,
          record: {
            event_id: String(record.event_id),
            type,
            timestamp: String(record.timestamp),
            ...record,
            ...(withContent && prompt_text !== undefined && { prompt_text }),
          },
        }));
        return { records, readTo: found.at(-1)?.position ?? after };
      },
    },
  };
}
