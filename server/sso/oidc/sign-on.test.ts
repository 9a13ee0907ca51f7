import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Connection } from '#contract/sso.ts';
import { createOwnerLink } from '#server/directory/index.ts';
import { foundOrganisation, type Organisation } from '#testing/organisation.ts';
import { openOwnApiSession } from '#testing/own-api-session.ts';
import { type OidcIdp, startOidcIdp } from '#testing/servers/oidc-idp.ts';
import { enableTested, prepareOidc, problemOn, startAddress, verifyDomain } from '#testing/single-sign-on.ts';
import { startTestReeve, type TestReeve } from '#testing/start-reeve.ts';

let reeve: TestReeve;
let idp: OidcIdp;
let organisation: Organisation;
let connection: Connection;
let engineersId: string;

const person = (name: string, more: Record<string, unknown> = {}) => ({
  claims: { email: `${name}@example.com`, email_verified: true, name, groups: ['staff'], ...more },
});

beforeAll(async () => {
  idp = await startOidcIdp({ ada: person('ada', { email: 'ada.lovelace@example.com' }) });
  idp.automatically('ada');
  reeve = await startTestReeve();
  const { url } = await createOwnerLink(reeve.services, { madeBy: 'first start' });
  organisation = await foundOrganisation({ origin: reeve.origin, authorityPem: reeve.authorityPem ?? '' }, url);
  const { owner } = organisation;
  engineersId = (await owner.api.directory.groups.create({ name: 'Engineers' })).id;
  const domainId = await verifyDomain(owner, reeve.dns, 'example.com');
  connection = await prepareOidc(owner, idp, {
    name: 'Example IdP',
    domainIds: [domainId],
    justInTime: { who: 'verified-domains' },
    groupMappings: [{ value: 'engineering', groupId: engineersId }],
  });
  connection = await enableTested(owner, connection.id);
});
afterAll(async () => {
  await reeve.close();
  await idp.close();
});
beforeEach(() => idp.automatically(null));

/** A new browser, signed in at the provider as this person. */
async function signOn(login: string, query: Record<string, string> = {}) {
  idp.automatically(login);
  const session = openOwnApiSession(organisation);
  const page = await session.browser.get(startAddress(organisation, connection.id, query));
  return { ...session, page };
}

const memberOf = async ({ api }: Pick<Awaited<ReturnType<typeof signOn>>, 'api'>) => {
  const session = await api.identity.session({});
  if (session.state !== 'signed-in') throw new Error('not signed in');
  return session.member;
};

const auditOf = async (
  event: 'member.created' | 'sso-account.linked' | 'sso.sign-in-refused' | 'group.members-changed',
) => (await organisation.owner.api.audit.list({ event, limit: 100 })).items;

describe('a test of the connection', () => {
  test('shows the claims and what they would map to, and changes nobody', async () => {
    expect(connection.status).toBe('enabled');
    expect(connection.lastTest).toMatchObject({
      outcome: 'works',
      by: expect.stringContaining('Ada Lovelace'),
      claims: { sub: 'ada', email: 'ada.lovelace@example.com', groups: ['staff'] },
      mapped: { outcome: 'existing-member', email: 'ada.lovelace@example.com', groupIds: [] },
    });
    expect(connection.lastTest?.claims).not.toHaveProperty('nonce');
    expect(connection.lastTest?.claims).not.toHaveProperty('at_hash');
    idp.people.set('nobody-yet', person('nobody-yet', { groups: ['engineering'] }));
    idp.automatically('nobody-yet');
    const { api, browser } = organisation.owner;
    const { redirectTo } = await api.sso.connections.startTest({ id: connection.id });
    const back = await browser.get(redirectTo);
    expect(back.url.href).toBe(`${reeve.origin}/single-sign-on/${connection.id}?tested=1`);
    const { lastTest } = await api.sso.connections.get({ id: connection.id });
    expect(lastTest?.mapped).toMatchObject({ outcome: 'would-join', groupIds: [engineersId] });
    const { items } = await api.directory.members.list({ search: 'nobody-yet' });
    expect(items).toEqual([]);
  });

  test('that the provider refuses keeps the reason', async () => {
    idp.automatically('a stranger');
    const { api, browser } = organisation.owner;
    const { redirectTo } = await api.sso.connections.startTest({ id: connection.id });
    await browser.get(redirectTo);
    const { lastTest } = await api.sso.connections.get({ id: connection.id });
    expect(lastTest).toMatchObject({ outcome: 'refused', reason: expect.stringContaining('has not assigned you') });
    idp.automatically('ada');
    await browser.get((await api.sso.connections.startTest({ id: connection.id })).redirectTo);
  });
});

