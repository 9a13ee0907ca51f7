import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ApiClient } from '#testing/own-api-client.ts';
import { challengeFrom, newPasskey, openSecondFactorApp, type SecondFactorApp } from '#testing/second-factor-app.ts';
import type { Ceremony, SoftwarePasskey } from '#testing/software-passkey.ts';
import { openTestServices, seedMember, seedWorkspace, type TestServices } from '#testing/test-services.ts';

const ada = 'ada@example.com';
const bea = 'bea@example.com';
let services: TestServices;
let app: SecondFactorApp;
let ownerId: string;
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
  const { workspaceId, ...seeded } = await seedWorkspace(services.db);
  ownerId = seeded.ownerId;
  beaId = await seedMember(services.db, { workspaceId, email: bea, name: 'Bea' });
  await app.reset();
});

const auditOf = (event: string) =>
  services.db.selectFrom('audit_events').selectAll().where('event', '=', event).execute();
const enrolled = async (email = ada) => app.addPasskey(await app.signedIn(email));

async function signInBy(passkey: SoftwarePasskey, wrong: Partial<Ceremony> = {}, browser: ApiClient = app.browser()) {
  const challenge = await challengeFrom(browser, '/sign-in/passkey-options');
  const answer = passkey.sign({ challenge, userHandle: ownerId, ...wrong });
  return { browser, answer, ...(await browser.call('POST', '/sign-in/passkey', { answer })) };
}

async function pendingWith(passkey: SoftwarePasskey, email = ada) {
  const browser = app.browser();
  await app.typePassword(browser, email);
  const challenge = await challengeFrom(browser, '/sign-in/second-factor/passkey-options');
  const finish = (wrong: Partial<Ceremony> = {}) =>
    browser.call('POST', '/sign-in/second-factor', {
      method: 'passkey',
      answer: passkey.sign({ challenge, userHandle: null, ...wrong }),
    });
  return { browser, challenge, finish };
}

describe('registering', () => {
  test('a first passkey brings recovery codes and counts as shown; a second one brings none', async () => {
    const browser = await app.signedIn(ada);
    const first = await app.addPasskey(browser, 'Laptop');
    expect(first.answer).toMatchObject({ status: 200, body: { passkey: { name: 'Laptop', lastUsedAt: null } } });
    expect((first.answer.body as { recoveryCodes: string[] }).recoveryCodes).toHaveLength(10);
    app.passSeconds(1);
    const second = await app.addPasskey(browser, 'Key on my ring');
    expect(second.answer.body).toMatchObject({ recoveryCodes: [] });
    const { body } = await browser.call<{ passkeys: { name: string }[] }>('GET', '/account/second-factors');
    expect(body.passkeys.map(({ name }) => name)).toEqual(['Laptop', 'Key on my ring']);
    expect(await auditOf('second-factor.added')).toMatchObject([
      { subject_label: 'Laptop', actor_id: ownerId },
      { subject_label: 'Key on my ring' },
    ]);
  });

  test('asks for no attestation, names this server, and keeps known passkeys out', async () => {
    const browser = await app.signedIn(ada);
    const { passkey } = await app.addPasskey(browser);
    const { body } = await browser.call<{ options: Record<string, unknown> }>('POST', '/account/passkeys/options', {});
    expect(body.options).toMatchObject({
      attestation: 'none',
      rp: { id: 'reeve.test' },
      user: { name: ada, displayName: 'Ada Lovelace' },
      excludeCredentials: [{ id: passkey.id }],
    });
  });

  test.each<[string, Partial<Ceremony>]>([
    ['another origin', { origin: 'https://reeve.test.evil.example' }],
    ['another port', { origin: 'https://reeve.test' }],
    ['another name', { rpId: 'evil.example' }],
    ['a challenge that was never given out', { challenge: 'bWFkZS11cA' }],
  ])('an answer for %s is refused', async (_what, wrong) => {
    const browser = await app.signedIn(ada);
    const challenge = await challengeFrom(browser, '/account/passkeys/options');
    const answer = newPasskey(services).register({ challenge, ...wrong });
    const refused = await browser.call('POST', '/account/passkeys', { name: 'x', answer });
    expect(refused).toMatchObject({ status: 422, body: { code: 'passkey-refused' } });
    expect(await services.db.selectFrom('passkeys').selectAll().execute()).toEqual([]);
  });

  test('a challenge is good for one member, one purpose, one use and five minutes', async () => {
    const browser = await app.signedIn(ada);
    const other = await app.signedIn(bea, '192.0.2.2');
    const add = (at: ApiClient, challenge: string) =>
      at.call('POST', '/account/passkeys', { name: 'x', answer: newPasskey(services).register({ challenge }) });
    const mine = await challengeFrom(browser, '/account/passkeys/options');
    expect((await add(other, mine)).status).toBe(422);
    expect((await add(browser, mine)).status).toBe(200);
    expect((await add(browser, mine)).status).toBe(422);
    expect((await add(browser, await challengeFrom(browser, '/sign-in/passkey-options'))).status).toBe(422);
    const late = await challengeFrom(browser, '/account/passkeys/options');
    app.passSeconds(301);
    expect((await add(browser, late)).status).toBe(422);
  });

  test('a passkey that is registered is nobody else’s', async () => {
    const { passkey } = await enrolled();
    const other = await app.signedIn(bea, '192.0.2.2');
    const challenge = await challengeFrom(other, '/account/passkeys/options');
    const answer = passkey.register({ challenge });
    expect(await other.call('POST', '/account/passkeys', { name: 'mine now', answer })).toMatchObject({
      status: 409,
      body: { code: 'already-exists' },
    });
  });

  test('an address is no name: the app says so and offers the other way', async () => {
    const atAddress = await openSecondFactorApp({ ...services, origin: 'https://192.0.2.10:8443' });
    await atAddress.reset();
    const browser = await atAddress.signedIn(ada);
    const { body } = await browser.call<{ passkeysImpossibleBecause: string }>('GET', '/account/second-factors');
    expect(body.passkeysImpossibleBecause).toContain('authenticator app');
    expect(await browser.call('POST', '/account/passkeys/options', {})).toMatchObject({
      status: 409,
      body: { code: 'passkeys-impossible' },
    });
    expect((await atAddress.addTotp(browser)).recoveryCodes).toHaveLength(10);
  });
});

