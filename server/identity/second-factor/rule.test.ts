import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { newId } from '#server/crypto/ids.ts';
import type { ApiClient } from '#testing/own-api-client.ts';
import { challengeFrom, openSecondFactorApp, type SecondFactorApp } from '#testing/second-factor-app.ts';
import { openTestServices, seedMember, seedWorkspace, type TestServices } from '#testing/test-services.ts';

const ada = 'ada@example.com';
const bea = 'bea@example.com';
const cyd = 'cyd@example.com';
let services: TestServices;
let app: SecondFactorApp;
let workspaceId: string;
let beaId: string;

beforeAll(async () => {
  services = await openTestServices();
  app = await openSecondFactorApp(services);
});
afterAll(() => services.close());
beforeEach(async () => {
  await services.db.deleteFrom('workspaces').execute();
  await services.db.deleteFrom('rate_limits').execute();
  await services.db.deleteFrom('audit_events').execute();
  ({ workspaceId } = await seedWorkspace(services.db));
  beaId = await seedMember(services.db, { workspaceId, email: bea, name: 'Bea' });
  await seedMember(services.db, { workspaceId, email: cyd, name: 'Cyd', role: 'admin' });
  await app.reset();
});

const rulePath = '/workspace/second-factor-rule';
const setRule = (by: ApiClient, audience: string, graceUntil: string | null = null) =>
  by.call('PATCH', rulePath, { audience, graceUntil });
const inDays = (days: number) => new Date(services.clock().getTime() + days * 86_400_000).toISOString();
const auditOf = (event: string) =>
  services.db.selectFrom('audit_events').selectAll().where('event', '=', event).execute();

