import { beforeAll, describe, expect, test } from 'vitest';
import {
  asField,
  assertionXml,
  encryptAssertion,
  exclusiveC14n,
  responseXml,
  type SamlStatement,
  signRoot,
} from '#testing/servers/saml-documents.ts';
import type { SamlProblem } from './refuse-saml.ts';
import { SamlRefused } from './refuse-saml.ts';
import { serviceProviderAddresses } from './service-provider.ts';
import { createServiceProviderKeys, type KeyPair } from './service-provider-keys.ts';
import { openResponse, type Verification, verifyResponse } from './verify-response.ts';

const now = new Date('2026-03-01T10:00:00Z');
const minuteMs = 60_000;
const idpEntityId = 'https://idp.example.test/saml';
const here = serviceProviderAddresses('https://reeve.test:8443', 'con_a');
const otherConnection = serviceProviderAddresses('https://reeve.test:8443', 'con_b');
const requestId = '_request-1';
const signature = /<Signature[\s\S]*<\/Signature>/;

let idp: KeyPair;
let stranger: KeyPair;
let ours: KeyPair;
beforeAll(async () => {
  [idp, stranger, ours] = (await Promise.all(
    ['idp', 'stranger', 'ours'].map(async (name) => (await createServiceProviderKeys(name, now)).current),
  )) as [KeyPair, KeyPair, KeyPair];
});

const says = (change: Partial<SamlStatement> = {}): SamlStatement => ({
  issuer: idpEntityId,
  audience: here.entityId,
  recipient: here.assertionConsumerUrl,
  destination: here.assertionConsumerUrl,
  requestId,
  now,
  lifeMs: 5 * minuteMs,
  nameId: 'alice@example.com',
  nameIdFormat: 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress',
  attributes: { email: ['alice@example.com'], groups: ['staff', 'admins'] },
  assertionId: '_assertion-1',
  responseId: '_response-1',
  authenticatedAt: now,
  sessionEndsAt: null,
  contextClass: 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport',
  ...change,
});

const expecting = (change: Partial<Verification> = {}): Verification => ({
  idpEntityId,
  entityId: here.entityId,
  assertionConsumerUrl: here.assertionConsumerUrl,
  requestId,
  authenticatedAfter: null,
  now,
  certificatePems: [idp.certificatePem],
  privateKeyPems: [ours.privateKeyPem],
  ...change,
});

const signedAssertion = (change: Partial<SamlStatement> = {}, by = idp) => signRoot(assertionXml(says(change)), by);
/** The ordinary answer: the assertion is signed, the response is not. */
const ordinary = (change: Partial<SamlStatement> = {}) => responseXml(says(change), signedAssertion(change));
const signedResponse = (change: Partial<SamlStatement> = {}) =>
  signRoot(responseXml(says(change), assertionXml(says(change))), idp);

const receive = async (xml: string, expected = expecting()) => verifyResponse(openResponse(asField(xml)), expected);

describe('accepted', () => {
  const cases: [string, () => string | Promise<string>][] = [
    ['the assertion is signed', () => ordinary()],
    ['the response is signed', () => signedResponse()],
    ['both are signed', () => signRoot(ordinary(), idp)],
    [
      'RSA with SHA-512',
      () => {
        const strong = {
          ...idp,
          signatureAlgorithm: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512',
          digestAlgorithm: 'http://www.w3.org/2001/04/xmlenc#sha512',
        };
        return responseXml(says(), signRoot(assertionXml(says()), strong));
      },
    ],
    [
      'a namespace prefix, as AD FS writes it',
      () => responseXml(says(), signRoot(assertionXml(says()), { ...idp, prefix: 'ds' })),
    ],
    [
      'lines end with CR LF',
      () => {
        const broken = assertionXml(says()).replaceAll('><saml:Attr', '>\n<saml:Attr');
        return responseXml(says(), signRoot(broken, idp)).replaceAll('\n', '\r\n');
      },
    ],
    ['an XML declaration', () => `<?xml version="1.0" encoding="UTF-8"?>\n${ordinary()}`],
    [
      'the assertion is signed and encrypted',
      async () => responseXml(says(), await encryptAssertion(signedAssertion(), ours.certificatePem)),
    ],
    [
      'encrypted as Entra ID does',
      async () =>
        responseXml(
          says(),
          await encryptAssertion(signedAssertion(), ours.certificatePem, 'http://www.w3.org/2001/04/xmlenc#aes256-cbc'),
        ),
    ],
    [
      'the response is signed around an encrypted assertion',
      async () => signRoot(responseXml(says(), await encryptAssertion(assertionXml(says()), ours.certificatePem)), idp),
    ],
    ['clocks differ by 110 seconds', () => ordinary({ now: new Date(now.getTime() + 110_000) })],
  ];
  test.each(cases)('%s', async (_name, make) => {
    const facts = await receive(await make());
    expect(facts.nameId.value).toBe('alice@example.com');
    expect(facts.attributes.get('groups')).toEqual(['staff', 'admins']);
    expect(facts.sessionIndex).toBe('s-1');
  });

  test('the second of two certificates, and a former key of ours', async () => {
    const expected = expecting({
      certificatePems: [stranger.certificatePem, idp.certificatePem],
      privateKeyPems: [stranger.privateKeyPem, ours.privateKeyPem],
    });
    const xml = responseXml(says(), await encryptAssertion(signedAssertion(), ours.certificatePem));
    expect((await receive(xml, expected)).nameId.value).toBe('alice@example.com');
  });

  test('a comment inside the NameID that is no part of the signature changes nothing of the name', async () => {
    // Canonicalization leaves comments out, so the signature still holds: a reader that stops at the comment sees another user.
    const xml = ordinary({ nameId: 'alice@example.com.evil.test' });
    const split = xml.replace('alice@example.com.evil', 'alice@example.com<!---->.evil');
    await expect(receive(split)).rejects.toMatchObject({ problem: 'malformed' });
    expect((await receive(xml)).nameId.value).toBe('alice@example.com.evil.test');
  });
});

