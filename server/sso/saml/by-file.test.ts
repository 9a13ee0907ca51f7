import { inflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Connection } from '#contract/sso.ts';
import { createOwnerLink } from '#server/directory/index.ts';
import { createBrowser } from '#testing/codex-cli/follow-browser.ts';
import { foundOrganisation, type Organisation } from '#testing/organisation.ts';
import { openOwnApiSession } from '#testing/own-api-session.ts';
import { postOn } from '#testing/saml-sign-on.ts';
import { asField, assertionXml, idpMetadataXml, responseXml, signRoot } from '#testing/servers/saml-documents.ts';
import { problemOn, startAddress, verifyDomain } from '#testing/single-sign-on.ts';
import { startTestReeve, type TestReeve } from '#testing/start-reeve.ts';
import { refreshSaml } from './jobs.ts';
import { createServiceProviderKeys, type KeyPair } from './service-provider-keys.ts';

// An identity provider whose metadata came as a file, and whose documents are written by hand.

const entityId = 'urn:example:idp';
const signOnUrl = 'https://idp.example.test/sso?tenant=7';
const emailFormat = 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress';

let reeve: TestReeve;
let organisation: Organisation;
let connection: Connection;
let key: KeyPair;

beforeAll(async () => {
  key = (await createServiceProviderKeys('by hand', new Date())).current;
  reeve = await startTestReeve();
  const { url } = await createOwnerLink(reeve.services, { madeBy: 'first start' });
  organisation = await foundOrganisation({ origin: reeve.origin, authorityPem: reeve.authorityPem ?? '' }, url);
  const { owner } = organisation;
  const domainId = await verifyDomain(owner, reeve.dns, 'example.com');
  const { id } = await owner.api.sso.connections.create({ kind: 'saml', name: 'By file' });
  const metadataXml = idpMetadataXml({ entityId, signOnUrl, certificatePems: [key.certificatePem] });
  connection = await owner.api.sso.connections.update({
    id,
    saml: { metadataXml, signsRequests: false },
    domainIds: [domainId],
    justInTime: { who: 'verified-domains' },
  });
});
afterAll(() => reeve.close());

/** Starts as somebody new, and stops at the identity provider, which is not there. */
async function start(session = openOwnApiSession(organisation), at?: string) {
  const { cookies } = session.browser;
  const stopBefore = ({ host }: URL) => host === 'idp.example.test';
  const stopping = createBrowser({ trustedCa: organisation.authorityPem, cookies, stopBefore });
  const url = new URL(at ?? (await stopping.get(startAddress(organisation, connection.id))).headers.location ?? '');
  const request = inflateRawSync(Buffer.from(url.searchParams.get('SAMLRequest') ?? '', 'base64')).toString();
  return {
    ...session,
    url,
    requestId: / ID="([^"]+)"/.exec(request)?.[1] ?? '',
    relayState: url.searchParams.get('RelayState') ?? '',
  };
}
type Started = Awaited<ReturnType<typeof start>>;

/** Answers like a provider that knows people by their e-mail address and sends nothing else. */
async function answer(
  { browser, requestId, relayState }: Started,
  {
    nameId = 'grace@example.com',
    assertionId = `_${crypto.randomUUID()}`,
    attributes = {} as Record<string, string[]>,
    sessionEndsAt = null as Date | null,
  } = {},
) {
  const acs = connection.serviceProvider.assertionConsumerUrl ?? '';
  const now = new Date();
  const say = {
    issuer: entityId,
    audience: connection.serviceProvider.entityId,
    recipient: acs,
    destination: acs,
    requestId,
    now,
    lifeMs: 60_000,
    nameId,
    nameIdFormat: emailFormat,
    attributes,
    assertionId,
    responseId: `_${crypto.randomUUID()}`,
    authenticatedAt: now,
    sessionEndsAt,
    contextClass: 'urn:oasis:names:tc:SAML:2.0:ac:classes:Password',
  };
  const SAMLResponse = asField(responseXml(say, signRoot(assertionXml(say), key)));
  return postOn(browser, await browser.submit(acs, { SAMLResponse, RelayState: relayState }));
}