describe('the rule of the workspace', () => {
  test('with a day: reminded until then, kept out from then on, let in by enrolling', async () => {
    const owner = await app.signedIn(ada);
    expect((await setRule(owner, 'everyone', inDays(2))).status).toBe(200);
    const member = await app.signedIn(bea, '192.0.2.2');
    expect((await member.call('GET', '/session')).body).toMatchObject({
      secondFactor: { isRequired: true, mustEnrolNow: false, graceUntil: inDays(2) },
    });
    expect((await member.call('GET', '/account/sessions')).status).toBe(200);
    app.passSeconds(2 * 86_400);
    const later = await app.signedIn(bea, '192.0.2.2');
    expect((await later.call('GET', '/session')).body).toMatchObject({ secondFactor: { mustEnrolNow: true } });
    const keptOut = { status: 403, body: { code: 'second-factor-required' } };
    expect(await later.call('GET', '/account/sessions')).toMatchObject(keptOut);
    expect(await later.call('POST', '/device-requests/ABCD-EFGH/approval', {})).toMatchObject(keptOut);
    expect(await later.call('POST', '/authorizations/some/approval', {})).toMatchObject(keptOut);
    await app.addTotp(later);
    expect((await later.call('GET', '/account/sessions')).status).toBe(200);
    expect(await later.call('POST', '/device-requests/ABCD-EFGH/approval', {})).toMatchObject({ status: 404 });
  });

  test('a day that no calendar of the database has is bad input', async () => {
    const owner = await app.signedIn(ada);
    expect(await setRule(owner, 'everyone', '0000-01-01T00:00:00Z')).toMatchObject({ status: 400 });
    expect(await setRule(owner, 'everyone', '9999-12-31T23:59:59Z')).toMatchObject({ status: 200 });
  });

  test('whoever must enrol can still sign out', async () => {
    await setRule(await app.signedIn(ada), 'everyone');
    const member = await app.signedIn(bea, '192.0.2.2');
    expect((await member.call('DELETE', '/session')).status).toBe(200);
  });

  test('admins only: whoever may do more than use Codex', async () => {
    const owner = await app.signedIn(ada);
    await setRule(owner, 'admins');
    const standing = async (browser: ApiClient) =>
      (await browser.call<{ secondFactor: { mustEnrolNow: boolean } }>('GET', '/session')).body.secondFactor
        .mustEnrolNow;
    expect(await standing(owner)).toBe(true);
    expect(await standing(await app.signedIn(bea, '192.0.2.2'))).toBe(false);
    expect(await standing(await app.signedIn(cyd, '192.0.2.3'))).toBe(true);
  });

  test('the last factor cannot be removed while it holds, one of two can', async () => {
    const owner = await app.signedIn(ada);
    await app.addTotp(owner);
    const { passkey } = await app.addPasskey(owner);
    await setRule(owner, 'everyone');
    expect((await owner.call('DELETE', '/account/totp')).status).toBe(200);
    const refused = await owner.call('DELETE', `/account/passkeys/${passkey.id}`);
    expect(refused).toMatchObject({ status: 409, body: { code: 'last-second-factor' } });
    const { body } = await owner.call<{ recoveryCodes: { left: number } }>('GET', '/account/second-factors');
    expect(body.recoveryCodes.left).toBe(10);
  });

  test('an older session of an enrolled member shows the factor before anything else', async () => {
    const old = await app.signedIn(ada, '192.0.2.9');
    const owner = await app.signedIn(ada);
    const { secret } = await app.addTotp(owner);
    await setRule(owner, 'everyone');
    expect(await old.call('GET', '/account/sessions')).toMatchObject({
      status: 403,
      body: { code: 'step-up-required' },
    });
    await old.call('POST', '/session/step-up', { method: 'totp', code: app.codeOf(secret) });
    expect((await old.call('GET', '/account/sessions')).status).toBe(200);
  });

  test('is written to the audit log with what it was before', async () => {
    await setRule(await app.signedIn(ada), 'admins', inDays(1));
    const [event] = await auditOf('second-factor.rule-updated');
    expect(event?.payload).toMatchObject({ before: { audience: 'off' }, after: { audience: 'admins' } });
  });

  test('the preview counts whom it is about and who has none', async () => {
    const owner = await app.signedIn(ada);
    await app.addTotp(owner);
    const preview = async (audience: string) =>
      (await owner.call('POST', `${rulePath}/preview`, { audience, graceUntil: null })).body;
    expect(await preview('off')).toMatchObject({ asked: 0, withoutFactor: 0 });
    expect(await preview('everyone')).toMatchObject({ asked: 3, withoutFactor: 2, isCallerWithout: false });
    expect(await preview('admins')).toMatchObject({ asked: 2, withoutFactor: 1, firstWithout: [{ name: 'Cyd' }] });
  });

  test('the preview knows roles by group, custom roles and the default role', async () => {
    const owner = await app.signedIn(ada);
    const count = async () =>
      (await owner.call<{ asked: number }>('POST', `${rulePath}/preview`, { audience: 'admins', graceUntil: null }))
        .body.asked;
    const at = services.clock();
    const roleId = newId('rol');
    const permissions = JSON.stringify(['activity.read']);
    const role = { id: roleId, workspace_id: workspaceId, name: 'Reader', permissions, created_at: at, updated_at: at };
    await services.db.insertInto('roles').values(role).execute();
    expect(await count()).toBe(2);
    const groupId = newId('grp');
    await services.db
      .insertInto('groups')
      .values({ id: groupId, workspace_id: workspaceId, name: 'Readers', created_at: at })
      .execute();
    const inGroup = { workspace_id: workspaceId, group_id: groupId, member_id: beaId, added_at: at };
    await services.db.insertInto('group_members').values(inGroup).execute();
    const grant = { workspace_id: workspaceId, role_id: roleId, member_id: null, group_id: groupId, granted_at: at };
    await services.db.insertInto('role_grants').values(grant).execute();
    expect(await count()).toBe(3);
    await services.db.deleteFrom('groups').execute();
    expect(await count()).toBe(2);
    await services.db.updateTable('workspaces').set({ default_role_id: roleId }).execute();
    expect(await count()).toBe(3);
  });
});

