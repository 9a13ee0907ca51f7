import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemActor } from '#server/audit/index.ts';
import { newId } from '#server/crypto/ids.ts';
import { countSessionsPastSignOn, endSessionsPastSignOn, startSession } from '#server/identity/index.ts';
import { readSignOnRule } from '#server/identity/sso-requirement.ts';
import { openTestServices, seedMember, seedWorkspace, type TestServices } from '#testing/test-services.ts';
import { findMemberByAddress, insertAccount } from './account-queries.ts';
import { consumeAttempt, deleteExpiredAttempts, findAttempt, insertAttempt } from './attempt-queries.ts';
import {
  countEnabledConnections,
  findConnection,
  isConnectionNameTaken,
  updateConnection,
} from './connection-queries.ts';
import { createConnection } from './create-connection.ts';
import {
  bindDomains,
  findConnectionOfDomain,
  findVerifiedDomain,
  insertDomain,
  listDomains,
} from './domain-queries.ts';
import { listPossibleBreakGlass, readLockedOut, readRule, writeRule } from './settings-queries.ts';

let services: TestServices;
let workspaceId: string;
let ownerId: string;
let graceId: string;
let connectionId: string;
const at = new Date('2026-11-20T08:00:00Z');

beforeAll(async () => {
  services = await openTestServices();
  const { db } = services;
  ({ workspaceId, ownerId } = await seedWorkspace(db));
  graceId = await seedMember(db, { workspaceId, email: 'grace@example.org', name: 'Grace' });
  await db.updateTable('members').set({ password_hash: 'x' }).where('id', '=', ownerId).execute();
  const acting = { workspaceId, actor: systemActor('a test', workspaceId) };
  connectionId = await createConnection(services, acting, { kind: 'oidc', name: 'Okta' });
});
afterAll(() => services.close());

const addDomain = async (domain: string) => {
  const id = newId('dom');
  const times = { created_at: at, verified_at: at, last_checked_at: at, last_check: null, missing_since: null };
  const row = {
    id,
    workspace_id: workspaceId,
    domain,
    status: 'verified' as const,
    txt_value: 'x',
    connection_id: null,
  };
  expect(await insertDomain(services.db, { ...row, ...times })).toBe(true);
  expect(await insertDomain(services.db, { ...row, ...times, id: newId('dom') })).toBe(false);
  return id;
};

test('a connection is stored and read as it was written', async () => {
  const { db } = services;
  const settings = { issuer: 'https://idp.example.com', clientId: 'x', scopes: ['openid'] };
  await updateConnection(db, connectionId, { settings: JSON.stringify(settings), status: 'enabled' });
  expect(await findConnection(db, workspaceId, connectionId)).toMatchObject({
    ...{ settings, group_mappings: [], just_in_time: { who: 'nobody' }, last_test: null, settings_version: 1 },
  });
  expect(await findConnection(db, 'ws_other', connectionId)).toBeUndefined();
  expect(await isConnectionNameTaken(db, workspaceId, { name: 'OKTA', exceptId: 'x' })).toBe(true);
  expect(await isConnectionNameTaken(db, workspaceId, { name: 'okta', exceptId: connectionId })).toBe(false);
  expect(await countEnabledConnections(db, workspaceId)).toBe(1);
});

test('domains belong to the connection they were last bound to', async () => {
  const { db } = services;
  const [com, net] = [await addDomain('example.com'), await addDomain('example.net')];
  await bindDomains(db, { connectionId, domainIds: [com, net] });
  await bindDomains(db, { connectionId, domainIds: [com] });
  const bound = (await listDomains(db, workspaceId)).map(({ domain, connection_id }) => [domain, connection_id]);
  expect(bound).toEqual([
    ['example.com', connectionId],
    ['example.net', null],
  ]);
  expect(await findConnectionOfDomain(db, 'example.com')).toEqual({ id: connectionId, name: 'Okta' });
  expect(await findConnectionOfDomain(db, 'example.net')).toBeUndefined();
  expect(await findVerifiedDomain(db, workspaceId, 'example.net')).toMatchObject({ connection_id: null });
});

