import { createHmac } from 'node:crypto';
import { generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Connection } from '#contract/sso.ts';
import { createOwnerLink } from '#server/directory/index.ts';
import { createBrowser } from '#testing/codex-cli/follow-browser.ts';
import { foundOrganisation, type Organisation } from '#testing/organisation.ts';
import { openOwnApiSession } from '#testing/own-api-session.ts';
import { connectPeople } from '#testing/people.ts';
import { type Forge, type RogueOidc, startRogueOidc, type TokenRequest } from '#testing/servers/rogue-oidc.ts';
import {
  browserBeforeCallback,
  enableTested,
  prepareOidc,
  problemOn,
  startAddress,
  verifyDomain,
} from '#testing/single-sign-on.ts';
import { startTestReeve, type TestReeve } from '#testing/start-reeve.ts';

let reeve: TestReeve;
let idp: RogueOidc;
/** Of the same workspace: an honest provider whose neighbour has been taken over. */
let other: RogueOidc;
let organisation: Organisation;
let connection: Connection;
let neighbour: Connection;

beforeAll(async () => {
  [idp, other] = [await startRogueOidc(), await startRogueOidc()];
  reeve = await startTestReeve();
  const { url } = await createOwnerLink(reeve.services, { madeBy: 'first start' });
  organisation = await foundOrganisation({ origin: reeve.origin, authorityPem: reeve.authorityPem ?? '' }, url);
  const { owner } = organisation;
  const domainId = await verifyDomain(owner, reeve.dns, 'example.com');
  const justInTime = { who: 'verified-domains' } as const;
  connection = await prepareOidc(owner, idp, { name: 'Main', domainIds: [domainId], justInTime });
  neighbour = await prepareOidc(owner, other, { name: 'Neighbour', justInTime });
  connection = await enableTested(owner, connection.id);
  neighbour = await enableTested(owner, neighbour.id);
});
afterAll(async () => {
  await reeve.close();
  await idp.close();
  await other.close();
});
beforeEach(() => {
  for (const provider of [idp, other])
    Object.assign(provider, {
      forge: (self: RogueOidc, request: TokenRequest) => self.sign(request),
      answerWith: null,
      userInfo: null,
    });
});

const signOn = async (query: Record<string, string> = {}) => {
  const session = openOwnApiSession(organisation);
  return { ...session, page: await session.browser.get(startAddress(organisation, connection.id, query)) };
};
const stateOf = async ({ api }: Pick<Awaited<ReturnType<typeof signOn>>, 'api'>) =>
  (await api.identity.session({})).state;
const codeOf = async (page: Awaited<ReturnType<typeof signOn>>['page']) =>
  (await problemOn(page, organisation.owner)).code;

test('an honest answer signs in', async () => {
  expect(await stateOf(await signOn())).toBe('signed-in');
});

const seconds = () => Math.floor(Date.now() / 1000);
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const claimsFor = (self: RogueOidc, { form, nonce }: TokenRequest) => ({
  ...{ iss: self.issuer, aud: form.get('client_id') ?? '', sub: 'sub-of-mallory', nonce },
  ...{ iat: seconds(), exp: seconds() + 300, email: 'mallory@example.com', email_verified: true },
});
const hs256 =
  (key: string | Buffer): Forge =>
  (self, request) => {
    const input = `${encode({ alg: 'HS256', kid: self.kid })}.${encode(claimsFor(self, request))}`;
    return `${input}.${createHmac('sha256', key).update(input).digest('base64url')}`;
  };