describe('somebody new', () => {
  test('joins at the first sign-on, with the groups their claims map to, and goes where they wanted', async () => {
    idp.people.set('grace', person('grace', { name: 'Grace Hopper', groups: ['engineering', 'staff'] }));
    const grace = await signOn('grace', { next: '/account?tab=security' });
    expect(grace.page.url.href).toBe(`${reeve.origin}/account?tab=security`);
    const member = await memberOf(grace);
    expect(member).toMatchObject({ email: 'grace@example.com', name: 'Grace Hopper' });
    const detail = await organisation.owner.api.directory.members.get({ id: member.id });
    expect(detail).toMatchObject({ status: 'active', source: 'sso', groups: [{ id: engineersId }] });
    expect((await auditOf('member.created'))[0]).toMatchObject({
      subject: { id: member.id },
      actor: { label: 'single sign-on: Example IdP' },
    });

    idp.people.set('grace', person('grace', { groups: ['staff'] }));
    await signOn('grace');
    expect((await organisation.owner.api.directory.members.get({ id: member.id })).groups).toEqual([]);
    expect(await auditOf('sso-account.linked')).toHaveLength(1);
  });

  test.each([
    ['of another domain', { email: 'eve@elsewhere.example' }, 'not-a-member'],
    [
      'of another domain that nobody vouches for',
      { email: 'eve@elsewhere.example', email_verified: undefined },
      'email-unverified',
    ],
    ['whose address the provider says is not verified', { email_verified: false }, 'email-unverified'],
    ['without an address', { email: undefined }, 'email-missing'],
    [
      'with more groups than the provider sends',
      { groups: undefined, _claim_names: { groups: 'src1' } },
      'groups-overage',
    ],
  ])('%s is refused, with what to do about it', async (_who, claims, code) => {
    idp.people.set('eve', person('eve', claims));
    const { page } = await signOn('eve', { next: '/policies' });
    const problem = await problemOn(page, organisation.owner);
    expect(problem).toMatchObject({ code, connectionName: 'Example IdP', next: '/policies' });
    expect(problem.advice.length).toBeGreaterThan(20);
    const [entry] = await auditOf('sso.sign-in-refused');
    expect(entry?.payload).toMatchObject({ code, reference: problem.reference });
  });

  test('whom the provider refuses is told what it said, by whom to send it to', async () => {
    const { page } = await signOn('a stranger');
    expect(await problemOn(page, organisation.owner)).toMatchObject({
      code: 'provider-refused',
      sendTo: 'identity-provider',
      said: 'access_denied: The administrator has not assigned you to this application.',
    });
  });
});

describe('a member who is here already', () => {
  test('is linked by their address, once; later their address may change', async () => {
    const bob = await organisation.addMember({ name: 'Bob Wallace' });
    idp.people.set('bob', person('bob', { email: 'Bob.Wallace@Example.com' }));
    expect((await memberOf(await signOn('bob'))).id).toBe(bob.memberId);
    idp.people.set('bob', person('bob', { email: 'bob.married@example.com' }));
    expect((await memberOf(await signOn('bob'))).id).toBe(bob.memberId);
    // The address went to somebody else: they do not get Bob's membership with it.
    idp.people.set('other-bob', person('other-bob', { email: 'bob.wallace@example.com' }));
    const { page } = await signOn('other-bob');
    expect(await problemOn(page, organisation.owner)).toMatchObject({ code: 'email-elsewhere', sendTo: 'workspace' });
  });

  test('who was invited becomes active', async () => {
    const { api } = organisation.owner;
    const people = [{ email: 'carol@example.com', name: 'Carol' }];
    await api.directory.members.invite({ people, roleIds: ['codex-admin'], groupIds: [] });
    idp.people.set('carol', person('carol'));
    const member = await memberOf(await signOn('carol'));
    expect(member.roles).toEqual([{ id: 'codex-admin', name: 'Codex admin' }]);
    expect((await api.directory.members.get({ id: member.id })).status).toBe('active');
  });

  test('who was deprovisioned is refused, and a group kept by provisioning is left alone', async () => {
    const { db } = reeve.services;
    const { api } = organisation.owner;
    const kept = await api.directory.groups.create({ name: 'Kept by SCIM' });
    await api.sso.connections.update({ id: connection.id, groupMappings: [{ value: 'staff', groupId: kept.id }] });
    await db.updateTable('groups').set({ source: 'scim' }).where('id', '=', kept.id).execute();
    idp.people.set('fay', person('fay'));
    const { id } = await memberOf(await signOn('fay'));
    expect((await api.directory.members.get({ id })).groups).toEqual([]);
    await db.updateTable('members').set({ status: 'deprovisioned', source: 'scim' }).where('id', '=', id).execute();
    const { page } = await signOn('fay');
    const problem = { code: 'member-deprovisioned', sendTo: 'identity-provider' };
    expect(await problemOn(page, organisation.owner)).toMatchObject(problem);
  });

  test('who is suspended is refused, and their session is gone', async () => {
    idp.people.set('dan', person('dan'));
    const dan = await signOn('dan');
    const { id } = await memberOf(dan);
    await organisation.owner.api.directory.members.suspend({ id });
    expect((await dan.api.identity.session({})).state).toBe('signed-out');
    const { page } = await signOn('dan');
    expect(await problemOn(page, organisation.owner)).toMatchObject({ code: 'member-suspended', sendTo: 'workspace' });
  });
});

