import { afterAll, beforeAll, expect, it } from 'vitest';
import { readContent } from '#server/activity/index.ts';
import { openTestServices, seedMember, seedWorkspace, type TestServices } from '#testing/test-services.ts';
import { adoptFormerCalls } from './adopt-former-calls.ts';
import { newCallRow } from './call-row.ts';
import { forgetFormerTextsOf } from './former-queries.ts';
import { saveCalls } from './gateway-queries.ts';

let services: TestServices;
beforeAll(async () => {
  services = await openTestServices();
});
afterAll(() => services.close());

it('makes events of calls from before there were any, when they were, and seals what was kept of them', async () => {
  const { db } = services;
  const { workspaceId } = await seedWorkspace(db);
  const memberId = await seedMember(db, { workspaceId, email: 'grace@example.com' });
  const days = ['2024-02-01T10:00:00Z', '2026-10-01T10:00:00Z'];
  const rows = days.map((day) => ({
    ...newCallRow({ at: new Date(day), ip: null }),
    workspace_id: workspaceId,
    member_id: memberId,
    member_email: 'grace@example.com',
    client: 'codex_cli_rs',
    outcome: 'completed' as const,
    input_tokens: 7,
    ended_at: new Date(new Date(day).getTime() + 60_000),
  }));
  await saveCalls(db, rows);
  const former = rows.map(({ id, started_at }, index) => ({
    id,
    started_at,
    request_text: index === 0 ? 'my former prompt' : null,
    answer_text: index === 0 ? 'my former answer' : null,
  }));
  await db.insertInto('former_calls').values(former).execute();

  expect(await adoptFormerCalls(services)).toBe(2);
  expect(await adoptFormerCalls(services)).toBe(0);
  const events = await db.selectFrom('activity_events').selectAll().orderBy('at').orderBy('kind').execute();
  expect(events.map(({ kind, at, surface, input_tokens }) => [kind, at.toISOString(), surface, input_tokens])).toEqual([
    ['model.call', '2024-02-01T10:00:00.000Z', 'CODEX_CLI', 7],
    ['prompt.sent', '2024-02-01T10:00:00.000Z', 'CODEX_CLI', null],
    ['response.received', '2024-02-01T10:01:00.000Z', 'CODEX_CLI', null],
    ['model.call', '2026-10-01T10:00:00.000Z', 'CODEX_CLI', 7],
  ]);
  const kept = await readContent(
    services,
    workspaceId,
    events.map(({ id }) => id),
  );
  expect([...kept.values()]).toEqual(
    expect.arrayContaining([{ prompt: 'my former prompt' }, { answer: 'my former answer' }]),
  );
  expect(JSON.stringify(await db.selectFrom('activity_content').selectAll().execute())).not.toContain('former');
});

it('makes events of a call whose texts were erased before', async () => {
  const { db } = services;
  const [call] = await db.selectFrom('model_calls').selectAll().orderBy('started_at').execute();
  if (!call?.member_id) throw new Error('there is no call');
  const { id, started_at, workspace_id: workspaceId, member_id: memberId } = call;
  await db.insertInto('former_calls').values({ id, started_at, request_text: 'again', answer_text: null }).execute();
  await forgetFormerTextsOf(db, { workspaceId: 'ws_other', memberId });
  expect(await db.selectFrom('former_calls').select('request_text').execute()).toEqual([{ request_text: 'again' }]);
  await forgetFormerTextsOf(db, { workspaceId, memberId });
  expect(await db.selectFrom('former_calls').select('request_text').execute()).toEqual([{ request_text: null }]);
  expect(await adoptFormerCalls(services)).toBe(1);
});
