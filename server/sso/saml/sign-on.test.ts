import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Connection } from '#contract/sso.ts';
import { createOwnerLink } from '#server/directory/index.ts';
import { foundOrganisation, type Organisation } from '#testing/organisation.ts';
import { type OwnApiSession, openOwnApiSession } from '#testing/own-api-session.ts';
import { enableTestedSaml, postedForm, postOn, prepareSaml, signOnBySaml } from '#testing/saml-sign-on.ts';
import { asField, idpMetadataXml } from '#testing/servers/saml-documents.ts';
import { type SamlIdp, startSamlIdp } from '#testing/servers/saml-idp.ts';
import { problemOn, startAddress, verifyDomain } from '#testing/single-sign-on.ts';
import { startTestReeve, type TestReeve } from '#testing/start-reeve.ts';

let reeve: TestReeve;
let idp: SamlIdp;
let organisation: Organisation;
let connection: Connection;
let engineersId: string;

const person = (name: string, groups: string[] = []) => ({
  email: `${name.toLowerCase().replace(' ', '.')}@example.com`,
  name,
  id: `id-of-${name.toLowerCase().replace(' ', '-')}`,
  groups,
});

beforeAll(async () => {
  idp = await startSamlIdp([person('Ada Lovelace'), person('Grace Hopper', ['engineering']), person('Alan Turing')]);
  reeve = await startTestReeve();
  const { url } = await createOwnerLink(reeve.services, { madeBy: 'first start' });
  organisation = await foundOrganisation({ origin: reeve.origin, authorityPem: reeve.authorityPem ?? '' }, url);
  const { owner } = organisation;
  engineersId = (await owner.api.directory.groups.create({ name: 'Engineers' })).id;
  const domainId = await verifyDomain(owner, reeve.dns, 'example.com');
  connection = await prepareSaml(owner, idp, {
    name: 'Example SAML',
    domainIds: [domainId],
    justInTime: { who: 'verified-domains' },
    groupMappings: [{ value: 'engineering', groupId: engineersId }],
  });
  idp.signedIn = 'ada.lovelace@example.com';
  connection = await enableTestedSaml(owner, connection.id);
});
afterAll(async () => {
  await reeve.close();
  await idp.close();
});
beforeEach(() => {
  idp.signedIn = null;
  idp.trusts = null;
  idp.encryptsFor = null;
});

const newBrowser = (): OwnApiSession => openOwnApiSession(organisation);

async function signOn(email: string, query: Record<string, string> = {}) {
  idp.signedIn = email;
  const session = newBrowser();
  return { ...session, page: await signOnBySaml(session.browser, organisation, connection.id, query) };
}

/** The answer of the identity provider as its page would post it, not posted yet. */
async function answerFor(email: string, connectionId = connection.id) {
  idp.signedIn = email;
  const session = newBrowser();
  const page = await session.browser.get(startAddress(organisation, connectionId));
  const form = postedForm(page);
  if (!form) throw new Error(`no answer: ${page.body.slice(0, 300)}`);
  return { ...session, ...form };
}

const post = async ({ browser }: OwnApiSession, action: string, fields: Record<string, string>) =>
  postOn(browser, await browser.submit(action, fields));
const memberOf = async ({ api }: OwnApiSession) => {
  const session = await api.identity.session({});
  if (session.state !== 'signed-in') throw new Error('not signed in');
  return session.member;
};

const ourMetadata = async () => (await newBrowser().browser.get(connection.serviceProvider.metadataUrl ?? '')).body;
const ourCertificate = async (use: 'signing' | 'encryption') => {
  const body = new RegExp(`use="${use}"[\\s\\S]*?X509Certificate>([^<]+)`).exec(await ourMetadata())?.[1] ?? '';
  return `-----BEGIN CERTIFICATE-----\n${body.trim()}\n-----END CERTIFICATE-----\n`;
};

