import { type EventContent, keepFormerContent, recordActivity } from '#server/activity/index.ts';
import type { Database } from '#server/db/open-database.ts';
import type { Services } from '#server/services.ts';
import { type CallRecord, recordOf } from './call-record.ts';
import { eventsOfCall } from './events-of-call.ts';
import { type FormerCall, takeFormerCalls } from './former-queries.ts';

const batchRows = 200;

/** What was kept of it was the whole request and the whole answer, tool calls and all. */
function recordOfFormer({ request_text: request, answer_text: answer, ...row }: FormerCall): CallRecord {
  return {
    ...recordOf(row),
    prompt: request === null ? null : { key: row.id, characters: request.length, images: 0, text: request },
    answer: answer === null ? null : { characters: answer.length, text: answer },
  };
}

/** Days apart: an event is believed when it arrives, and these arrived when they happened. */
function byDay(rows: readonly FormerCall[]): FormerCall[][] {
  const days = new Map<string, FormerCall[]>();
  for (const row of rows) {
    const day = row.started_at.toISOString().slice(0, 10);
    days.set(day, [...(days.get(day) ?? []), row]);
  }
  return [...days.values()];
}

async function adopt({ secrets }: Pick<Services, 'secrets'>, tx: Database, rows: readonly FormerCall[]): Promise<void> {
  const at = new Date(Math.max(...rows.map(({ started_at, ended_at }) => (ended_at ?? started_at).getTime())));
  const parts: EventContent[] = rows.map(recordOfFormer).flatMap(eventsOfCall);
  await recordActivity(
    tx,
    parts.map(({ event }) => event),
    at,
  );
  await keepFormerContent({ secrets }, tx, parts, at);
}

/** Makes activity events of calls from before there were any, and seals what was kept of their texts. @returns how many */
export async function adoptFormerCalls(services: Pick<Services, 'db' | 'secrets' | 'signals'>): Promise<number> {
  const { db, signals } = services;
  let isStopping = false;
  const stop = () => {
    isStopping = true;
  };
  signals.once('stopping', stop);
  let adopted = 0;
  for (let taken = batchRows; taken === batchRows && !isStopping; adopted += taken) {
    taken = await db.transaction().execute(async (tx) => {
      const rows = await takeFormerCalls(tx, batchRows);
      for (const day of byDay(rows)) await adopt(services, tx, day);
      return rows.length;
    });
  }
  signals.off('stopping', stop);
  return adopted;
}
