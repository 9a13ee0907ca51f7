import { expect, it } from 'vitest';
import { openGateway } from '#server/models/index.ts';
import { openTestServices, seedWorkspace } from '#testing/test-services.ts';
import { newCallRow } from './call-row.ts';
import { saveCalls } from './gateway-queries.ts';
import { failOrphanedCalls } from './save-records.ts';

it('marks calls that a crash left running as failed at the next start', async () => {
  const services = await openTestServices();
  const { workspaceId } = await seedWorkspace(services.db);
  const row = { ...newCallRow({ at: new Date(), ip: null }), workspace_id: workspaceId, outcome: 'running' as const };
  await saveCalls(services.db, [row]);
  const minuteAgo = new Date(Date.now() - 60_000);
  expect(await failOrphanedCalls(services, { at: new Date(), lastAliveBefore: minuteAgo })).toBe(0);
  const gateway = await openGateway(services);
  const found = await services.db.selectFrom('model_calls').select(['outcome', 'message']).execute();
  expect(found).toEqual([{ outcome: 'failed', message: 'Reeve stopped while this call ran.' }]);
  await gateway.close();
  await services.close();
});