describe('a connection', () => {
  test('is filled in from metadata, tested, and shows what the test received', () => {
    expect(connection).toMatchObject({
      status: 'enabled',
      saml: {
        idpEntityId: idp.entityId,
        signOnUrl: `${idp.origin}/sso`,
        logoutUrl: `${idp.origin}/slo`,
        metadataProblem: null,
      },
      lastTest: {
        outcome: 'works',
        claims: { email: 'ada.lovelace@example.com', name: 'Ada Lovelace', nameId: 'id-of-ada-lovelace' },
        mapped: { outcome: 'existing-member', email: 'ada.lovelace@example.com' },
      },
    });
    expect(connection.saml?.certificates).toHaveLength(1);
  });

  test('publishes metadata with its own entity id and certificate', async () => {
    const xml = await ourMetadata();
    expect(xml).toContain(`entityID="${reeve.origin}/sso/saml/${connection.id}/metadata"`);
    expect(xml).toContain(`Location="${reeve.origin}/sso/saml/${connection.id}/acs"`);
    expect(new X509Certificate(await ourCertificate('signing')).subject).toBe(`CN=Reeve ${connection.id}`);
    const other = await newBrowser().browser.get(`${reeve.origin}/sso/saml/sso_none/metadata`);
    expect(other.status).toBe(404);
  });

  test.each([
    ['a service provider’s', () => ourMetadata(), 'not an identity provider'],
    ['no XML', () => 'hello', 'does not begin with an element'],
    ['with a document type', () => `<!DOCTYPE x>${idp.metadata()}`, 'document type'],
    [
      'without a certificate',
      () => idpMetadataXml({ entityId: 'x', signOnUrl: 'https://idp.test/', certificatePems: [] }),
      'no signing certificate',
    ],
    [
      'that sends people to a plain http address',
      () => idp.metadata().replace(`${idp.origin}/sso`, 'http://idp.example.test/sso'),
      'https',
    ],
  ])('takes no metadata: %s', async (_what, metadata, message) => {
    const { api } = organisation.owner;
    const { id } = await api.sso.connections.create({ kind: 'saml', name: `Draft ${_what}` });
    const saml = { metadataXml: await metadata() };
    await expect(api.sso.connections.update({ id, saml })).rejects.toMatchObject({
      data: { issues: [{ message: expect.stringContaining(message) }] },
    });
  });
});

