import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createHttpApp } from '#server/http/create-http-app.ts';
import { mountOwnApi } from '#server/http/own-api.ts';
import { identityRoutes, readConsoleMember } from '#server/identity/index.ts';
import { apiClient } from '#testing/own-api-client.ts';
import { startMailServer } from '#testing/servers/mail.ts';
import { signedInAs } from '#testing/signed-in-as.ts';
import { openTestServices, seedMember, seedWorkspace, type TestServices } from '#testing/test-services.ts';
import { createOwnerLink } from './links.ts';
import { directoryRoutes } from './routes.ts';

const password = 'seven green bottles';
let services: TestServices;
let mail: Awaited<ReturnType<typeof startMailServer>>;
let app: ReturnType<typeof createHttpApp>;

beforeAll(async () => {
  mail = await startMailServer();
  services = await openTestServices({ REEVE_SMTP_URL: mail.url, REEVE_MAIL_FROM: 'Reeve <reeve@example.com>' });
  app = createHttpApp({ log: services.log, trustedProxies: ['127.0.0.1/32'] });
  const router = { identity: identityRoutes(services), directory: directoryRoutes(services) };
  mountOwnApi(app, { router, origin: services.origin, readMember: readConsoleMember(services) });
});
afterAll(async () => {
  await mail.close();
  await services.close();
});
beforeEach(async () => {
  services.setNow(null);
  for (const table of ['links', 'workspaces', 'audit_events', 'rate_limits'] as const)
    await services.db.deleteFrom(table).execute();
});

const tokenOf = (url: string): string => new URL(url).hash.slice(1);
const ownerLink = async () => tokenOf((await createOwnerLink(services, { madeBy: 'reeve owner-link' })).url);
const grace = { name: 'Grace Hopper', email: 'grace@example.com', password };
const events = async () =>
  (await services.db.selectFrom('audit_events').select('event').orderBy('id').execute())
    .map(({ event }) => event)
    .sort();
const daysLater = (days: number) => new Date(Date.now() + days * 24 * 60 * 60 * 1000);

async function signedInOwner() {
  const browser = apiClient(app);
  const token = await ownerLink();
  const { status } = await browser.call('POST', '/links/owner', { token, workspaceName: 'Example Ltd', ...grace });
  expect(status).toBe(200);
  return browser;
}

interface Invited {
  invitations: { memberId: string; email: string; link: string; mailed: boolean; expiresAt: string }[];
}
const invite = (browser: ReturnType<typeof apiClient>, input: Record<string, unknown>) =>
  browser.call<Invited>('POST', '/members/invitations', input);

