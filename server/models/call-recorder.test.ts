import { expect, it } from 'vitest';
import { openTestServices, seedWorkspace } from '#testing/test-services.ts';
import { recordOf } from './call-record.ts';
import { openCallRecorder } from './call-recorder.ts';
import { newCallRow } from './call-row.ts';

it('keeps whose call it was in its event when the member is removed while it runs', async () => {
  const services = await openTestServices();
  const { workspaceId } = await seedWorkspace(services.db);
  const row = newCallRow({ at: services.clock(), ip: null });
  const recorder = openCallRecorder(services);
  await recorder.finish(recordOf({ ...row, workspace_id: workspaceId, member_id: 'mem_gone', outcome: 'completed' }));
  await recorder.close({ timeoutMs: 1_000 });
  expect(await services.db.selectFrom('model_calls').select(['id', 'member_id']).execute()).toEqual([
    { id: row.id, member_id: null },
  ]);
  expect(await services.db.selectFrom('activity_events').select(['call_id', 'member_id']).execute()).toEqual([
    { call_id: row.id, member_id: 'mem_gone' },
  ]);
  await services.close();
});
