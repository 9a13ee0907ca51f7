import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ApiClient } from '#testing/own-api-client.ts';
import { openSecondFactorApp, password, type SecondFactorApp } from '#testing/second-factor-app.ts';
import { openTestServices, seedMember, seedWorkspace, type TestServices } from '#testing/test-services.ts';

const pendingCookie = '__Host-reeve_second_factor';
const ada = 'ada@example.com';
const bea = 'bea@example.com';
let services: TestServices;
let app: SecondFactorApp;
let workspaceId: string;
let ownerId: string;

beforeAll(async () => {
  services = await openTestServices();
  app = await openSecondFactorApp(services);
});
afterAll(() => services.close());
beforeEach(async () => {
  await services.db.deleteFrom('workspaces').execute();
  await services.db.deleteFrom('rate_limits').execute();
  await services.db.deleteFrom('audit_events').execute();
  ({ workspaceId, ownerId } = await seedWorkspace(services.db));
  await seedMember(services.db, { workspaceId, email: bea, name: 'Bea' });
  await app.reset();
});

const finish = (browser: ApiClient, proof: unknown) => browser.call('POST', '/sign-in/second-factor', proof);
const auditOf = (event: string) =>
  services.db.selectFrom('audit_events').selectAll().where('event', '=', event).execute();

/** Somebody whose password is right and who has an authenticator app. */
async function pending(email = ada, address = '192.0.2.1') {
  const enrolled = await app.addTotp(await app.signedIn(email, address));
  const browser = app.browser(address);
  const answer = await app.typePassword(browser, email);
  return { ...enrolled, browser, answer };
}

describe('the password alone', () => {
  test('opens nothing for whoever has a second factor, and says what to show', async () => {
    const { browser, answer } = await pending();
    expect(answer.body).toEqual({ state: 'second-factor-needed', methods: ['totp', 'recovery-code'] });
    expect(browser.cookies.has('__Host-reeve_session')).toBe(false);
    const cookie = answer.headers.getSetCookie().find((line) => line.startsWith(`${pendingCookie}=`));
    for (const attribute of ['Path=/', 'HttpOnly', 'Secure', 'SameSite=Lax', 'Max-Age=600'])
      expect(cookie).toContain(attribute);
    expect((await browser.call('GET', '/session')).body).toMatchObject({ state: 'signed-out' });
    expect(await auditOf('second-factor.asked')).toMatchObject([{ actor_kind: 'anonymous', subject_id: ownerId }]);
  });

  test('the database holds the hash of the cookie only', async () => {
    const { browser } = await pending();
    const rows = await services.db.selectFrom('pending_sign_ins').selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain(browser.cookies.get(pendingCookie));
  });

  test('a wrong password says nothing of second factors', async () => {
    await app.addTotp(await app.signedIn(ada));
    const answer = await app.browser().call('POST', '/session', { email: ada, password: 'not the password' });
    expect(answer).toMatchObject({ status: 401, body: { code: 'wrong-credentials' } });
  });
});