describe('owner link', () => {
  test('keeps its secret behind the #, and stores only its hash', async () => {
    const { url, expiresAt } = await createOwnerLink(services, { madeBy: 'first start' });
    expect(url).toMatch(/^https:\/\/reeve\.test:8443\/setup#owner-[\w-]{43}$/);
    expect(expiresAt.getTime() - Date.now()).toBeGreaterThan(23 * 3600 * 1000);
    expect(JSON.stringify(await services.db.selectFrom('links').selectAll().execute())).not.toContain(tokenOf(url));
  });

  test('makes the workspace and its first owner, signed in', async () => {
    const browser = apiClient(app);
    expect((await browser.call('GET', '/session')).body).toEqual({
      state: 'signed-out',
      isExample: false,
      needsSetup: true,
    });
    const token = await ownerLink();
    const preview = await browser.call('POST', '/links/preview', { token });
    expect(preview.body).toMatchObject({ kind: 'owner', workspaceName: null, email: null });
    await browser.call('POST', '/links/owner', { token, workspaceName: 'Example Ltd', ...grace });
    expect((await browser.call('GET', '/session')).body).toMatchObject({
      state: 'signed-in',
      member: { email: 'grace@example.com', roles: [{ id: 'owner', name: 'Owner' }] },
      workspace: { name: 'Example Ltd' },
    });
    expect(await events()).toEqual(['owner-link.created', 'owner-link.used', 'session.started', 'workspace.created']);
  });

  test('ten people at once with the same link: one owner, one workspace', async () => {
    const token = await ownerLink();
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        apiClient(app).call('POST', '/links/owner', {
          token,
          workspaceName: 'Example Ltd',
          ...grace,
          email: `owner${index}@example.com`,
        }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(9).fill(410)]);
    expect(await services.db.selectFrom('workspaces').select('id').execute()).toHaveLength(1);
    expect(await services.db.selectFrom('members').select('id').execute()).toHaveLength(1);
  });

  test('is refused when it is used, expired, replaced by a newer one, or made up', async () => {
    const replaced = await ownerLink();
    const token = await ownerLink();
    const browser = apiClient(app);
    services.setNow(daysLater(2));
    expect(await browser.call('POST', '/links/preview', { token })).toMatchObject({ status: 410 });
    services.setNow(null);
    await browser.call('POST', '/links/owner', { token, workspaceName: 'Example Ltd', ...grace });
    for (const bad of [token, replaced, `owner-${'x'.repeat(43)}`])
      expect(await browser.call('POST', '/links/owner', { token: bad, ...grace })).toMatchObject({
        status: 410,
        body: { code: 'link-invalid' },
      });
  });

  test('without a name for the workspace nothing happens, and the link still works', async () => {
    const token = await ownerLink();
    const browser = apiClient(app);
    const answer = await browser.call('POST', '/links/owner', { token, ...grace });
    expect(answer).toMatchObject({ status: 400, body: { data: { issues: [{ path: ['workspaceName'] }] } } });
    const again = await browser.call('POST', '/links/owner', { token, workspaceName: 'Example Ltd', ...grace });
    expect(again.status).toBe(200);
  });

  test('gives an owner who lost the password a new one, and ends what the old one opened', async () => {
    const old = await signedInOwner();
    const made = await old.call('POST', '/access-tokens', {
      kind: 'personal-access-token',
      name: 'ci',
      expiresInDays: 30,
    });
    expect(made.status).toBe(200);
    const browser = apiClient(app);
    const recovery = { token: await ownerLink(), ...grace, password: 'nine blue umbrellas' };
    expect((await browser.call('POST', '/links/owner', recovery)).status).toBe(200);
    expect((await old.call('GET', '/session')).body).toMatchObject({ state: 'signed-out' });
    const tokens = await services.db.selectFrom('access_tokens').select('revoked_at').execute();
    expect(tokens).toMatchObject([{ revoked_at: expect.any(Date) }]);
    const attempt = { email: 'grace@example.com', password };
    expect((await apiClient(app).call('POST', '/session', attempt)).status).toBe(401);
  });

  test('with a workspace there, it makes another owner', async () => {
    await signedInOwner();
    const token = await ownerLink();
    const answer = await apiClient(app).call('POST', '/links/owner', { token, ...grace, email: 'second@example.com' });
    expect(answer.status).toBe(200);
    const owners = await services.db.selectFrom('role_grants').select('role_id').execute();
    expect(owners).toEqual([{ role_id: 'owner' }, { role_id: 'owner' }]);
  });

  test('a link from before the workspace does not enter it', async () => {
    const token = await ownerLink();
    await seedWorkspace(services.db);
    const answer = await apiClient(app).call('POST', '/links/owner', { token, workspaceName: 'Other', ...grace });
    expect(answer).toMatchObject({ status: 409, body: { code: 'setup-done' } });
  });

  test.each([
    'short',
    'passwordpassword',
    'Password12345!',
    'aaaaaaaaaaaaaa',
    'abcdefghijklmn',
    'grace-hopper-2024',
    'qwertyuiop123456',
  ])('the password %s is refused', async (weak) => {
    const token = await ownerLink();
    const answer = await apiClient(app).call('POST', '/links/owner', {
      token,
      workspaceName: 'Example Ltd',
      ...grace,
      password: weak,
    });
    expect(answer).toMatchObject({ status: 422, body: { code: 'weak-password' } });
  });
});