test('an attempt is used once, in time', async () => {
  const { db } = services;
  const attempt = (id: string, expiresAt: Date) =>
    insertAttempt(db, {
      ...{
        id,
        workspace_id: workspaceId,
        connection_id: connectionId,
        settings_version: 1,
        purpose: 'sign-in' as const,
      },
      ...{ state_hash: `state-${id}`, browser_hash: 'b', request_id_hash: null, next_path: '/', member_id: null },
      ...{ created_at: at, expires_at: expiresAt, used_at: null },
    });
  await attempt('sat_1', new Date(at.getTime() + 1000));
  await attempt('sat_2', at);
  expect((await findAttempt(db, { stateHash: 'state-sat_1', connectionId }))?.id).toBe('sat_1');
  expect(await findAttempt(db, { stateHash: 'state-sat_1', connectionId: 'other' })).toBeUndefined();
  const consumed = [
    await consumeAttempt(db, 'sat_1', at),
    await consumeAttempt(db, 'sat_1', at),
    await consumeAttempt(db, 'sat_2', at),
  ];
  expect(consumed).toEqual([true, false, false]);
  expect(await deleteExpiredAttempts(db, new Date(at.getTime() + 1))).toBe(1);
});

test('who would be locked out has neither the domain nor an account', async () => {
  const { db } = services;
  const lockedOut = async () => (await readLockedOut(db, workspaceId, { breakGlassOwnerIds: [], limit: 5 })).first;
  expect(await lockedOut()).toEqual([{ id: graceId, name: 'Grace', email: 'grace@example.org' }]);
  const link = { connection_id: connectionId, workspace_id: workspaceId, linked_at: at, last_used_at: at };
  expect(await insertAccount(db, { ...link, subject: 's', member_id: graceId })).toBe(true);
  expect(await insertAccount(db, { ...link, subject: 's', member_id: ownerId })).toBe(false);
  expect(await insertAccount(db, { ...link, subject: 'another', member_id: graceId })).toBe(false);
  expect(await lockedOut()).toEqual([]);
  const byAddress = await findMemberByAddress(db, { workspaceId, email: 'grace@example.org', connectionId });
  expect(byAddress).toMatchObject({ id: graceId, subject: 's' });
});

test('the rule names who may pass it, and ends the sessions of the others', async () => {
  const { db } = services;
  const session = (memberId: string, because: 'password' | 'sso') =>
    db
      .transaction()
      .execute((tx) =>
        startSession(tx, { memberId, at: new Date(), ip: null, userAgent: null, replaces: null, because }),
      );
  for (const memberId of [ownerId, graceId]) await session(memberId, 'password');
  await session(graceId, 'sso');
  expect(await listPossibleBreakGlass(db, workspaceId, [ownerId, graceId])).toEqual(
    expect.arrayContaining([
      { id: ownerId, name: 'Ada Lovelace', status: 'active', role_id: 'owner', has_password: true },
      { id: graceId, name: 'Grace', status: 'active', role_id: null, has_password: false },
    ]),
  );
  await writeRule(db, workspaceId, { isRequired: true, breakGlassOwnerIds: [graceId] });
  await writeRule(db, workspaceId, { isRequired: true, breakGlassOwnerIds: [ownerId] });
  expect(await readRule(db, workspaceId)).toEqual({ isRequired: true, breakGlassOwnerIds: [ownerId] });
  expect(await readSignOnRule(db, ownerId)).toEqual({ is: 'break-glass' });
  expect(await readSignOnRule(db, graceId)).toEqual({ is: 'required', connection: null });
  await db.updateTable('members').set({ email: 'grace@example.com' }).where('id', '=', graceId).execute();
  expect(await readSignOnRule(db, graceId)).toEqual({ is: 'required', connection: { id: connectionId, name: 'Okta' } });
  const past = { workspaceId, exceptSessionId: 'none', exceptMemberIds: [ownerId] };
  expect(await countSessionsPastSignOn(db, new Date(), past)).toBe(1);
  expect(await endSessionsPastSignOn(db, past)).toEqual([graceId]);
  expect(await endSessionsPastSignOn(db, { ...past, exceptMemberIds: [] })).toEqual([ownerId]);
  await writeRule(db, workspaceId, { isRequired: false, breakGlassOwnerIds: [] });
  expect(await readSignOnRule(db, ownerId)).toEqual({ is: 'not-required' });
});