describe('dangerous actions', () => {
  test('without any factor nobody is asked', async () => {
    expect((await setRule(await app.signedIn(ada), 'off')).status).toBe(200);
  });

  test('ask again after ten minutes, in this session only, and say how', async () => {
    const owner = await app.signedIn(ada);
    const { secret } = await app.addTotp(owner);
    expect((await setRule(owner, 'off')).status).toBe(200);
    app.passSeconds(600);
    const refused = await setRule(owner, 'off');
    expect(refused).toMatchObject({
      status: 403,
      body: { code: 'step-up-required', data: { methods: ['totp', 'recovery-code'] } },
    });
    expect((await owner.call('GET', '/account/sessions')).status).toBe(200);
    const shown = await owner.call('POST', '/session/step-up', { method: 'totp', code: app.codeOf(secret) });
    expect(shown).toMatchObject({ status: 200, body: { verifiedAt: services.clock().toISOString() } });
    expect((await setRule(owner, 'off')).status).toBe(200);
    expect(await auditOf('second-factor.shown')).toMatchObject([{ payload: { method: 'totp' } }]);
  });

  test('a wrong code opens nothing; a passkey does, with a challenge for this only', async () => {
    const owner = await app.signedIn(ada);
    const { passkey } = await app.addPasskey(owner);
    app.passSeconds(601);
    const wrong = await owner.call('POST', '/session/step-up', { method: 'totp', code: '000000' });
    expect(wrong).toMatchObject({ status: 422, body: { code: 'second-factor-wrong' } });
    const forSignIn = await challengeFrom(owner, '/sign-in/passkey-options');
    const show = (challenge: string) =>
      owner.call('POST', '/session/step-up', { method: 'passkey', answer: passkey.sign({ challenge }) });
    expect((await show(forSignIn)).status).toBe(422);
    expect((await setRule(owner, 'off')).status).toBe(403);
    expect((await show(await challengeFrom(owner, '/session/step-up/options'))).status).toBe(200);
    expect((await setRule(owner, 'off')).status).toBe(200);
  });

  test('somebody with an open session of an enrolled member adds no factor of their own', async () => {
    const owner = await app.signedIn(ada);
    await app.addTotp(owner);
    app.passSeconds(601);
    for (const [method, path] of [
      ['POST', '/account/totp'],
      ['POST', '/account/passkeys/options'],
      ['POST', '/account/recovery-codes'],
      ['DELETE', '/account/totp'],
    ] as const)
      expect(await owner.call(method, path, method === 'POST' ? {} : undefined), path).toMatchObject({
        body: { code: 'step-up-required' },
      });
  });

  test('a new authenticator app takes the place of the one before, and not sooner than it is confirmed', async () => {
    const owner = await app.signedIn(ada);
    const old = await app.addTotp(owner);
    await owner.call('POST', '/account/totp', {});
    const next = app.browser();
    await app.typePassword(next, ada);
    const finish = (secret: string) =>
      next.call('POST', '/sign-in/second-factor', { method: 'totp', code: app.codeOf(secret) });
    expect((await finish(old.secret)).status).toBe(200);
    app.passSeconds(30);
    const renewed = await app.addTotp(owner);
    expect(renewed.recoveryCodes).toEqual([]);
    await app.typePassword(next, ada);
    expect((await finish(old.secret)).status).toBe(422);
    expect((await finish(renewed.secret)).status).toBe(200);
  });
});

describe('a member who lost everything', () => {
  test('is reset by an owner: factors gone, sessions over, the password stays', async () => {
    const lost = await app.signedIn(bea, '192.0.2.2');
    await app.addTotp(lost);
    await app.addPasskey(lost);
    const owner = await app.signedIn(ada);
    const reset = await owner.call('DELETE', `/members/${beaId}/second-factors`);
    expect(reset).toMatchObject({ status: 200, body: { removed: 2, endedSessions: 1 } });
    expect((await lost.call('GET', '/account/sessions')).status).toBe(401);
    expect((await app.typePassword(app.browser('192.0.2.2'), bea)).body).toEqual({ state: 'signed-in' });
    expect(await auditOf('second-factor.reset')).toMatchObject([{ subject_id: beaId }]);
  });

  test('not by an admin, not by oneself, not in another workspace', async () => {
    const admin = await app.signedIn(cyd, '192.0.2.3');
    expect(await admin.call('DELETE', `/members/${beaId}/second-factors`)).toMatchObject({ status: 403 });
    const owner = await app.signedIn(ada);
    const { body } = await owner.call<{ member: { id: string } }>('GET', '/session');
    expect((await owner.call('DELETE', `/members/${body.member.id}/second-factors`)).status).toBe(409);
    const elsewhere = await seedWorkspace(services.db, { name: 'Other' }).catch(() => null);
    if (elsewhere)
      expect((await owner.call('DELETE', `/members/${elsewhere.ownerId}/second-factors`)).status).toBe(404);
  });
});
