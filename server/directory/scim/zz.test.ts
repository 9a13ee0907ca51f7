import { test } from 'vitest';
import { openScimServer, patchOf } from '#testing/scim-server.ts';
test('x', async () => {
  const scim = await openScimServer();
  const g = await scim.call('POST', '/Groups', { displayName: 'T', members: [] });
  const u = await scim.call('POST', '/Users', { userName: 'a@example.com' });
  console.log(JSON.stringify(await scim.call('PATCH', `/Groups/${g.body.id}`, patchOf({ op: 'remove', path: `members[value eq "${u.body.id}"]` }))));
  console.log(JSON.stringify(await scim.call('PATCH', `/Groups/${g.body.id}`, patchOf({ op: 'add', path: 'members', value: [{ value: u.body.id, display: 'x' }] }))));
  await scim.close();
});
