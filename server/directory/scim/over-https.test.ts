import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { patchOf } from '#testing/scim-server.ts';
import { seedKey } from '#testing/seed-key.ts';
import { startTestReeve, type TestReeve } from '#testing/start-reeve.ts';
import { seedWorkspace } from '#testing/test-services.ts';

let reeve: TestReeve;
let ca: string;
let secret: string;
beforeAll(async () => {
  reeve = await startTestReeve();
  ca = await readFile(reeve.authorityFile, 'utf8');
  const { workspaceId } = await seedWorkspace(reeve.services.db);
  ({ secret } = await seedKey(reeve.services, { workspaceId, scopes: ['scim'] }));
});
afterAll(() => reeve.close());

/** Without a length the body goes out in chunks, as some clients send it. */
async function send(method: string, path: string, chunks: readonly string[] = []) {
  const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/scim+json; charset=utf-8' };
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: Record<string, unknown> }>();
  const call = request(`${reeve.origin}/scim/v2${path}`, { method, ca, headers, agent: false }, async (answer) => {
    const content = await text(answer).catch(() => '');
    resolve({ status: answer.statusCode ?? 0, body: JSON.parse(content === '' ? '{}' : content) });
  });
  call.on('error', reject);
  for (const chunk of chunks) call.write(chunk);
  call.end();
  return promise;
}

test('the running server answers over HTTPS: a life of a user, in chunks', async () => {
  const created = await send('POST', '/Users/', [
    '{"userName":"gr',
    'äce@example.com","emails":[{"value":"grace@example.com"}]}',
  ]);
  expect(created).toMatchObject({ status: 201, body: { userName: 'gräce@example.com', active: true } });
  const path = `/Users/${created.body.id}`;
  expect(created.body.meta).toMatchObject({ location: `${reeve.origin}/scim/v2${path}` });
  const off = JSON.stringify(patchOf({ op: 'Replace', path: 'active', value: 'False' }));
  expect(await send('PATCH', path, [off])).toMatchObject({ status: 200, body: { active: false } });
  expect(await send('GET', `/Users?filter=${encodeURIComponent('active eq false')}`)).toMatchObject({
    body: { totalResults: 1 },
  });
  const group = await send('POST', '/Groups', [JSON.stringify({ displayName: 'Team' })]);
  const add = JSON.stringify(patchOf({ op: 'add', path: 'members', value: [{ value: created.body.id }] }));
  expect(await send('PATCH', `/Groups/${group.body.id}`, [add])).toEqual({ status: 204, body: {} });
  expect(await send('DELETE', path)).toEqual({ status: 204, body: {} });
  expect((await send('GET', path)).status).toBe(404);
});

test('too much without a length is refused as well, and so is no JSON', async () => {
  const part = 'x'.repeat(300_000);
  expect(await send('POST', '/Users', ['{"userName":"', part, part, part, part, '"}'])).toMatchObject({
    status: 413,
    body: { status: '413', detail: expect.stringContaining('bytes at most') },
  });
  expect(await send('POST', '/Users', ['{"userName":'])).toMatchObject({
    status: 400,
    body: { scimType: 'invalidSyntax' },
  });
  expect((await send('GET', '/Users')).status).toBe(200);
});