const evil = (change: Partial<SamlStatement> = {}) =>
  assertionXml(says({ nameId: 'mallory@example.com', assertionId: '_evil', ...change }));
const evilResponse = (inside: string) => responseXml(says({ responseId: '_evil-response' }), inside);
const signatureIn = (xml: string) => signature.exec(xml)?.[0] ?? '';
const withoutSignature = (xml: string) => xml.replace(signature, '');
const insertBefore = (xml: string, mark: string, inserted: string) => xml.replace(mark, () => inserted + mark);
const insertAfterIssuer = (xml: string, inserted: string) => insertBefore(xml, '<saml:Subject>', inserted);
const intoSignature = (xml: string, inserted: string) => insertBefore(xml, '</Signature>', inserted);
const hmac = 'http://www.w3.org/2000/09/xmldsig#hmac-sha1';

/** Each one carries a signature that is genuine, or could be taken for one. */
const attacks: [name: string, make: () => string | Promise<string>, problem: SamlProblem][] = [
  // Whom it is for
  ['wrong audience', () => ordinary({ audience: 'https://other.example.test' }), 'wrong-audience'],
  ['no audience', () => ordinary({ audience: null }), 'wrong-audience'],
  ['wrong recipient', () => ordinary({ recipient: 'https://other.example.test/acs' }), 'wrong-recipient'],
  ['wrong destination', () => ordinary({ destination: 'https://other.example.test/acs' }), 'wrong-recipient'],
  ['signed without a destination', () => signedResponse({ destination: null }), 'wrong-recipient'],
  [
    'answer for another connection',
    () =>
      ordinary({
        audience: otherConnection.entityId,
        recipient: otherConnection.assertionConsumerUrl,
        destination: otherConnection.assertionConsumerUrl,
      }),
    'wrong-recipient',
  ],
  ['another issuer, same key', () => ordinary({ issuer: 'https://evil.example.test' }), 'wrong-issuer'],
  [
    'another issuer in the assertion only',
    () => responseXml(says(), signedAssertion({ issuer: 'https://evil.example.test' })),
    'wrong-issuer',
  ],
  // What it answers
  ['foreign InResponseTo', () => ordinary({ requestId: '_someone-elses' }), 'other-request'],
  [
    'foreign InResponseTo in the assertion only',
    () => responseXml(says(), signedAssertion({ requestId: '_someone-elses' })),
    'other-request',
  ],
  ['no InResponseTo (started at the identity provider)', () => ordinary({ requestId: null }), 'not-started-here'],
  [
    'InResponseTo added to an answer that has none',
    () => responseXml(says(), signedAssertion({ requestId: null })),
    'not-started-here',
  ],
  // When
  ['expired', () => ordinary({ now: new Date(now.getTime() - 8 * minuteMs) }), 'expired'],
  ['not yet valid', () => ordinary({ now: new Date(now.getTime() + 3 * minuteMs) }), 'not-yet-valid'],
  ['its session has ended', () => ordinary({ sessionEndsAt: new Date(now.getTime() - minuteMs) }), 'expired'],
  [
    'a time without a zone',
    () => responseXml(says(), signRoot(assertionXml(says()).replaceAll('.000Z"', '"'), idp)),
    'malformed',
  ],
  // Who signed what
  ['tampered assertion', () => ordinary().replaceAll('alice', 'mallory'), 'bad-signature'],
  [
    'tampered response, genuine assertion',
    () => signRoot(ordinary(), idp).replace('status:Success', 'status:Success " '),
    'malformed',
  ],
  [
    'tampered response id, genuine assertion',
    () =>
      signRoot(ordinary(), idp).replace(
        'IssueInstant="2026-03-01T10:00:00.000Z" Dest',
        'IssueInstant="2026-03-01T10:00:01.000Z" Dest',
      ),
    'bad-signature',
  ],
  ['unsigned', () => responseXml(says(), assertionXml(says())), 'not-signed'],
  ['signature stripped', () => withoutSignature(ordinary()), 'not-signed'],
  [
    'signature emptied',
    () => ordinary().replace(signature, '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/>'),
    'unexpected-structure',
  ],
  ['wrong certificate', () => responseXml(says(), signedAssertion({}, stranger)), 'bad-signature'],
  [
    'SHA-1 signature',
    () =>
      responseXml(
        says(),
        signRoot(assertionXml(says()), { ...idp, signatureAlgorithm: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1' }),
      ),
    'weak-signature',
  ],
  [
    'SHA-1 digest',
    () =>
      responseXml(
        says(),
        signRoot(assertionXml(says()), { ...idp, digestAlgorithm: 'http://www.w3.org/2000/09/xmldsig#sha1' }),
      ),
    'weak-signature',
  ],
  [
    'HMAC with the public certificate as key',
    () => ordinary().replace('http://www.w3.org/2001/04/xmldsig-more#rsa-sha256', hmac),
    'weak-signature',
  ],
  [
    'canonicalization that keeps comments',
    () =>
      responseXml(says(), signRoot(assertionXml(says()), { ...idp, canonicalization: `${exclusiveC14n}WithComments` })),
    'weak-signature',
  ],
  [
    'a transform that chooses what is signed',
    () =>
      ordinary().replace(
        '</Transforms>',
        '<Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"/></Transforms>',
      ),
    'weak-signature',
  ],
  [
    'a reference to the whole document',
    () => ordinary().replace('URI="#_assertion-1"', 'URI=""'),
    'unexpected-structure',
  ],
  // Signature wrapping, numbered as in SAML Raider
  [
    'XSW 1: response inside the signature of a false one',
    () => {
      const genuine = signedResponse();
      return insertBefore(
        evilResponse(evil()),
        '<samlp:Status>',
        intoSignature(signatureIn(genuine), withoutSignature(genuine)),
      );
    },
    'unexpected-structure',
  ],
  [
    'XSW 2: response beside the signature of a false one',
    () => {
      const genuine = signedResponse();
      return insertBefore(evilResponse(evil()), '<samlp:Status>', withoutSignature(genuine) + signatureIn(genuine));
    },
    'unexpected-structure',
  ],
  [
    'XSW 3: a false assertion before the genuine one',
    () => responseXml(says(), evil() + signedAssertion()),
    'unexpected-structure',
  ],
  [
    'XSW 4: the genuine assertion inside a false one',
    () => responseXml(says(), insertBefore(evil(), '</saml:Assertion>', signedAssertion())),
    'unexpected-structure',
  ],
  [
    'XSW 5: a false assertion with the genuine signature, then the genuine one',
    () => {
      const genuine = signedAssertion();
      return responseXml(says(), insertAfterIssuer(evil(), signatureIn(genuine)) + withoutSignature(genuine));
    },
    'unexpected-structure',
  ],
  [
    'XSW 6: the genuine assertion inside the signature of a false one',
    () => {
      const genuine = signedAssertion();
      return responseXml(
        says(),
        insertAfterIssuer(evil(), intoSignature(signatureIn(genuine), withoutSignature(genuine))),
      );
    },
    'unexpected-structure',
  ],
  [
    'XSW 7: a false assertion in Extensions',
    () =>
      insertBefore(
        ordinary(),
        '<samlp:Status>',
        `<samlp:Extensions>${evil({ assertionId: '_assertion-1' })}</samlp:Extensions>`,
      ),
    'unexpected-structure',
  ],
  [
    'XSW 8: the genuine assertion in an Object of the signature',
    () => {
      const genuine = signedAssertion();
      const wrapped = intoSignature(signatureIn(genuine), `<Object>${withoutSignature(genuine)}</Object>`);
      return responseXml(says(), insertAfterIssuer(evil({ assertionId: '_assertion-1' }), wrapped));
    },
    'unexpected-structure',
  ],
  [
    'two genuine assertions',
    () => responseXml(says(), signedAssertion() + signedAssertion({ assertionId: '_assertion-2' })),
    'unexpected-structure',
  ],
  [
    'an assertion under another namespace',
    () =>
      responseXml(
        says(),
        evil().replaceAll('saml:Assertion', 'x:Assertion').replace('<x:Assertion', '<x:Assertion xmlns:x="urn:x"'),
      ),
    'unexpected-structure',
  ],
  ['a second signature', () => ordinary().replace(signature, (found) => found + found), 'unexpected-structure'],
  [
    'the same id twice',
    () => insertBefore(ordinary(), '<samlp:Status>', '<samlp:Extensions><x Id="_assertion-1"/></samlp:Extensions>'),
    'unexpected-structure',
  ],
  // The document
  ['DOCTYPE', () => `<!DOCTYPE x>${ordinary()}`, 'malformed'],
  [
    'DOCTYPE with an entity',
    () =>
      `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>${ordinary().replaceAll('alice@example.com</saml:NameID>', '&e;</saml:NameID>')}`,
    'malformed',
  ],
  ['processing instruction', () => `<?xml-stylesheet href="x"?>${ordinary()}`, 'malformed'],
  ['another encoding', () => `<?xml version="1.0" encoding="UTF-7"?>${ordinary()}`, 'malformed'],
  ['two documents', () => ordinary() + ordinary(), 'malformed'],
  ['a NUL character by its number', () => ordinary().replace('</samlp:Status>', '</samlp:Status>&#x00;'), 'malformed'],
  ['something else', () => '<html/>', 'malformed'],
  [
    'nested too deep',
    () =>
      insertBefore(
        ordinary(),
        '<samlp:Status>',
        `<samlp:Extensions>${'<a>'.repeat(500)}${'</a>'.repeat(500)}</samlp:Extensions>`,
      ),
    'malformed',
  ],
  [
    'too large',
    () => insertBefore(ordinary(), '<samlp:Status>', `<samlp:Extensions>${'a'.repeat(500_001)}</samlp:Extensions>`),
    'malformed',
  ],
  ['the identity provider says no', () => responseXml(says(), '', { status: 'Requester' }), 'idp-refused'],
  [
    'it says no, and there is an assertion all the same',
    () => responseXml(says(), signedAssertion(), { status: 'Responder' }),
    'idp-refused',
  ],
  // Who
  [
    'a NameID that changes every time',
    () => ordinary({ nameIdFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient' }),
    'no-subject',
  ],
  ['an empty NameID', () => ordinary({ nameId: '' }), 'no-subject'],
  // Encryption
  [
    'encrypted, not signed',
    async () => responseXml(says(), await encryptAssertion(evil(), ours.certificatePem)),
    'not-decryptable',
  ],
  [
    'encrypted for somebody else',
    async () => responseXml(says(), await encryptAssertion(signedAssertion(), stranger.certificatePem)),
    'not-decryptable',
  ],
  [
    'encrypted, signed by somebody else',
    async () => responseXml(says(), await encryptAssertion(signedAssertion({}, stranger), ours.certificatePem)),
    'not-decryptable',
  ],
  [
    'encrypted, two assertions',
    async () =>
      responseXml(
        says(),
        await encryptAssertion(insertBefore(evil(), '</saml:Assertion>', signedAssertion()), ours.certificatePem),
      ),
    'not-decryptable',
  ],
  [
    'key encrypted with RSA 1.5',
    async () =>
      responseXml(
        says(),
        await encryptAssertion(
          signedAssertion(),
          ours.certificatePem,
          undefined,
          'http://www.w3.org/2001/04/xmlenc#rsa-1_5',
        ),
      ),
    'malformed',
  ],
];

describe('refused', () => {
  test.each(attacks)('%s', async (_name, make, problem) => {
    const xml = await make();
    const refusal: unknown = await receive(xml).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(SamlRefused);
    expect(refusal).toMatchObject({ problem });
  });

  test('a sign-in from before, when a fresh one was asked for', async () => {
    const old = ordinary({ authenticatedAt: new Date(now.getTime() - 60 * minuteMs) });
    await expect(receive(old, expecting({ authenticatedAfter: now }))).rejects.toMatchObject({ problem: 'not-fresh' });
    expect((await receive(ordinary(), expecting({ authenticatedAfter: now }))).authenticatedAt).toEqual(now);
  });

  test.each(['', '!!!', 'PHg', Buffer.from([0x3c, 0xff, 0xfe]).toString('base64')])('the field %j', async (field) => {
    expect(() => openResponse(field)).toThrow(SamlRefused);
  });
});