describe('a session', () => {
  test('ends at the provider too', async () => {
    const grace = await signOn('grace');
    const { redirectTo } = await grace.api.identity.signOut({});
    const end = new URL(redirectTo ?? '');
    expect(end.origin + end.pathname).toBe(`${idp.issuer}/session/end`);
    expect(end.searchParams.get('post_logout_redirect_uri')).toBe(`${reeve.origin}/sign-in`);
    expect((await grace.browser.get(end)).status).toBe(200);
    expect((await grace.api.identity.session({})).state).toBe('signed-out');
  });

  test('has a second factor when the connection asks for one and the provider shows it', async () => {
    const { api } = organisation.owner;
    await api.sso.connections.update({ id: connection.id, required: { amr: ['mfa', 'hwk'], acr: [] } });
    idp.people.set('grace', { ...person('grace'), amr: ['pwd'] });
    const { page } = await signOn('grace');
    const problem = await problemOn(page, organisation.owner);
    expect(problem).toMatchObject({ code: 'context-missing', sendTo: 'identity-provider' });
    expect(problem.sentence).toContain('amr has pwd and needs one of mfa, hwk');
    idp.people.set('grace', { ...person('grace'), amr: ['pwd', 'mfa'] });
    const { id } = await memberOf(await signOn('grace'));
    const row = await reeve.services.db
      .selectFrom('sessions')
      .select(['method', 'second_factor_at', 'sso_connection_id'])
      .where('member_id', '=', id)
      .orderBy('started_at', 'desc')
      .executeTakeFirst();
    expect(row).toMatchObject({ method: 'sso', sso_connection_id: connection.id, second_factor_at: expect.any(Date) });
    await api.sso.connections.update({ id: connection.id, required: { amr: [], acr: [] } });
  });

  test('is confirmed by signing in anew, with the same account only', async () => {
    const grace = await signOn('grace');
    const before = (await grace.api.identity.sessions({})).items.find(({ isCurrent }) => isCurrent);
    const again = startAddress(organisation, connection.id, { reauthenticate: '1', next: '/policies' });
    expect((await grace.browser.get(again)).url.pathname).toBe('/policies');
    const after = (await grace.api.identity.sessions({})).items.find(({ isCurrent }) => isCurrent);
    expect(after?.id).not.toBe(before?.id);
    idp.automatically('carol');
    expect(await problemOn(await grace.browser.get(again), grace)).toMatchObject({ code: 'other-member' });
    expect((await memberOf(grace)).email).toBe('grace@example.com');
  });
});

test('signing keys that the provider rolls are noticed at the next sign-on', async () => {
  await idp.rollKeys();
  expect((await memberOf(await signOn('grace'))).email).toBe('grace@example.com');
});

test('a connection that is off signs nobody in', async () => {
  const { api } = organisation.owner;
  await api.sso.connections.disable({ id: connection.id });
  const { page } = await signOn('grace');
  expect(await problemOn(page, organisation.owner)).toMatchObject({ code: 'connection-off' });
  await api.sso.connections.enable({ id: connection.id });
});