describe('invitations', () => {
  test('a whole list is invited, and everyone joins by their own link', async () => {
    const owner = await signedInOwner();
    const people = [{ email: 'Alan@example.com', name: 'Alan Turing' }, { email: 'edsger@example.com' }];
    const { body } = await invite(owner, { people, roleIds: ['codex-admin'] });
    expect(body.invitations).toMatchObject([
      { email: 'alan@example.com', mailed: false },
      { email: 'edsger@example.com', mailed: false },
    ]);
    const alan = apiClient(app);
    const token = tokenOf(body.invitations[0]?.link ?? '');
    expect((await alan.call('POST', '/links/preview', { token })).body).toMatchObject({
      kind: 'invitation',
      workspaceName: 'Example Ltd',
      email: 'alan@example.com',
      name: 'Alan Turing',
      invitedBy: 'Grace Hopper',
    });
    const joined = await alan.call('POST', '/links/member', { token, name: 'Alan T.', password });
    expect(joined.status).toBe(200);
    expect((await alan.call('GET', '/session')).body).toMatchObject({
      member: { name: 'Alan T.', roles: [{ id: 'codex-admin', name: 'Codex admin' }] },
    });
    expect((await alan.call('POST', '/links/member', { token, name: 'Alan T.', password })).status).toBe(410);
    expect((await alan.call('POST', '/links/owner', { token, ...grace })).status).toBe(410);
  });

  test('with one conflict nobody is invited, and each conflict is named', async () => {
    const owner = await signedInOwner();
    await invite(owner, { people: [{ email: 'alan@example.com' }] });
    const people = ['new@example.com', 'grace@example.com', 'alan@example.com', 'new@example.com'].map((email) => ({
      email,
    }));
    const answer = await invite(owner, { people });
    expect(answer).toMatchObject({
      status: 409,
      body: {
        code: 'already-exists',
        data: {
          issues: [
            { path: ['people', 1, 'email'], message: 'grace@example.com is a member already.' },
            { path: ['people', 2, 'email'], message: 'alan@example.com is invited already.' },
            { path: ['people', 3, 'email'], message: 'new@example.com is in this list twice.' },
          ],
        },
      },
    });
    expect(
      await services.db.selectFrom('members').select('email').where('email', '=', 'new@example.com').execute(),
    ).toEqual([]);
  });

  test('a corrected address ends the link that went to the wrong one', async () => {
    const owner = await signedInOwner();
    const sent = (await invite(owner, { people: [{ email: 'alam@example.com' }] })).body.invitations[0];
    await owner.call('PATCH', `/members/${sent?.memberId}`, { name: 'Alan' });
    const token = tokenOf(sent?.link ?? '');
    expect(await apiClient(app).call('POST', '/links/preview', { token })).toMatchObject({ status: 200 });
    const corrected = await owner.call('PATCH', `/members/${sent?.memberId}`, { email: 'alan@example.com' });
    expect(corrected).toMatchObject({ status: 200, body: { status: 'invited', email: 'alan@example.com' } });
    const joining = { token, name: 'Somebody else', password };
    const refused = await apiClient(app).call('POST', '/links/member', joining);
    expect(refused).toMatchObject({ body: { code: 'link-invalid' } });
    expect(await owner.call('POST', `/members/${sent?.memberId}/invitation`, {})).toMatchObject({ status: 200 });
  });

  test('two invitations of the same person at once: one invitation', async () => {
    const owner = await signedInOwner();
    const answers = await Promise.all([1, 2].map(() => invite(owner, { people: [{ email: 'alan@example.com' }] })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  test('an unknown group refuses the invitation', async () => {
    const owner = await signedInOwner();
    const answer = await invite(owner, { people: [{ email: 'alan@example.com' }], groupIds: ['grp_gone'] });
    expect(answer).toMatchObject({ status: 404, body: { data: { groupIds: ['grp_gone'] } } });
  });

  test('a renewed invitation replaces the link; after seven days a link is over', async () => {
    const owner = await signedInOwner();
    const { body } = await invite(owner, { people: [{ email: 'alan@example.com' }] });
    const [first] = body.invitations;
    const renewed = await owner.call<{ link: string }>('POST', `/members/${first?.memberId}/invitation`, {});
    expect(renewed.status).toBe(200);
    const alan = apiClient(app);
    expect((await alan.call('POST', '/links/preview', { token: tokenOf(first?.link ?? '') })).status).toBe(410);
    const token = tokenOf(renewed.body.link);
    expect((await alan.call('POST', '/links/preview', { token })).status).toBe(200);
    services.setNow(daysLater(8));
    expect((await alan.call('POST', '/links/member', { token, name: 'Alan', password })).status).toBe(410);
    services.setNow(null);
    await alan.call('POST', '/links/member', { token, name: 'Alan', password });
    expect((await owner.call('POST', `/members/${first?.memberId}/invitation`, {})).status).toBe(409);
  });

  test('a removed invitation cannot be accepted', async () => {
    const owner = await signedInOwner();
    const { body } = await invite(owner, { people: [{ email: 'alan@example.com' }] });
    await owner.call('DELETE', `/members/${body.invitations[0]?.memberId}`);
    const token = tokenOf(body.invitations[0]?.link ?? '');
    expect((await apiClient(app).call('POST', '/links/member', { token, name: 'A', password })).status).toBe(410);
  });

  test('mail carries the link when asked', async () => {
    const owner = await signedInOwner();
    const { body } = await invite(owner, { people: [{ email: 'alan@example.com' }], sendMail: true });
    expect(body.invitations).toMatchObject([{ mailed: true }]);
    const sent = await mail.waitForMail((one) => one.to.includes('alan@example.com'));
    expect(sent.text).toContain(body.invitations[0]?.link);
    expect(sent.subject).toBe('Join Example Ltd');
  });

  test('without a mail server the wish for mail is refused before anybody is invited', async () => {
    const { workspaceId } = await seedWorkspace(services.db);
    const bare = { ...services, config: { ...services.config, mail: null } };
    const silent = createHttpApp({ log: services.log, trustedProxies: [] });
    const ownerId = await seedMember(services.db, { workspaceId, email: 'boss@example.com', role: 'owner' });
    mountOwnApi(silent, {
      router: { directory: directoryRoutes(bare) },
      origin: services.origin,
      readMember: async () => signedInAs({ memberId: ownerId, workspaceId }),
    });
    const answer = await invite(apiClient(silent), { people: [{ email: 'alan@example.com' }], sendMail: true });
    expect(answer).toMatchObject({ status: 409, body: { code: 'mail-not-set-up' } });
    const rows = await services.db.selectFrom('members').select('email').where('status', '=', 'invited').execute();
    expect(rows).toEqual([]);
  });
});