test('a test that is refused keeps the reason, one that works lets it be enabled', async () => {
  const { owner } = organisation;
  const { api } = owner;
  const tryOut = async (nameId: string, attributes?: Record<string, string[]>) => {
    const { redirectTo } = await api.sso.connections.startTest({ id: connection.id });
    await answer(await start(owner, redirectTo), { nameId, ...(attributes && { attributes }) });
    return (await api.sso.connections.get({ id: connection.id })).lastTest;
  };
  expect(await tryOut('')).toMatchObject({ outcome: 'refused', reason: expect.stringContaining('NameID') });
  await expect(api.sso.connections.enable({ id: connection.id })).rejects.toMatchObject({ code: 'sso-test-needed' });
  const overage = { 'http://schemas.microsoft.com/claims/groups.link': ['https://graph.windows.net/x'] };
  expect(await tryOut('ada.lovelace@example.com', overage)).toMatchObject({
    outcome: 'refused',
    reason: expect.stringContaining('groups'),
  });
  expect(await tryOut('Ada.Lovelace@example.com')).toMatchObject({
    outcome: 'works',
    mapped: { outcome: 'existing-member', email: 'ada.lovelace@example.com' },
  });
  connection = await api.sso.connections.enable({ id: connection.id });
});

test('the request is not signed where that is switched off, and keeps the address’s own query', async () => {
  const { url } = await start();
  expect(url.searchParams.get('tenant')).toBe('7');
  expect(url.searchParams.has('Signature')).toBe(false);
});

test('somebody is known by a NameID that is an e-mail address, however it is written', async () => {
  const first = await start();
  expect((await answer(first, { nameId: 'Grace@Example.com' })).url.pathname).toBe('/');
  const again = await start();
  await answer(again, { nameId: 'grace@example.com' });
  const ids = await Promise.all([first, again].map(async ({ api }) => api.identity.session({})));
  expect(ids[0]).toMatchObject({ state: 'signed-in', member: { email: 'grace@example.com' } });
  expect(ids[1]).toMatchObject({ member: (ids[0] as { member: { id: string } }).member });
});

test('an assertion is good once, also for another request of its own', async () => {
  const assertionId = '_the-same';
  expect((await answer(await start(), { assertionId })).url.pathname).toBe('/');
  const second = await start();
  const problem = await problemOn(await answer(second, { assertionId }), organisation.owner);
  expect(problem).toMatchObject({ code: 'expired', sentence: expect.stringContaining('used already') });
  expect(await second.api.identity.session({})).toMatchObject({ state: 'signed-out' });
});

test('a session here does not outlive the one at the identity provider', async () => {
  const short = await start();
  await answer(short, { nameId: 'short@example.com', sessionEndsAt: new Date(Date.now() + 60 * 60_000) });
  expect(await short.api.identity.session({})).toMatchObject({ state: 'signed-in' });
  reeve.setNow(new Date(Date.now() + 61 * 60_000));
  expect(await short.api.identity.session({})).toMatchObject({ state: 'signed-out' });
  reeve.setNow(null);
});

test('an address of a domain that is not this connection’s is refused', async () => {
  const eve = await start();
  const page = await answer(eve, { nameId: 'eve@elsewhere.example' });
  expect(await problemOn(page, organisation.owner)).toMatchObject({ code: 'email-unverified' });
});

test('our certificate is replaced in two steps: published, then used; the former still opens what was encrypted', async () => {
  const { browser } = openOwnApiSession(organisation);
  const certificates = async () => {
    const { body } = await browser.get(connection.serviceProvider.metadataUrl ?? '');
    return [...body.matchAll(/use="signing"[\s\S]*?X509Certificate>([^<]+)</g)].map(([, body64 = '']) => body64);
  };
  const [first] = await certificates();
  const dayMs = 86_400_000;
  const later = (days: number) => reeve.setNow(new Date(Date.now() + days * dayMs));
  const run = () => refreshSaml(reeve.services);
  expect(await run()).toMatchObject({ rolledOver: 0, expiring: 0 });
  later(3 * 365 - 80);
  expect(await run()).toMatchObject({ rolledOver: 1 });
  const both = await certificates();
  expect(both).toEqual([first, expect.any(String)]);
  expect(await run()).toMatchObject({ rolledOver: 0 });
  later(3 * 365 - 20);
  // The identity provider's own ends by then too, in a connection without an address to read it from.
  expect(await run()).toMatchObject({ rolledOver: 1, expiring: 1 });
  expect(await certificates()).toEqual([both[1]]);
  reeve.setNow(null);
});
