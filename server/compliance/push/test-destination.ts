import { randomUUID } from 'node:crypto';
import { type Actor, record } from '#server/audit/index.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { DeliveryFailed } from './delivery-failed.ts';
import { findDestination, updateDestination } from './destination-queries.ts';
import { sendRecords } from './send-records.ts';

/** Sends one record that says it is a test, outside the order. Works for a destination that is turned off, too. */
export async function testDestination(
  services: Pick<Services, 'db' | 'clock' | 'secrets' | 'origin'>,
  { actor, workspaceId }: { actor: Actor; workspaceId: string },
  id: string,
): Promise<{ isDelivered: boolean; problem: string | null; tookMs: number }> {
  const { db, clock } = services;
  const row = await findDestination(db, workspaceId, id);
  if (!row) throw new ReeveError('not-found', { destinationId: id });
  const at = clock();
  const startedMs = performance.now();
  const test = {
    event_id: randomUUID(),
    type: 'REEVE_TEST',
    timestamp: at.toISOString(),
    principal: { id: workspaceId, type: 'CHATGPT_WORKSPACE' },
    message: 'A test from Reeve. If you can read this, compliance records arrive here.',
  };
  const problem = await sendRecords(services, row, { records: [test], idParts: ['test', test.event_id] }).catch(
    (error: unknown) => {
      if (error instanceof DeliveryFailed) return error.message;
      throw error;
    },
  );
  await db.transaction().execute(async (tx) => {
    // What works now is not made to wait for the next attempt.
    if (problem === null) await updateDestination(tx, id, { updated_at: row.updated_at });
    await record(tx, actor, 'destination.tested', {
      at,
      subject: { kind: 'destination', id, label: row.name },
      isDelivered: problem === null,
      problem,
    });
  });
  return { isDelivered: problem === null, problem, tookMs: Math.round(performance.now() - startedMs) };
}
