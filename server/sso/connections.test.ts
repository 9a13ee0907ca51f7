import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { systemActor } from '#server/audit/index.ts';
import type { Person } from '#testing/organisation.ts';
import { prepareOidc, verifyDomain } from '#testing/single-sign-on.ts';
import { openSsoOrganisation, type SsoOrganisation } from '#testing/sso-organisation.ts';
import { checkEveryDomain } from './check-domain.ts';
import { txtNameOf } from './domain-rules.ts';

let sso: SsoOrganisation;
let owner: Person;
/** Holds `sign-in.write` and is no owner. */
let admin: Person;

beforeAll(async () => {
  sso = await openSsoOrganisation();
  ({ owner } = sso.organisation);
  admin = await sso.organisation.addMember({ name: 'Alan Turing', role: 'admin' });
});
afterAll(() => sso.close());
beforeEach(() => {
  sso.reeve.dns.failWith(null);
  sso.reeve.setNow(null);
});

const connections = () => owner.api.sso.connections;
const oidc = (changes = {}) => ({ issuer: sso.idp.issuer, clientId: 'reeve', ...changes });

describe('a connection', () => {
  test('starts as a draft that says what the provider has to be told, and keeps its secret', async () => {
    const { id, ...draft } = await connections().create({ kind: 'oidc', name: 'Okta' });
    expect(draft).toMatchObject({
      ...{ status: 'draft', oidc: null, saml: null, justInTime: { who: 'nobody' }, lastTest: null },
      serviceProvider: { redirectUri: `${sso.reeve.origin}/sso/oidc/${id}/callback` },
    });
    const filled = await connections().update({ id, oidc: oidc({ clientSecret: 'top secret value' }) });
    expect(filled.oidc).toEqual({ ...oidc(), scopes: ['openid', 'email', 'profile'], hasClientSecret: true });
    const { items } = await owner.api.audit.list({ event: 'sso-connection.updated' });
    expect(JSON.stringify(items)).not.toContain('top secret value');
    const row = await sso.reeve.services.db
      .selectFrom('sso_connections')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst();
    expect(JSON.stringify(row)).not.toContain('top secret value');
    // The secret of one client is not sent to another.
    const moved = await connections().update({ id, oidc: oidc({ clientId: 'another' }) });
    expect(moved.oidc?.hasClientSecret).toBe(false);
    await expect(connections().create({ kind: 'oidc', name: 'OKTA' })).rejects.toMatchObject({
      code: 'already-exists',
    });
    await connections().remove({ id });
    await expect(connections().get({ id })).rejects.toMatchObject({ code: 'not-found' });
  });

  test('that is given another identity provider forgets the accounts of the one before', async () => {
    const { db } = sso.reeve.services;
    const { id } = await connections().create({ kind: 'oidc', name: 'Moving' });
    await connections().update({ id, oidc: oidc() });
    const at = new Date();
    const { workspaceId } = sso.organisation;
    const account = { connection_id: id, workspace_id: workspaceId, member_id: owner.memberId };
    await db
      .insertInto('sso_accounts')
      .values({ ...account, subject: 'ada', linked_at: at, last_used_at: at })
      .execute();
    const accounts = () => db.selectFrom('sso_accounts').select('subject').where('connection_id', '=', id).execute();
    await connections().update({ id, oidc: oidc({ clientId: 'another' }) });
    expect(await accounts()).toHaveLength(1);

    await connections().update({ id, oidc: oidc({ issuer: 'https://elsewhere.example.com' }) });

    expect(await accounts()).toEqual([]);
    const { items } = await owner.api.audit.list({ event: 'sso-connection.updated' });
    expect(items[0]?.payload).toMatchObject({ forgottenAccounts: 1 });
    await connections().remove({ id });
  });

  test.each(['http://idp.example.com', 'https://169.254.169.254', 'https://user:secret@idp.example.com'])(
    'does not take %s for an issuer',
    async (issuer) => {
      const { id } = sso.connection;
      await expect(connections().update({ id, oidc: oidc({ issuer }) })).rejects.toMatchObject({ code: 'bad-input' });
    },
  );

  test('is enabled only with settings that a test proved', async () => {
    const draft = await prepareOidc(owner, sso.idp, { name: 'Untested' });
    const { id } = draft;
    await expect(connections().enable({ id })).rejects.toMatchObject({ code: 'sso-test-needed' });
    sso.idp.automatically('ada.lovelace');
    await owner.browser.get((await connections().startTest({ id })).redirectTo);
    await connections().update({ id, claims: { ...draft.claims, name: 'preferred_username' } });
    await expect(connections().enable({ id })).rejects.toMatchObject({ code: 'sso-test-needed' });
    await owner.browser.get((await connections().startTest({ id })).redirectTo);
    expect((await connections().enable({ id })).status).toBe('enabled');
    await expect(connections().enable({ id })).rejects.toMatchObject({ code: 'conflict' });
    await connections().remove({ id });
    await sso.idp.register({ ...registration(), clientId: `reeve-${sso.connection.id}` });
  });

  test('whose provider cannot be asked says so when it is tested', async () => {
    const { id } = await connections().create({ kind: 'oidc', name: 'Nowhere' });
    await connections().update({ id, oidc: oidc({ issuer: 'http://127.0.0.1:1' }) });
    await expect(connections().startTest({ id })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('http://127.0.0.1:1 could not be asked'),
    });
    await connections().remove({ id });
  });
});