describe('signing in with a passkey alone', () => {
  test('opens a session that has shown a second factor', async () => {
    const { passkey } = await enrolled();
    const { status, browser } = await signInBy(passkey);
    expect(status).toBe(200);
    expect((await browser.call('GET', '/session')).body).toMatchObject({
      member: { email: ada },
      secondFactor: { verifiedAt: services.clock().toISOString() },
    });
    const started = await auditOf('session.started');
    expect(started.at(-1)?.payload).toMatchObject({ because: 'passkey', secondFactor: 'passkey' });
  });

  test('the same answer does not sign in twice', async () => {
    const { passkey } = await enrolled();
    const { answer } = await signInBy(passkey);
    const thief = app.browser('203.0.113.5');
    expect(await thief.call('POST', '/sign-in/passkey', { answer })).toMatchObject({ status: 422 });
  });

  test.each<[string, Partial<Ceremony>]>([
    ['another origin', { origin: 'https://reeve.test.evil.example' }],
    ['another name', { rpId: 'evil.example' }],
    ['a made-up challenge', { challenge: 'bWFkZS11cA' }],
    ['a passkey its owner did not unlock', { isUserVerified: false }],
    ['the user handle of somebody else', { userHandle: 'mem_somebody' }],
  ])('%s is refused', async (_what, wrong) => {
    const { passkey } = await enrolled();
    const { status, body, browser } = await signInBy(passkey, wrong);
    expect({ status, code: body.code }).toEqual({ status: 422, code: 'passkey-refused' });
    expect(browser.cookies.has('__Host-reeve_session')).toBe(false);
  });

  test('a passkey of another key under a registered id is refused', async () => {
    const { passkey } = await enrolled();
    const browser = app.browser();
    const challenge = await challengeFrom(browser, '/sign-in/passkey-options');
    const forged = { ...newPasskey(services).sign({ challenge }), id: passkey.id, rawId: passkey.id };
    expect((await browser.call('POST', '/sign-in/passkey', { answer: forged })).status).toBe(422);
    expect((await signInBy(newPasskey(services))).status).toBe(422);
  });

  test('a counter that goes back is a copy of the key: refused', async () => {
    const { passkey } = await enrolled();
    expect((await signInBy(passkey, { counter: 7 })).status).toBe(200);
    for (const counter of [7, 6, 0]) expect((await signInBy(passkey, { counter })).status).toBe(422);
    expect((await signInBy(passkey, { counter: 8 })).status).toBe(200);
  });

  test('an authenticator that does not count works again and again', async () => {
    const { passkey } = await enrolled();
    for (let time = 0; time < 3; time++) expect((await signInBy(passkey, { counter: 0 })).status).toBe(200);
  });

  test('a suspended member stays out, a removed passkey too', async () => {
    const browser = await app.signedIn(ada);
    const { passkey } = await app.addPasskey(browser);
    await services.db.updateTable('members').set({ status: 'suspended' }).where('id', '=', ownerId).execute();
    expect(await signInBy(passkey)).toMatchObject({ status: 403, body: { code: 'member-suspended' } });
    await services.db.updateTable('members').set({ status: 'active' }).where('id', '=', ownerId).execute();
    expect((await browser.call('DELETE', `/account/passkeys/${passkey.id}`)).status).toBe(200);
    expect((await signInBy(passkey)).status).toBe(422);
  });

  test('asking for challenges without end is refused', async () => {
    const answers: number[] = [];
    const browser = app.browser('198.51.100.7');
    for (let asked = 0; asked < 302; asked++)
      answers.push((await browser.call('POST', '/sign-in/passkey-options', {})).status);
    expect(answers.filter((status) => status === 429)).toHaveLength(2);
  });
});

