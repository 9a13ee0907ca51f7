import fc from 'fast-check';
import { expect, test } from 'vitest';
import { asField, assertionXml, responseXml, type SamlStatement, signRoot } from '#testing/servers/saml-documents.ts';
import { SamlRefused } from './refuse-saml.ts';
import { serviceProviderAddresses } from './service-provider.ts';
import { createServiceProviderKeys } from './service-provider-keys.ts';
import { openResponse, verifyResponse } from './verify-response.ts';

const now = new Date('2026-03-01T10:00:00Z');
const here = serviceProviderAddresses('https://reeve.test:8443', 'con_a');
const key = (await createServiceProviderKeys('idp', now)).current;
const say: SamlStatement = {
  issuer: 'https://idp.example.test',
  audience: here.entityId,
  recipient: here.assertionConsumerUrl,
  destination: here.assertionConsumerUrl,
  requestId: '_request',
  now,
  lifeMs: 60_000,
  nameId: 'alice@example.com',
  nameIdFormat: 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress',
  attributes: { groups: ['staff'] },
  assertionId: '_assertion',
  responseId: '_response',
  authenticatedAt: now,
  sessionEndsAt: null,
  contextClass: 'urn:example:class',
};
const genuine = responseXml(say, signRoot(assertionXml(say), key));
const expected = {
  ...here,
  idpEntityId: say.issuer,
  requestId: '_request',
  authenticatedAfter: null,
  now,
  certificatePems: [key.certificatePem],
  privateKeyPems: [],
};

const receive = async (xml: string) => {
  try {
    return await verifyResponse(openResponse(asField(xml)), expected);
  } catch (error) {
    if (error instanceof SamlRefused) return null;
    throw error;
  }
};

/** Replaces, removes or repeats a stretch of the text, or puts in something that means something in XML. */
const change = fc.record({
  at: fc.nat(genuine.length - 1),
  length: fc.nat(60),
  inserted: fc.oneof(
    fc.constantFrom(
      '',
      '<',
      '>',
      '/',
      '"',
      '&amp;',
      '&#0;',
      '<x/>',
      'ID="_assertion" ',
      'xmlns:saml="urn:x" ',
      '\u0000',
    ),
    fc.string({ maxLength: 5 }),
    fc.nat(genuine.length - 1).map((from) => genuine.slice(from, from + 200)),
  ),
});

test('whatever is changed about a genuine answer, it is refused or says the same', async () => {
  const original = await receive(genuine);
  expect(original?.nameId.value).toBe('alice@example.com');
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
      const xml = changes.reduce(
        (text, { at, length, inserted }) => text.slice(0, at) + inserted + text.slice(at + length),
        genuine,
      );
      const facts = await receive(xml);
      if (facts !== null) expect(facts).toEqual(original);
    }),
    { numRuns: 400 },
  );
});