describe('an ID token', () => {
  const refused: [what: string, forge: Forge][] = [
    [
      'that is not signed (alg none)',
      (self, request) => `${encode({ alg: 'none' })}.${encode(claimsFor(self, request))}.`,
    ],
    ['signed with the client secret (HS256)', hs256('a secret of the connection, 32 bytes')],
    [
      'signed with the public key as a secret (HS256)',
      (self, request) => hs256(JSON.stringify(self.publicJwk))(self, request),
    ],
    [
      'signed with another key under the right id',
      async (self, request) => {
        const { privateKey } = await generateKeyPair('RS256');
        return new SignJWT(claimsFor(self, request))
          .setProtectedHeader({ alg: 'RS256', kid: self.kid })
          .sign(privateKey);
      },
    ],
    ['signed with a key that is not published', (self, request) => self.sign(request, {}, { kid: 'unknown' })],
    [
      'whose claims were changed after signing',
      async (self, request) => {
        const [header, , signature] = (await self.sign(request)).split('.');
        return `${header}.${encode({ ...claimsFor(self, request), sub: 'ada' })}.${signature}`;
      },
    ],
    ['for another audience', (self, request) => self.sign(request, { aud: 'another-client' })],
    [
      'for several audiences without saying who asked',
      (self, request) => self.sign(request, { aud: [request.form.get('client_id'), 'x'] }),
    ],
    ['for us but asked for by another', (self, request) => self.sign(request, { azp: 'another-client' })],
    ['of another issuer', (self, request) => self.sign(request, { iss: other.issuer })],
    ['that expired', (self, request) => self.sign(request, { exp: seconds() - 120 })],
    ['from the future', (self, request) => self.sign(request, { iat: seconds() + 600, exp: seconds() + 900 })],
    ['not valid yet', (self, request) => self.sign(request, { nbf: seconds() + 600 })],
    ['without a nonce', (self, request) => self.sign(request, { nonce: undefined })],
    ['with the nonce of somebody else', (self, request) => self.sign(request, { nonce: 'another' })],
    ['without a subject', (self, request) => self.sign(request, { sub: undefined })],
    ['that is no token at all', () => 'not-a-token'],
    [
      'that names its own key (jwk)',
      async (self, request) => {
        const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
        const { exportJWK } = await import('jose');
        const header = { alg: 'RS256', jwk: await exportJWK(publicKey) };
        return new SignJWT(claimsFor(self, request)).setProtectedHeader(header).sign(privateKey);
      },
    ],
  ];
  test.each(refused)('%s is refused', async (_what, forge) => {
    idp.forge = forge;
    const attempt = await signOn();
    expect(await codeOf(attempt.page)).toBe('answer-invalid');
    expect(await stateOf(attempt)).toBe('signed-out');
  });

  test('is sent for with the client’s secret and the verifier of this browser', async () => {
    await signOn();
    const { form } = idp.tokenRequests.at(-1) ?? {};
    expect(form?.get('code_verifier')).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(form?.get('client_secret')).toBe('a secret of the connection, 32 bytes');
    expect(form?.get('redirect_uri')).toBe(connection.serviceProvider.redirectUri);
  });
});

describe('user info', () => {
  test('about somebody else is refused', async () => {
    const metadata = { userinfo_endpoint: `${idp.issuer}/userinfo` };
    const fresh = await startRogueOidc();
    Object.assign(fresh, { metadata: { ...metadata, userinfo_endpoint: `${fresh.issuer}/userinfo` } });
    fresh.forge = (self, request) => self.sign(request, { email: undefined });
    fresh.userInfo = { sub: 'somebody-else', email: 'ada.lovelace@example.com', email_verified: true };
    const { owner } = organisation;
    const { id } = await prepareOidc(owner, fresh, { name: 'With user info' });
    await owner.browser.get((await owner.api.sso.connections.startTest({ id })).redirectTo);
    expect((await owner.api.sso.connections.get({ id })).lastTest).toMatchObject({ outcome: 'refused' });
    fresh.userInfo = { sub: 'sub-of-mallory', email: 'mallory@example.com' };
    await owner.browser.get((await owner.api.sso.connections.startTest({ id })).redirectTo);
    const { lastTest } = await owner.api.sso.connections.get({ id });
    expect(lastTest).toMatchObject({ outcome: 'works', mapped: { email: 'mallory@example.com' } });
    // The ID token vouches, but for no address; user info has an address, and does not vouch.
    fresh.userInfo = { sub: 'sub-of-mallory', email: 'ada@elsewhere.example' };
    await owner.browser.get((await owner.api.sso.connections.startTest({ id })).redirectTo);
    expect((await owner.api.sso.connections.get({ id })).lastTest?.mapped).toMatchObject({
      because: expect.stringContaining('does not vouch for ada@elsewhere.example'),
    });
    await fresh.close();
  });
});

