import { afterAll, beforeAll, expect, it } from 'vitest';
import { permissionsOf } from '#contract/built-in-roles.ts';
import { ReeveError } from '#server/fail.ts';
import { createHttpApp } from '#server/http/create-http-app.ts';
import { mountDialect } from '#server/http/wire-routes.ts';
import { codexEventsDialect } from '#server/telemetry/index.ts';
import { openTestServices, seedWorkspace, type TestServices } from '#testing/test-services.ts';

let services: TestServices;
let app: ReturnType<typeof createHttpApp>;
beforeAll(async () => {
  services = await openTestServices();
  const { workspaceId, ownerId } = await seedWorkspace(services.db);
  app = createHttpApp({ log: services.log, trustedProxies: [] });
  mountDialect(app, codexEventsDialect(services), async (request) => {
    if (request.headers.get('authorization') !== 'Bearer known') throw new ReeveError('token-invalid');
    const person = { workspaceId, memberId: ownerId, email: 'ada@example.com', name: 'Ada' };
    return {
      ...person,
      permissions: permissionsOf('owner'),
      credential: 'codex-sign-in',
      scopes: [],
      credentialId: 'g',
    };
  });
});
afterAll(() => services.close());

const send = (body: string, authorization = 'Bearer known') =>
  app.request('/backend-api/codex/analytics-events/events', {
    method: 'POST',
    body,
    headers: { authorization, 'content-type': 'application/json', 'user-agent': 'codex_exec/0.169.0' },
  });
const kept = () => services.db.selectFrom('client_events').selectAll().orderBy('event_type').execute();

it('keeps events raw and says nothing more than 202', async () => {
  const event = { event_type: 'turn_started', event_params: { turn_id: 't1', odd: 'a\u0000b' } };
  const answer = await send(JSON.stringify({ events: [event, { event_type: 7 }] }));
  expect([answer.status, await answer.json()]).toEqual([202, {}]);
  expect(await kept()).toMatchObject([
    {
      event_type: 'turn_started',
      event: { event_params: { turn_id: 't1', odd: 'ab' } },
      user_agent: 'codex_exec/0.169.0',
    },
    { event_type: 'unknown' },
  ]);
});

it('bounds what it keeps', async () => {
  await services.db.deleteFrom('client_events').execute();
  const big = { event_type: 'big', text: 'x'.repeat(50_000) };
  await send(JSON.stringify({ events: [big, ...Array.from({ length: 300 }, () => ({ event_type: 'small' }))] }));
  const rows = await kept();
  expect(rows).toHaveLength(200);
  expect(rows.find((row) => row.event_type === 'big')?.event).toMatchObject({ dropped: 'too large' });
  expect((await send(JSON.stringify({ events: [], pad: 'x'.repeat(1_100_000) }))).status).toBe(413);
});

it.each(['', '[]', '{', '{"events":{}}', '{"events":[1]}'])('refuses %s', async (body) => {
  expect((await send(body)).status).toBe(400);
});

it('asks who reports', async () => {
  expect((await send('{"events":[]}', 'Bearer other')).status).toBe(401);
});
