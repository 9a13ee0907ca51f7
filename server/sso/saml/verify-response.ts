import type { SAML } from '@node-saml/node-saml';
import { decryptAssertion } from './decrypt-assertion.ts';
import { decodeResponse, inspectAssertion, inspectResponse, type ResponseOutline } from './inspect-response.ts';
import { type AssertionFacts, type Expected, readAssertion } from './read-assertion.ts';
import { SamlRefused } from './refuse-saml.ts';

export interface Verification extends Expected {
  /** Of the identity provider; any of them may have signed. */
  certificatePems: readonly string[];
  /** Ours, the present one first: for encrypted assertions. */
  privateKeyPems: readonly string[];
}

/** The field of the form as it came, decoded and looked through, not yet verified. @throws SamlRefused */
export const openResponse = (field: string): ResponseOutline => inspectResponse(decodeResponse(field));

/** The parts around the assertion, signed or not: they can only add a reason to refuse. */
function checkEnvelope(outline: ResponseOutline, expected: Verification): void {
  const { destination, issuer, inResponseTo, isSigned } = outline;
  // Bindings §3.5.5.2: a signed message has to say where it goes.
  if (destination === null ? isSigned : destination !== expected.assertionConsumerUrl)
    throw new SamlRefused(
      'wrong-recipient',
      `Destination is ${destination ?? 'missing'}, expected ${expected.assertionConsumerUrl}`,
    );
  if (issuer !== null && issuer !== expected.idpEntityId)
    throw new SamlRefused('wrong-issuer', `it is ${issuer.slice(0, 300)}, expected ${expected.idpEntityId}`);
  if (inResponseTo === null) throw new SamlRefused('not-started-here', 'the response has no InResponseTo');
  if (inResponseTo !== expected.requestId) throw new SamlRefused('other-request', 'InResponseTo names another request');
}

/** What node-saml has to see signed: everything that carries a signature, and at least the assertion or the response around it. */
async function findSignatures(outline: ResponseOutline, { privateKeyPems }: Verification) {
  const { isSigned, isAssertionSigned, encryptedAssertion } = outline;
  if (encryptedAssertion === null) return { isAssertionSigned, decryptionKeyPem: null };
  const { text, privateKeyPem } = await decryptAssertion(encryptedAssertion, privateKeyPems);
  try {
    return {
      isAssertionSigned: inspectAssertion(text, 'the decrypted assertion').isSigned,
      decryptionKeyPem: privateKeyPem,
    };
  } catch (cause) {
    // What is wrong with decrypted text may not be told apart from what cannot be decrypted (padding oracle).
    if (isSigned) throw cause;
    throw new SamlRefused('not-decryptable', 'no key of this connection opens it', { cause });
  }
}

/**
 * Verifies a response and reads its assertion. Order: shape and algorithms, envelope, signature (node-saml), then the assertion out of the
 * signed bytes alone. Time is `expected.now` everywhere: node-saml's own look at the clock is off.
 * @throws SamlRefused
 */
export async function verifyResponse(outline: ResponseOutline, expected: Verification): Promise<AssertionFacts> {
  checkEnvelope(outline, expected);
  const { isAssertionSigned, decryptionKeyPem } = await findSignatures(outline, expected);
  if (!outline.isSigned && !isAssertionSigned)
    throw decryptionKeyPem === null
      ? new SamlRefused('not-signed', 'neither the response nor the assertion is signed')
      : new SamlRefused('not-decryptable', 'no key of this connection opens it');
  const { SAML, ValidateInResponseTo } = await import('@node-saml/node-saml');
  const verifier = new SAML({
    callbackUrl: expected.assertionConsumerUrl,
    issuer: expected.entityId,
    audience: expected.entityId,
    idpCert: [...expected.certificatePems],
    wantAuthnResponseSigned: outline.isSigned,
    wantAssertionsSigned: isAssertionSigned,
    validateInResponseTo: ValidateInResponseTo.never,
    acceptedClockSkewMs: -1,
    ...(decryptionKeyPem === null ? {} : { decryptionPvk: decryptionKeyPem }),
  });
  return readAssertion(await verifiedAssertion(verifier, outline), expected);
}

async function verifiedAssertion(
  verifier: SAML,
  { text, encryptedAssertion, isSigned }: ResponseOutline,
): Promise<string> {
  try {
    const SAMLResponse = Buffer.from(text).toString('base64');
    const { profile } = await verifier.validatePostResponseAsync({ SAMLResponse });
    const xml = profile?.getAssertionXml?.();
    if (xml) return xml;
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    if (/audience/i.test(said)) throw new SamlRefused('wrong-audience', said.slice(0, 400), { cause });
    if (encryptedAssertion !== null && !isSigned)
      throw new SamlRefused('not-decryptable', 'no key of this connection opens it', { cause });
    throw new SamlRefused('bad-signature', said.slice(0, 200), { cause });
  }
  throw new SamlRefused('malformed', 'no assertion came out of it');
}
