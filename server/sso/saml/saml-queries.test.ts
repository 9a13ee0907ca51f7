import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemActor } from '#server/audit/index.ts';
import { openTestServices, seedWorkspace, type TestServices } from '#testing/test-services.ts';
import { findConnectionOfSignIn } from '../connection-queries.ts';
import { createConnection } from '../create-connection.ts';
import { connectionKeys } from './connection-keys.ts';
import { listSamlConnections, replaceSettings, replaceSigningKeys, takeAssertion } from './saml-queries.ts';

let services: TestServices;
let id: string;

beforeAll(async () => {
  services = await openTestServices();
  const { workspaceId } = await seedWorkspace(services.db);
  const acting = { workspaceId, actor: systemActor('a test', workspaceId) };
  id = await createConnection(services, acting, { kind: 'saml', name: 'Example' });
  await createConnection(services, acting, { kind: 'oidc', name: 'Another' });
});
afterAll(() => services.close());

const read = async () => {
  const row = await findConnectionOfSignIn(services.db, id);
  if (!row) throw new Error('the connection is gone');
  return row;
};

test('keys that two processes make at once are one pair', async () => {
  const before = await read();
  expect(before.sealed_signing_keys).toBeNull();
  const [one, other] = await Promise.all([connectionKeys(services, before), connectionKeys(services, before)]);
  expect(one).toEqual(other);
  expect(await connectionKeys(services, await read())).toEqual(one);
  expect(await replaceSigningKeys(services.db, { id, was: null, sealed: 'x' })).toBe(false);
});

test('settings are replaced as long as no administrator changed them', async () => {
  const { settings_version: version } = await read();
  const settings = JSON.stringify({ idpEntityId: 'x' });
  expect(await replaceSettings(services.db, { id, version: version + 1, settings })).toBe(false);
  expect((await read()).settings).toBeNull();
  expect(await replaceSettings(services.db, { id, version, settings })).toBe(true);
  expect((await read()).settings).toEqual({ idpEntityId: 'x' });
  expect((await listSamlConnections(services.db)).map((row) => row.id)).toEqual([id]);
});

test('of the same assertion at the same time, one is taken', async () => {
  const row = { connection_id: id, assertion_hash: 'a', expires_at: new Date() };
  const taken = await Promise.all([1, 2, 3].map(() => takeAssertion(services.db, row)));
  expect(taken.filter(Boolean)).toHaveLength(1);
});