describe('a sign-in', () => {
  test('of somebody new makes them a member, in the groups that are mapped, where they wanted to go', async () => {
    const grace = await signOn('grace.hopper@example.com', { next: '/account' });
    expect(grace.page.url.href).toBe(`${reeve.origin}/account`);
    const { id, email, name } = await memberOf(grace);
    expect({ email, name }).toEqual({ email: 'grace.hopper@example.com', name: 'Grace Hopper' });
    const { groups } = await organisation.owner.api.directory.members.get({ id });
    expect(groups).toMatchObject([{ id: engineersId }]);
  });

  test('is the same member after their address changed at the identity provider', async () => {
    const before = await memberOf(await signOn('alan.turing@example.com'));
    idp.people.set('turing@example.com', { ...person('Alan Turing'), email: 'turing@example.com' });
    expect((await memberOf(await signOn('turing@example.com'))).id).toBe(before.id);
  });

  test('is asked for with a signed request, which samlp verifies', async () => {
    idp.trusts = await ourCertificate('signing');
    await memberOf(await signOn('grace.hopper@example.com'));
    expect(idp.requests.at(-1)).toMatchObject({
      issuer: connection.serviceProvider.entityId,
      destination: `${idp.origin}/sso`,
      assertionConsumerServiceURL: connection.serviceProvider.assertionConsumerUrl,
    });
  });

  test('works with an encrypted assertion', async () => {
    const certificatePem = await ourCertificate('encryption');
    const publicKeyPem = new X509Certificate(certificatePem).publicKey.export({ type: 'spki', format: 'pem' });
    idp.encryptsFor = { certificatePem, publicKeyPem: publicKeyPem.toString() };
    expect((await memberOf(await signOn('grace.hopper@example.com'))).email).toBe('grace.hopper@example.com');
  });

  test('asks for the class of authentication that the connection requires, and refuses another', async () => {
    const { api } = organisation.owner;
    const mfa = 'https://refeds.org/profile/mfa';
    await api.sso.connections.update({ id: connection.id, required: { amr: [], acr: [mfa] } });
    try {
      const { page } = await signOn('grace.hopper@example.com');
      expect(idp.requests.at(-1)?.requestedAuthnContext?.authnContextClassRef).toBe(mfa);
      expect(await problemOn(page, organisation.owner)).toMatchObject({ code: 'context-missing' });
      idp.contextClass = mfa;
      await memberOf(await signOn('grace.hopper@example.com'));
    } finally {
      await api.sso.connections.update({ id: connection.id, required: { amr: [], acr: [] } });
    }
  });

  test('that the identity provider refuses says so, and whom to ask', async () => {
    const { page } = await signOn('nobody@example.com');
    expect(await problemOn(page, organisation.owner)).toMatchObject({
      code: 'provider-refused',
      sendTo: 'identity-provider',
      said: 'Responder',
    });
  });

  test('to confirm who they are asks the identity provider to have them sign in again', async () => {
    const grace = await signOn('grace.hopper@example.com');
    const start = startAddress(organisation, connection.id, { reauthenticate: '1', next: '/account' });
    const choice = await grace.browser.get(start);
    expect(idp.requests.at(-1)?.forceAuthn).toBe('true');
    const chosen = `${idp.origin}/sso?${new URL(choice.url).searchParams}&person=alan.turing@example.com`;
    const page = await postOn(grace.browser, await grace.browser.get(chosen));
    expect(await problemOn(page, organisation.owner)).toMatchObject({ code: 'other-member' });
    const again = await grace.browser.get(start);
    const same = `${idp.origin}/sso?${new URL(again.url).searchParams}&person=grace.hopper@example.com`;
    expect((await postOn(grace.browser, await grace.browser.get(same))).url.pathname).toBe('/account');
  });
});