describe('an answer in the browser', () => {
  const withParameter = (name: string, value: string | null) => (honest: URLSearchParams) => {
    if (value === null) honest.delete(name);
    else honest.set(name, value);
    return honest;
  };
  test.each([
    ['without a state', 'state', null, 'expired'],
    ['with a state of its own', 'state', 'made-up', 'expired'],
    ['without the issuer it promised', 'iss', null, 'answer-invalid'],
    ['of another issuer (mix-up)', 'iss', 'https://idp.attacker.example', 'answer-invalid'],
    ['without a code', 'code', null, 'answer-invalid'],
  ])('%s is refused', async (_what, name, value, code) => {
    idp.answerWith = withParameter(name, value);
    const attempt = await signOn();
    expect(await codeOf(attempt.page)).toBe(code);
    expect(await stateOf(attempt)).toBe('signed-out');
  });

  test('of one provider is not taken as another’s (mix-up)', async () => {
    const browser = browserBeforeCallback(organisation);
    const back = (await browser.get(startAddress(organisation, connection.id))).url;
    const misled = new URL(back.pathname.replace(connection.id, neighbour.id) + back.search, reeve.origin);
    const plain = createBrowser({ trustedCa: organisation.authorityPem, cookies: browser.cookies });
    expect(await codeOf(await plain.get(misled))).toBe('expired');
    expect(other.tokenRequests.some(({ form }) => form.get('code') === back.searchParams.get('code'))).toBe(false);
  });

  test('is good for one use', async () => {
    const browser = browserBeforeCallback(organisation);
    const back = (await browser.get(startAddress(organisation, connection.id, { next: '/policies' }))).url;
    const plain = createBrowser({ trustedCa: organisation.authorityPem, cookies: browser.cookies });
    expect((await plain.get(back)).url.pathname).toBe('/policies');
    expect(await codeOf(await plain.get(back))).toBe('expired');
  });

  test('that two tabs hand in at once signs in once', async () => {
    const browser = browserBeforeCallback(organisation);
    const back = (await browser.get(startAddress(organisation, connection.id))).url;
    const plain = createBrowser({ trustedCa: organisation.authorityPem, cookies: browser.cookies });
    const pages = await Promise.all([plain.get(back), plain.get(back), plain.get(back)]);
    expect(pages.map(({ url }) => url.pathname).sort()).toEqual(['/', '/sign-in/problem', '/sign-in/problem']);
  });

  test('is refused in a browser that did not ask (login CSRF), and still good in the one that did', async () => {
    const mallory = browserBeforeCallback(organisation);
    const back = (await mallory.get(startAddress(organisation, connection.id))).url;
    const victim = openOwnApiSession(organisation);
    expect(await codeOf(await victim.browser.get(back))).toBe('wrong-browser');
    expect(await stateOf(victim)).toBe('signed-out');
    // A victim who has started a sign-on of their own has a cookie, but another one.
    const started = browserBeforeCallback(organisation);
    await started.get(startAddress(organisation, connection.id));
    const plainVictim = createBrowser({ trustedCa: organisation.authorityPem, cookies: started.cookies });
    expect(await codeOf(await plainVictim.get(back))).toBe('wrong-browser');
    const plain = createBrowser({ trustedCa: organisation.authorityPem, cookies: mallory.cookies });
    expect((await plain.get(back)).url.pathname).toBe('/');
  });

  test('with the code of somebody else is refused (code injection)', async () => {
    const victim = browserBeforeCallback(organisation);
    const stolen = (await victim.get(startAddress(organisation, connection.id))).url.searchParams.get('code') ?? '';
    idp.answerWith = (honest) => {
      honest.set('code', stolen);
      return honest;
    };
    // The provider binds the code to the victim's nonce; ours is another.
    const attempt = await signOn();
    expect(await codeOf(attempt.page)).toBe('answer-invalid');
    expect(await stateOf(attempt)).toBe('signed-out');
  });

  test('is refused a quarter of an hour later', async () => {
    const browser = browserBeforeCallback(organisation);
    const back = (await browser.get(startAddress(organisation, connection.id))).url;
    reeve.setNow(new Date(Date.now() + 16 * 60_000));
    const plain = createBrowser({ trustedCa: organisation.authorityPem, cookies: browser.cookies });
    expect(await codeOf(await plain.get(back))).toBe('expired');
    reeve.setNow(null);
  });

  test('is refused when the settings changed meanwhile', async () => {
    const { api } = organisation.owner;
    const browser = browserBeforeCallback(organisation);
    const back = (await browser.get(startAddress(organisation, connection.id))).url;
    await api.sso.connections.update({ id: connection.id, claims: connection.claims });
    const plain = createBrowser({ trustedCa: organisation.authorityPem, cookies: browser.cookies });
    expect(await codeOf(await plain.get(back))).toBe('settings-changed');
  });
});

