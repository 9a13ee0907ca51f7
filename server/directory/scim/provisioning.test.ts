import { afterAll, beforeAll, expect, test } from 'vitest';
import { openScimServer, patchOf, type ScimServer } from '#testing/scim-server.ts';
import { readProvisioning } from './provisioning.ts';

let scim: ScimServer;
beforeAll(async () => {
  scim = await openScimServer();
});
afterAll(() => scim.close());

const status = () => readProvisioning(scim.services, scim.workspaceId);

test('the page about provisioning knows when it was called and what was last refused', async () => {
  const at = new Date('2026-05-01T12:00:00Z');
  scim.services.setNow(at);
  expect(await status()).toEqual({
    baseUrl: 'https://reeve.test:8443/scim/v2',
    users: { active: 0, deprovisioned: 0 },
    groups: 0,
    lastRequestAt: null,
    lastError: null,
  });
  const { body } = await scim.call('POST', '/Users', { userName: 'grace@example.com' });
  await scim.call('POST', '/Users', { userName: 'alan@example.com' });
  await scim.call('POST', '/Groups', { displayName: 'Team' });
  await scim.call('PATCH', `/Users/${body.id}`, patchOf({ op: 'replace', path: 'active', value: false }));
  await expect.poll(async () => (await status()).lastRequestAt).toBe(at.toISOString());
  expect(await status()).toMatchObject({ users: { active: 1, deprovisioned: 1 }, groups: 1, lastError: null });
  await scim.call('GET', '/Users/not-there');
  await scim.call('POST', '/Users', { userName: 'no address' });
  await expect.poll(async () => (await status()).lastError).not.toBeNull();
  expect((await status()).lastError).toMatchObject({
    at: at.toISOString(),
    status: 400,
    request: 'POST /scim/v2/Users',
    message: expect.stringContaining('needs an e-mail address'),
  });
  scim.services.setNow(null);
});