describe('the second half', () => {
  test('a code makes the session, and the audit log names it', async () => {
    const { browser, secret } = await pending();
    const answer = await finish(browser, { method: 'totp', code: app.codeOf(secret) });
    expect(answer).toMatchObject({ status: 200, body: { state: 'signed-in', recoveryCodesLeft: null } });
    expect(browser.cookies.has(pendingCookie)).toBe(false);
    expect((await browser.call('GET', '/session')).body).toMatchObject({
      secondFactor: { isEnrolled: true, verifiedAt: services.clock().toISOString() },
    });
    const started = await auditOf('session.started');
    expect(started.at(-1)?.payload).toMatchObject({ because: 'password', secondFactor: 'totp' });
  });

  test('without the cookie of the password there is nothing to finish', async () => {
    const { secret } = await pending();
    const code = app.codeOf(secret);
    expect(await finish(app.browser(), { method: 'totp', code })).toMatchObject({
      status: 410,
      body: { code: 'second-factor-expired' },
    });
    const made = app.browser();
    made.cookies.set(pendingCookie, '2fa-made-up');
    expect(await finish(made, { method: 'totp', code })).toMatchObject({ status: 410 });
  });

  test('a copied cookie makes no second session', async () => {
    const { browser, secret, recoveryCodes } = await pending();
    const thief = app.browser('203.0.113.5');
    thief.cookies.set(pendingCookie, browser.cookies.get(pendingCookie) ?? '');
    expect((await finish(browser, { method: 'totp', code: app.codeOf(secret) })).status).toBe(200);
    expect(await finish(thief, { method: 'recovery-code', code: recoveryCodes[0] })).toMatchObject({ status: 410 });
  });

  test('two answers at once make one session', async () => {
    const { browser, recoveryCodes } = await pending();
    const copy = app.browser();
    copy.cookies.set(pendingCookie, browser.cookies.get(pendingCookie) ?? '');
    const [one, two] = recoveryCodes;
    const answers = await Promise.all([
      finish(browser, { method: 'recovery-code', code: one }),
      finish(copy, { method: 'recovery-code', code: two }),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 410]);
  });

  test('after ten minutes it has expired', async () => {
    const { browser, secret } = await pending();
    app.passSeconds(600);
    expect(await finish(browser, { method: 'totp', code: app.codeOf(secret) })).toMatchObject({ status: 410 });
  });

  test('somebody else’s factor does not do', async () => {
    const { browser } = await pending(ada);
    const other = await app.addTotp(await app.signedIn(bea, '192.0.2.2'));
    for (const proof of [
      { method: 'totp', code: app.codeOf(other.secret) },
      { method: 'recovery-code', code: other.recoveryCodes[0] },
    ])
      expect(await finish(browser, proof)).toMatchObject({ status: 422, body: { code: 'second-factor-wrong' } });
  });

  test.each([
    ['suspended', { status: 'suspended' as const }, 'member-suspended'],
    ['deprovisioned', { status: 'deprovisioned' as const }, 'member-suspended'],
  ])('whoever was %s meanwhile stays out', async (_what, change, code) => {
    const { browser, secret } = await pending();
    await services.db.updateTable('members').set(change).where('id', '=', ownerId).execute();
    const answer = await finish(browser, { method: 'totp', code: app.codeOf(secret) });
    expect(answer).toMatchObject({ status: 403, body: { code } });
  });

  test('a password changed meanwhile ends it', async () => {
    const enrolled = await app.signedIn(ada);
    const { secret } = await app.addTotp(enrolled);
    const browser = app.browser();
    await app.typePassword(browser, ada);
    const change = { currentPassword: password, newPassword: 'eight brown bottles' };
    expect((await enrolled.call('POST', '/account/password', change)).status).toBe(200);
    expect(await finish(browser, { method: 'totp', code: app.codeOf(secret) })).toMatchObject({ status: 410 });
  });
});

describe('codes', () => {
  test('one works once, and none from before it afterwards', async () => {
    const { browser, secret } = await pending();
    const early = app.codeOf(secret, { steps: -1 });
    const code = app.codeOf(secret);
    expect((await finish(browser, { method: 'totp', code })).status).toBe(200);
    for (const again of [code, early]) {
      const next = app.browser();
      await app.typePassword(next, ada);
      expect(await finish(next, { method: 'totp', code: again })).toMatchObject({
        body: { code: 'second-factor-wrong' },
      });
    }
  });

  test('the same code sent twice at once works once', async () => {
    const { browser, secret } = await pending();
    const other = app.browser('192.0.2.9');
    await app.typePassword(other, ada);
    const proof = { method: 'totp', code: app.codeOf(secret) };
    const answers = await Promise.all([finish(browser, proof), finish(other, proof)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 422]);
  });

  test.each([
    [-2, 422],
    [-1, 422],
    [0, 200],
    [1, 200],
    [2, 422],
  ])('a clock off by %i steps is answered %i', async (steps, status) => {
    // One step back is the one that enrolling has used.
    const { browser, secret } = await pending();
    expect((await finish(browser, { method: 'totp', code: app.codeOf(secret, { steps }) })).status).toBe(status);
  });

  test('a clock one step behind works', async () => {
    const { secret } = await pending();
    app.passSeconds(30);
    const browser = app.browser();
    await app.typePassword(browser, ada);
    const late = { method: 'totp', code: app.codeOf(secret, { steps: -1 }) };
    expect((await finish(browser, late)).status).toBe(200);
  });

  test.each(['', '12345', '1234567', 'abcdef', '１２３４５６', "1' or '1'='1"])('%j is no code', async (code) => {
    const { browser } = await pending();
    expect(await finish(browser, { method: 'totp', code })).toMatchObject({ body: { code: 'second-factor-wrong' } });
  });
});