test.each([
  'https://attacker.example/',
  '//attacker.example/',
  '/\\attacker.example',
  '/.//attacker.example',
  '/%2e//attacker.example',
  'javascript:alert(1)',
  '\t//attacker.example',
  '/sso/start?connection=x',
  '/api/v1/session',
])('a sign-on leads to a page of ours and never to %s', async (next) => {
  const { page } = await signOn({ next });
  expect(page.url.href).toBe(`${reeve.origin}/`);
});

test.each(['/sso/start?connection=%00', '/sso/oidc/%00/callback?state=x', '/sso/oidc/x/callback?state=%00&code=%00'])(
  'what no database can hold is refused like anything else: %s',
  async (path) => {
    const { browser } = openOwnApiSession(organisation);
    expect(await codeOf(await browser.get(`${reeve.origin}${path}`))).toMatch(/^(expired|connection-off)$/);
  },
);

test('claims and messages that no database can hold do not break the answer', async () => {
  idp.forge = (self, request) => self.sign(request, { name: 'Mal\0lory' });
  expect(await codeOf((await signOn()).page)).toBe('answer-invalid');
  idp.answerWith = (honest) => {
    honest.delete('code');
    honest.set('error', 'access_denied');
    honest.set('error_description', 'no\0thing');
    return honest;
  };
  const problem = await problemOn((await signOn()).page, organisation.owner);
  expect(problem).toMatchObject({ code: 'provider-refused', said: 'access_denied: no\u{FFFD}thing' });
});

test('a claim with half of a character is refused like one with a NUL', async () => {
  idp.forge = (self, request) => self.sign(request, { name: 'Mal\ud800lory' });
  expect(await codeOf((await signOn()).page)).toBe('answer-invalid');
  const { api, browser } = organisation.owner;
  const { redirectTo } = await api.sso.connections.startTest({ id: connection.id });
  expect((await browser.get(redirectTo)).url.pathname).toBe(`/single-sign-on/${connection.id}`);
  expect((await api.sso.connections.get({ id: connection.id })).lastTest).toMatchObject({ outcome: 'refused' });
});