const registration = () => ({
  clientId: '',
  clientSecret: 'a secret of the connection, 32 bytes',
  redirectUri: sso.connection.serviceProvider.redirectUri ?? '',
  postLogoutRedirectUri: `${sso.reeve.origin}/sign-in`,
});

describe('an admin who is no owner', () => {
  test('may prepare a connection but not turn it on, because it signs in owners too', async () => {
    const { id } = await admin.api.sso.connections.create({ kind: 'oidc', name: 'Admin’s own' });
    await admin.api.sso.connections.update({ id, oidc: oidc() });
    await expect(admin.api.sso.connections.enable({ id })).rejects.toMatchObject({ code: 'not-permitted' });
    await admin.api.sso.connections.remove({ id });
  });

  test.each([
    ['its issuer', { oidc: { issuer: 'https://idp.attacker.example', clientId: 'x' } }],
    ['its claims', { claims: { email: 'upn', name: 'name', groups: null } }],
    ['its domains', { domainIds: [] }],
    ['what it asks for', { required: { amr: [], acr: [] } }],
  ])('may not change %s while it is on', async (_what, change) => {
    const { id } = sso.connection;
    await expect(admin.api.sso.connections.update({ id, ...change })).rejects.toMatchObject({ code: 'not-permitted' });
  });

  test('may not take its domain away either', async () => {
    await expect(admin.api.sso.domains.remove({ id: sso.domainId })).rejects.toMatchObject({ code: 'not-permitted' });
  });

  test('may map a group, but none with a role beyond their own', async () => {
    const plain = await owner.api.directory.groups.create({ name: 'Plain' });
    const mighty = await owner.api.directory.groups.create({ name: 'Mighty' });
    await sso.reeve.services.db
      .insertInto('role_grants')
      .values({
        workspace_id: sso.organisation.workspaceId,
        role_id: 'compliance-officer',
        member_id: null,
        group_id: mighty.id,
        granted_at: new Date(),
      })
      .execute();
    const { id } = sso.connection;
    const to = (groupId: string) => ({ id, groupMappings: [{ value: 'x', groupId }] });
    expect((await admin.api.sso.connections.update(to(plain.id))).groupMappings).toHaveLength(1);
    await expect(admin.api.sso.connections.update(to(mighty.id))).rejects.toMatchObject({ code: 'not-permitted' });
    await expect(admin.api.sso.connections.update(to('grp_gone'))).rejects.toMatchObject({ code: 'not-found' });
    await sso.reeve.services.db.updateTable('groups').set({ source: 'scim' }).where('id', '=', plain.id).execute();
    await admin.api.sso.connections.update({ id, groupMappings: [] });
    await expect(admin.api.sso.connections.update(to(plain.id))).rejects.toMatchObject({ code: 'conflict' });
  });
});

