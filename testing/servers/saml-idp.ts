import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { inflateRawSync } from 'node:zlib';
import { createServiceProviderKeys, type KeyPair } from '#server/sso/saml/service-provider-keys.ts';
import { escapeXml, idpMetadataXml, responseXml } from './saml-documents.ts';
import { makeSamlResponse, type ParsedRequest, parseAuthnRequest } from './samlp.ts';

export interface IdpPerson {
  email: string;
  name: string;
  /** A NameID that stays when the e-mail address changes. */
  id: string;
  groups: string[];
}

export interface SamlIdp extends AsyncDisposable {
  origin: string;
  entityId: string;
  metadataUrl: string;
  /** AuthnRequests so far, as samlp read them; their signature was checked when `trusts` was set. */
  requests: ParsedRequest[];
  /** LogoutRequests so far, as XML. */
  logoutRequests: string[];
  people: Map<string, IdpPerson>;
  /** Whoever is signed in here without being asked; null shows the list of people. */
  signedIn: string | null;
  /** Requires requests to be signed with this certificate. */
  trusts: string | null;
  /** Encrypts assertions for this certificate. */
  encryptsFor: { certificatePem: string; publicKeyPem: string } | null;
  contextClass: string;
  /** Signs with a new key from now on; metadata shows its certificate, and the old one's too. */
  rotateKey(): Promise<void>;
  /** The metadata's text, for uploading it. */
  metadata(): string;
  close(): Promise<void>;
}

const displayName = 'http://schemas.microsoft.com/identity/claims/displayname';
const emailAddress = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress';
const groups = 'http://schemas.microsoft.com/ws/2008/06/identity/claims/groups';

const page = (title: string, body: string) =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title></head><body><h1>${title}</h1>${body}</body></html>`;

const postForm = (action: string, fields: Record<string, string>) =>
  page(
    'Example identity provider',
    `<form method="post" action="${escapeXml(action)}">${Object.entries(fields)
      .map(([name, value]) => `<input type="hidden" name="${name}" value="${escapeXml(value)}">`)
      .join('')}<button>Continue</button></form><script>document.forms[0].submit()</script>`,
  );

const choosePerson = (people: Iterable<IdpPerson>, query: Record<string, string>) => {
  const rest = Object.entries(query).map(
    ([name, value]) => `<input type="hidden" name="${name}" value="${escapeXml(value)}">`,
  );
  const buttons = [...people].map(
    ({ email }) => `<button name="person" value="${escapeXml(email)}">Sign in as ${escapeXml(email)}</button>`,
  );
  return page('Example identity provider', `<form action="/sso">${rest.join('')}${buttons.join('')}</form>`);
};

/** A SAML identity provider built on `samlp`: answers signed requests with signed assertions, in Entra ID's attribute names. */
export async function startSamlIdp(people: readonly IdpPerson[]): Promise<SamlIdp> {
  let keys: KeyPair[] = [(await createServiceProviderKeys('the identity provider', new Date())).current];
  const server = http.createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // Another site than localhost, where the tests run Reeve: cookies with SameSite tell them apart.
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const idp: SamlIdp = {
    origin,
    entityId: `${origin}/entity`,
    metadataUrl: `${origin}/metadata`,
    requests: [],
    logoutRequests: [],
    people: new Map(people.map((person) => [person.email, person])),
    signedIn: null,
    trusts: null,
    encryptsFor: null,
    contextClass: 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport',
    metadata: () =>
      idpMetadataXml({
        entityId: `${origin}/entity`,
        signOnUrl: `${origin}/sso`,
        logoutUrl: `${origin}/slo`,
        certificatePems: keys.map(({ certificatePem }) => certificatePem),
      }),
    async rotateKey() {
      keys = [(await createServiceProviderKeys('the identity provider', new Date())).current, ...keys];
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
    [Symbol.asyncDispose]: () => idp.close(),
  };

  async function answer(request: ParsedRequest, person: IdpPerson): Promise<string> {
    const [key] = keys;
    if (!key) throw new Error('the identity provider has no key');
    const { encryptsFor } = idp;
    return makeSamlResponse({
      issuer: idp.entityId,
      cert: key.certificatePem,
      key: key.privateKeyPem,
      audience: request.issuer,
      destination: request.assertionConsumerServiceURL,
      recipient: request.assertionConsumerServiceURL,
      inResponseTo: request.id,
      signatureAlgorithm: 'rsa-sha256',
      digestAlgorithm: 'sha256',
      lifetimeInSeconds: 300,
      nameIdentifierFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
      authnContextClassRef: idp.contextClass,
      sessionIndex: `session-${person.id}`,
      signResponse: false,
      signAssertion: true,
      ...(encryptsFor && {
        encryptionCert: encryptsFor.certificatePem,
        encryptionPublicKey: encryptsFor.publicKeyPem,
        encryptionAlgorithm: 'http://www.w3.org/2009/xmlenc11#aes256-gcm',
      }),
      profileMapper: () => ({
        getClaims: () => ({ [emailAddress]: person.email, [displayName]: person.name, [groups]: person.groups }),
        getNameIdentifier: () => ({ nameIdentifier: person.id }),
      }),
    });
  }

  const refusal = (request: ParsedRequest): string =>
    responseXml(
      {
        issuer: idp.entityId,
        audience: null,
        recipient: request.assertionConsumerServiceURL,
        destination: request.assertionConsumerServiceURL,
        requestId: request.id,
        now: new Date(),
        lifeMs: 0,
        nameId: '',
        nameIdFormat: '',
        attributes: {},
        assertionId: '_none',
        responseId: `_${crypto.randomUUID()}`,
        authenticatedAt: new Date(),
        sessionEndsAt: null,
        contextClass: '',
      },
      '',
      { status: 'Responder' },
    );

  async function signOn(query: Record<string, string>): Promise<string> {
    const { person: chosen, ...samlQuery } = query;
    const request = await parseAuthnRequest(samlQuery, idp.trusts);
    const email = chosen ?? (request.forceAuthn === 'true' ? null : idp.signedIn);
    if (!chosen) idp.requests.push(request);
    if (email === null) return choosePerson(idp.people.values(), samlQuery);
    const person = idp.people.get(email);
    const xml = person ? await answer(request, person) : refusal(request);
    const SAMLResponse = Buffer.from(xml).toString('base64');
    return postForm(request.assertionConsumerServiceURL, { SAMLResponse, RelayState: samlQuery.RelayState ?? '' });
  }

  server.on('request', async (request, response) => {
    const url = new URL(request.url ?? '/', origin);
    const query = Object.fromEntries(url.searchParams);
    const html = (status: number, body: string) =>
      response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' }).end(body);
    try {
      if (url.pathname === '/metadata')
        response.writeHead(200, { 'content-type': 'application/samlmetadata+xml' }).end(idp.metadata());
      else if (url.pathname === '/sso') html(200, await signOn(query));
      else if (url.pathname === '/slo') {
        idp.logoutRequests.push(inflateRawSync(Buffer.from(query.SAMLRequest ?? '', 'base64')).toString());
        idp.signedIn = null;
        html(200, page('Signed out', '<p>You are signed out of the example identity provider.</p>'));
      } else html(404, page('Not found', ''));
    } catch (error) {
      html(500, page('Refused', escapeXml(String(error))));
    }
  });
  return idp;
}