test('what is too long is cut between characters, never within one', async () => {
  const email = 'long.name@example.com';
  const name = `${'x'.repeat(199)}\u{1F600}`;
  idp.forge = (self, request) => self.sign(request, { sub: 'sub-of-long-name', email, name });
  const { api, page } = await signOn();
  expect(page.url.pathname).toBe('/');
  expect(await api.identity.session({})).toMatchObject({ state: 'signed-in', member: { name: 'x'.repeat(199) } });
  idp.answerWith = (honest) => {
    honest.delete('code');
    honest.set('error', 'access_denied');
    honest.set('error_description', `${'y'.repeat(484)}\u{1F600}`);
    return honest;
  };
  const problem = await problemOn((await signOn()).page, organisation.owner);
  expect(problem).toMatchObject({ code: 'provider-refused', said: `access_denied: ${'y'.repeat(484)}` });
});

test('a second factor of an unknown time counts for the sign-in, and not for dangerous actions', async () => {
  const { api } = organisation.owner;
  await api.sso.connections.update({ id: connection.id, required: { amr: ['mfa'], acr: [] } });
  const shownBy = async (more: Record<string, unknown>) => {
    idp.forge = (self, request) => self.sign(request, { amr: ['mfa'], ...more });
    const session = await (await signOn()).api.identity.session({});
    if (session.state !== 'signed-in') throw new Error('not signed in');
    return Date.now() - Date.parse(session.secondFactor.verifiedAt ?? '');
  };
  const tenMinutes = 10 * 60_000;
  expect(await shownBy({})).toBeGreaterThanOrEqual(tenMinutes);
  expect(await shownBy({ auth_time: seconds() - 3600 })).toBeGreaterThanOrEqual(tenMinutes);
  expect(await shownBy({ auth_time: 1e20 })).toBeGreaterThanOrEqual(tenMinutes);
  expect(await shownBy({ auth_time: seconds() })).toBeLessThan(tenMinutes);
  await api.sso.connections.update({ id: connection.id, required: { amr: [], acr: [] } });
});

test('a connection that is switched off while the provider is asked lets nobody in', async () => {
  const { api } = organisation.owner;
  idp.forge = async (self, request) => {
    await api.sso.connections.disable({ id: connection.id });
    return self.sign(request);
  };
  const attempt = await signOn();
  expect(await codeOf(attempt.page)).toBe('connection-off');
  expect(await stateOf(attempt)).toBe('signed-out');
  idp.forge = (self, request) => self.sign(request);
  await enableTested(organisation.owner, connection.id);
});

test('somebody new who signs on in several browsers at once is one member, and in', async () => {
  idp.forge = (self, request) => self.sign(request, { sub: 'sub-of-twice', email: 'twice@example.com' });
  const both = await Promise.all([signOn(), signOn(), signOn()]);
  const sessions = await Promise.all(both.map(async ({ api }) => api.identity.session({})));
  const ids = sessions.map((session) => session.state === 'signed-in' && session.member.id);
  expect(new Set(ids)).toEqual(new Set([expect.stringMatching(/^mem_/)]));
});

test('a name that no index can hold is refused', async () => {
  const email = 'no.index@example.com';
  const sub = Array.from({ length: 300 }, () => crypto.randomUUID()).join('');
  idp.forge = (self, request) => self.sign(request, { sub, email });
  expect(await codeOf((await signOn()).page)).toBe('answer-invalid');
});

test('a start under another name of this server goes on under its own, where the cookie has to be', async () => {
  const people = connectPeople({
    services: reeve.services,
    origin: reeve.origin,
    authorityPem: organisation.authorityPem,
  });
  const path = `/sso/start?connection=${connection.id}&next=%2Fpolicies`;
  const { status, headers } = await people.send(path, { headers: { host: 'other.example' } });
  expect([status, headers.location, headers['set-cookie']]).toEqual([303, `${reeve.origin}${path}`, undefined]);
  people.close();
});

test('a problem page says only what this server said', async () => {
  const { api } = organisation.owner;
  await expect(api.sso.problem({ token: 'eyJhbGciOiJub25lIn0.eyJzZW50ZW5jZSI6ImNhbGwgbWUifQ.' })).rejects.toMatchObject(
    {
      code: 'not-found',
    },
  );
});