describe('recovery codes', () => {
  test('ten, stored hashed, each for once; how many are left is told', async () => {
    const { browser, recoveryCodes } = await pending();
    expect(new Set(recoveryCodes).size).toBe(10);
    const rows = JSON.stringify(await services.db.selectFrom('recovery_codes').selectAll().execute());
    for (const code of recoveryCodes) expect(rows).not.toContain(code);
    const typed = ` ${recoveryCodes[3]?.toUpperCase().replaceAll('-', ' ')}`;
    expect((await finish(browser, { method: 'recovery-code', code: typed })).body).toMatchObject({
      recoveryCodesLeft: 9,
    });
    const again = app.browser();
    await app.typePassword(again, ada);
    expect(await finish(again, { method: 'recovery-code', code: recoveryCodes[3] })).toMatchObject({ status: 422 });
    expect(await auditOf('recovery-code.used')).toMatchObject([{ payload: { left: 9 } }]);
  });

  test('one sent many times at once works once', async () => {
    const { recoveryCodes } = await pending();
    const browsers = [1, 2, 3, 4].map((host) => app.browser(`192.0.2.${host}`));
    for (const browser of browsers) await app.typePassword(browser, ada);
    const proof = { method: 'recovery-code', code: recoveryCodes[0] };
    const answers = await Promise.all(browsers.map((browser) => finish(browser, proof)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  test('new ones end the old ones', async () => {
    const { browser, secret, recoveryCodes } = await pending();
    await finish(browser, { method: 'totp', code: app.codeOf(secret) });
    const renewed = await browser.call<{ recoveryCodes: string[] }>('POST', '/account/recovery-codes', {});
    expect(renewed.body.recoveryCodes).toHaveLength(10);
    const next = app.browser();
    await app.typePassword(next, ada);
    expect(await finish(next, { method: 'recovery-code', code: recoveryCodes[0] })).toMatchObject({ status: 422 });
    const first = renewed.body.recoveryCodes[0];
    expect(await finish(next, { method: 'recovery-code', code: first })).toMatchObject({ status: 200 });
  });
});

describe('guessing', () => {
  test('five wrong ones end the sign-in, also when they come at once and a right one follows', async () => {
    const { browser, secret } = await pending();
    const wrong = { method: 'totp', code: '000000' };
    const answers = await Promise.all(Array.from({ length: 9 }, () => finish(browser, wrong)));
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(4).fill(410), ...Array(5).fill(422)]);
    expect(await finish(browser, { method: 'totp', code: app.codeOf(secret) })).toMatchObject({ status: 410 });
    expect(await auditOf('second-factor.refused')).toHaveLength(5);
  });

  test('a thief of the password is stopped after ten, but not the owner at a browser they have used', async () => {
    const mine = await app.signedIn(ada);
    const { secret } = await app.addTotp(mine);
    await mine.call('DELETE', '/session');
    const statuses: number[] = [];
    for (let round = 0; round < 3; round++) {
      const thief = app.browser('203.0.113.5');
      await app.typePassword(thief, ada);
      for (let guess = 0; guess < 5; guess++)
        statuses.push((await finish(thief, { method: 'totp', code: '000000' })).status);
    }
    expect(statuses).toEqual([...Array(10).fill(422), ...Array(5).fill(429)]);
    await app.typePassword(mine, ada);
    expect(await finish(mine, { method: 'totp', code: app.codeOf(secret) })).toMatchObject({ status: 200 });
  });
});