describe('refused, and nobody is signed in', () => {
  const refused = async (session: OwnApiSession, page: Awaited<ReturnType<typeof post>>) => {
    const problem = await problemOn(page, organisation.owner);
    expect(await session.api.identity.session({})).toMatchObject({ state: 'signed-out' });
    return problem;
  };

  test('an answer that was used', async () => {
    const answer = await answerFor('grace.hopper@example.com');
    expect((await post(answer, answer.action, answer.fields)).url.pathname).toBe('/');
    const other = newBrowser();
    expect(await refused(other, await post(other, answer.action, answer.fields))).toMatchObject({
      code: 'wrong-browser',
    });
    expect(await problemOn(await post(answer, answer.action, answer.fields), organisation.owner)).toMatchObject({
      code: 'expired',
    });
  });

  test('an answer in another browser (login CSRF)', async () => {
    const answer = await answerFor('grace.hopper@example.com');
    const victim = await answerFor('alan.turing@example.com');
    expect(await refused(victim, await post(victim, answer.action, answer.fields))).toMatchObject({
      code: 'wrong-browser',
    });
  });

  test('an answer with the relay state of another sign-in of the same browser', async () => {
    const first = await answerFor('grace.hopper@example.com');
    const again = postedForm(await first.browser.get(startAddress(organisation, connection.id)));
    const mixed = { ...first.fields, RelayState: again?.fields.RelayState ?? '' };
    expect(await refused(first, await post(first, first.action, mixed))).toMatchObject({ code: 'answer-invalid' });
  });

  test('an answer of one connection posted to another', async () => {
    const { api } = organisation.owner;
    const second = await prepareSaml(organisation.owner, idp, { name: 'Second SAML' });
    idp.signedIn = 'ada.lovelace@example.com';
    await enableTestedSaml(organisation.owner, second.id);
    const answer = await answerFor('grace.hopper@example.com');
    const elsewhere = second.serviceProvider.assertionConsumerUrl ?? '';
    expect(await refused(answer, await post(answer, elsewhere, answer.fields))).toMatchObject({ code: 'expired' });
    // With the state of the other connection it is the document itself that belongs elsewhere.
    const there = postedForm(await answer.browser.get(startAddress(organisation, second.id)));
    const swapped = { ...answer.fields, RelayState: there?.fields.RelayState ?? '' };
    expect(await refused(answer, await post(answer, elsewhere, swapped))).toMatchObject({ code: 'answer-invalid' });
    await api.sso.connections.disable({ id: second.id });
  });

  test('a sign-in that starts at the identity provider, with a page that says how else', async () => {
    const session = newBrowser();
    const xml = Buffer.from(
      (await answerFor('grace.hopper@example.com')).fields.SAMLResponse ?? '',
      'base64',
    ).toString();
    const unsolicited = { SAMLResponse: asField(xml.replaceAll(/ InResponseTo="[^"]*"/g, '')), RelayState: '' };
    const action = connection.serviceProvider.assertionConsumerUrl ?? '';
    const problem = await refused(session, await post(session, action, unsolicited));
    expect(problem.sentence).toContain('was started at the identity provider');
  });

  test.each([
    ['nothing', {}],
    ['no SAML', { SAMLResponse: 'PGh0bWwvPg==', RelayState: 'x' }],
    ['a document type', { SAMLResponse: asField('<!DOCTYPE x><x/>'), RelayState: '' }],
  ])('a form with %s', async (_what, fields) => {
    const session = newBrowser();
    const action = connection.serviceProvider.assertionConsumerUrl ?? '';
    expect(await refused(session, await post(session, action, { ...fields }))).toMatchObject({
      code: 'answer-invalid',
    });
  });
});

describe('a new certificate of the identity provider', () => {
  test('is taken from its metadata at the first signature with it', async () => {
    await idp.rotateKey();
    await memberOf(await signOn('grace.hopper@example.com'));
    const { saml, lastTest } = await organisation.owner.api.sso.connections.get({ id: connection.id });
    expect(saml?.certificates).toHaveLength(2);
    expect(lastTest?.outcome).toBe('works');
    const { items } = await organisation.owner.api.audit.list({ event: 'sso-connection.updated', limit: 1 });
    expect(items[0]).toMatchObject({ actor: { label: 'new metadata of the identity provider' } });
  });

  test('is not looked for again right after, nor taken from somebody who is another provider', async () => {
    await idp.rotateKey();
    const { page } = await signOn('grace.hopper@example.com');
    expect(await problemOn(page, organisation.owner)).toMatchObject({
      code: 'answer-invalid',
      sentence: expect.stringContaining('does not match any certificate'),
    });
    reeve.setNow(new Date(Date.now() + 6 * 60_000));
    try {
      const original = idp.entityId;
      const metadata = idp.metadata;
      idp.metadata = () => metadata().replace(original, 'https://evil.example.test');
      await signOn('grace.hopper@example.com');
      idp.metadata = metadata;
      const { saml } = await organisation.owner.api.sso.connections.get({ id: connection.id });
      expect(saml?.metadataProblem).toContain('https://evil.example.test');
      expect(saml?.idpEntityId).toBe(original);
    } finally {
      reeve.setNow(null);
    }
  });
});

test('signing out here leads to the identity provider with a signed request to end its session too', async () => {
  await organisation.owner.api.sso.connections.update({ id: connection.id, saml: { metadataUrl: idp.metadataUrl } });
  const grace = await signOn('grace.hopper@example.com');
  const { redirectTo } = await grace.api.identity.signOut({});
  expect(redirectTo).toContain(`${idp.origin}/slo?SAMLRequest=`);
  expect(redirectTo).toContain('&Signature=');
  await grace.browser.get(redirectTo ?? '');
  expect(idp.logoutRequests.at(-1)).toContain('>id-of-grace-hopper<');
  expect(idp.logoutRequests.at(-1)).toContain('>session-id-of-grace-hopper<');
  expect(await grace.api.identity.session({})).toMatchObject({ state: 'signed-out' });
});