describe('as the second factor', () => {
  test('the browser is offered the passkeys of this member and signs in', async () => {
    const { passkey } = await enrolled();
    const { browser, finish } = await pendingWith(passkey);
    expect((await finish({ isUserVerified: false })).status).toBe(200);
    expect((await browser.call('GET', '/session')).body).toMatchObject({ state: 'signed-in' });
  });

  test('a passkey of somebody else does not do, even with a challenge for it', async () => {
    const mine = await enrolled(ada);
    const theirs = await app.addPasskey(await app.signedIn(bea, '192.0.2.2'));
    const { browser, challenge } = await pendingWith(mine.passkey);
    const answer = theirs.passkey.sign({ challenge, userHandle: beaId });
    const refused = await browser.call('POST', '/sign-in/second-factor', { method: 'passkey', answer });
    expect(refused).toMatchObject({ status: 422, body: { code: 'passkey-refused' } });
    expect(await auditOf('second-factor.refused')).toMatchObject([{ actor_kind: 'anonymous', subject_id: ownerId }]);
  });

  test('a challenge for signing in alone is none for the second factor, nor the other way round', async () => {
    const { passkey } = await enrolled();
    const { browser, challenge, finish } = await pendingWith(passkey);
    const alone = await challengeFrom(browser, '/sign-in/passkey-options');
    expect((await finish({ challenge: alone })).status).toBe(422);
    expect((await signInBy(passkey, { challenge })).status).toBe(422);
  });

  test('a counter that went back is in the audit log', async () => {
    const { passkey } = await enrolled();
    await signInBy(passkey, { counter: 9 });
    const { finish } = await pendingWith(passkey);
    expect((await finish({ counter: 3 })).status).toBe(422);
    const [refusal] = await auditOf('second-factor.refused');
    expect(refusal?.payload).toMatchObject({ method: 'passkey', because: expect.stringContaining('counter') });
  });
});

describe('keeping them', () => {
  test('renamed by their owner only', async () => {
    const browser = await app.signedIn(ada);
    const { passkey } = await app.addPasskey(browser);
    const path = `/account/passkeys/${passkey.id}`;
    const stranger = await app.signedIn(bea, '192.0.2.2');
    expect((await stranger.call('PATCH', path, { name: 'mine' })).status).toBe(404);
    expect((await stranger.call('DELETE', path)).status).toBe(404);
    expect(await browser.call('PATCH', path, { name: 'Old laptop' })).toMatchObject({ body: { name: 'Old laptop' } });
    expect(await auditOf('passkey.renamed')).toHaveLength(1);
  });

  test('without any left the recovery codes go too, and the password is enough again', async () => {
    const browser = await app.signedIn(ada);
    const { passkey } = await app.addPasskey(browser);
    expect((await browser.call('DELETE', `/account/passkeys/${passkey.id}`)).status).toBe(200);
    expect(await services.db.selectFrom('recovery_codes').selectAll().execute()).toEqual([]);
    expect((await app.typePassword(app.browser(), ada)).body).toEqual({ state: 'signed-in' });
  });
});