describe('a domain', () => {
  test.each([
    'co.uk',
    'com',
    'github.io',
    'gmail.com',
    '*.example.com',
    '127.0.0.1',
    'localhost',
    'münchen',
    'a b.com',
  ])('%s cannot be claimed', async (domain) => {
    await expect(owner.api.sso.domains.add({ domain })).rejects.toMatchObject({ code: 'domain-refused' });
  });

  test('is proved by its record and by nothing else', async () => {
    const { api } = owner;
    const { dns } = sso.reeve;
    const added = await api.sso.domains.add({ domain: '@Bücher.Example.org.' });
    expect(added).toMatchObject({ domain: 'xn--bcher-kva.example.org', status: 'pending', verifiedAt: null });
    const check = () => api.sso.domains.check({ id: added.id });
    expect(await check()).toMatchObject({
      status: 'pending',
      lastCheck: expect.stringContaining('no TXT record at _reeve-verification.'),
    });
    dns.txt.set(added.txtName, ['reeve-verification=of-somebody-else']);
    expect(await check()).toMatchObject({ status: 'pending', lastCheck: expect.stringContaining('another value') });
    // Whatever stands there, the database has to hold what is said of it.
    dns.txt.set(added.txtName, [`a\0b${'c'.repeat(96)}\u{1F600}`]);
    expect((await check()).lastCheck).toContain(`“a\u{FFFD}b${'c'.repeat(96)}”`);
    dns.failWith('ESERVFAIL');
    expect(await check()).toMatchObject({
      status: 'pending',
      lastCheck: expect.stringContaining('could not be asked'),
    });
    dns.failWith(null);
    dns.txt.set(added.txtName, ['v=spf1 -all', added.txtValue]);
    expect(await check()).toMatchObject({ status: 'verified', verifiedAt: expect.any(String) });
    await expect(api.sso.domains.add({ domain: 'xn--bcher-kva.example.org' })).rejects.toMatchObject({
      code: 'already-exists',
    });
    await api.sso.domains.remove({ id: added.id });
  });

  test('sends its people to one connection only, and only once it is proved', async () => {
    const { id } = await connections().create({ kind: 'oidc', name: 'Second' });
    const pending = await owner.api.sso.domains.add({ domain: 'example.net' });
    await expect(connections().update({ id, domainIds: [pending.id] })).rejects.toMatchObject({ code: 'conflict' });
    await expect(connections().update({ id, domainIds: [sso.domainId] })).rejects.toMatchObject({ code: 'conflict' });
    await owner.api.sso.domains.remove({ id: pending.id });
    const verified = await verifyDomain(owner, sso.reeve.dns, 'example.net');
    expect((await connections().update({ id, domainIds: [verified] })).domains).toEqual(['example.net']);
    await connections().remove({ id });
    const [left] = (await owner.api.sso.domains.list({})).items.filter(({ domain }) => domain === 'example.net');
    expect(left).toMatchObject({ status: 'verified', connectionId: null });
  });

  test('lapses a week after its record went, and not while the DNS does not answer', async () => {
    const { services, dns } = sso.reeve;
    const record = dns.txt.get(txtNameOf('example.com')) ?? [];
    const statusAfter = async (days: number) => {
      sso.reeve.setNow(new Date(Date.now() + days * 86_400_000));
      await checkEveryDomain(services);
      sso.reeve.setNow(null);
      return (await owner.api.sso.domains.list({})).items.find(({ id }) => id === sso.domainId)?.status;
    };
    dns.failWith('ETIMEOUT');
    expect(await statusAfter(30)).toBe('verified');
    dns.failWith(null);
    dns.txt.delete(txtNameOf('example.com'));
    expect(await statusAfter(0)).toBe('verified');
    expect(await statusAfter(6)).toBe('verified');
    dns.txt.set(txtNameOf('example.com'), record);
    expect(await statusAfter(6)).toBe('verified');
    dns.txt.delete(txtNameOf('example.com'));
    expect(await statusAfter(6)).toBe('verified');
    expect(await statusAfter(14)).toBe('pending');
    const [entry] = (await owner.api.audit.list({ event: 'email-domain.lapsed' })).items;
    expect(entry?.actor.label).toBe(systemActor('the daily check of domains').label);
  });
});
