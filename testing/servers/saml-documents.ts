import { SignedXml } from 'xml-crypto';
import { encrypt } from 'xml-encryption';

// SAML documents as an identity provider writes them, and as an attacker changes them.

const assertionNamespace = 'urn:oasis:names:tc:SAML:2.0:assertion';
const protocolNamespace = 'urn:oasis:names:tc:SAML:2.0:protocol';
export const exclusiveC14n = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const enveloped = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature';
const rsaSha256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';
const sha256 = 'http://www.w3.org/2001/04/xmlenc#sha256';

export const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

export interface SamlStatement {
  issuer: string;
  audience: string | null;
  recipient: string;
  destination: string | null;
  requestId: string | null;
  now: Date;
  lifeMs: number;
  /** XML between the tags, so that a test can put anything there. */
  nameId: string;
  nameIdFormat: string;
  attributes: Record<string, string[]>;
  assertionId: string;
  responseId: string;
  authenticatedAt: Date;
  sessionEndsAt: Date | null;
  contextClass: string;
}

const attr = (name: string, value: string | null | undefined) =>
  value == null ? '' : ` ${name}="${escapeXml(value)}"`;

export function assertionXml(say: SamlStatement): string {
  const begin = say.now.toISOString();
  const end = new Date(say.now.getTime() + say.lifeMs).toISOString();
  const audience =
    say.audience === null
      ? ''
      : `<saml:AudienceRestriction><saml:Audience>${escapeXml(say.audience)}</saml:Audience></saml:AudienceRestriction>`;
  const attributes = Object.entries(say.attributes).map(
    ([name, values]) =>
      `<saml:Attribute${attr('Name', name)}>${values.map((value) => `<saml:AttributeValue>${escapeXml(value)}</saml:AttributeValue>`).join('')}</saml:Attribute>`,
  );
  return [
    `<saml:Assertion xmlns:saml="${assertionNamespace}"${attr('ID', say.assertionId)} Version="2.0" IssueInstant="${begin}">`,
    `<saml:Issuer>${escapeXml(say.issuer)}</saml:Issuer>`,
    `<saml:Subject><saml:NameID${attr('Format', say.nameIdFormat)}>${say.nameId}</saml:NameID>`,
    '<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">',
    `<saml:SubjectConfirmationData${attr('InResponseTo', say.requestId)}${attr('Recipient', say.recipient)} NotOnOrAfter="${end}"/>`,
    '</saml:SubjectConfirmation></saml:Subject>',
    `<saml:Conditions NotBefore="${begin}" NotOnOrAfter="${end}">${audience}</saml:Conditions>`,
    `<saml:AuthnStatement AuthnInstant="${say.authenticatedAt.toISOString()}" SessionIndex="s-1"${attr('SessionNotOnOrAfter', say.sessionEndsAt?.toISOString())}>`,
    `<saml:AuthnContext><saml:AuthnContextClassRef>${escapeXml(say.contextClass)}</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>`,
    attributes.length > 0 ? `<saml:AttributeStatement>${attributes.join('')}</saml:AttributeStatement>` : '',
    '</saml:Assertion>',
  ].join('');
}

export const responseXml = (say: SamlStatement, content: string, { status = 'Success' } = {}): string =>
  [
    `<samlp:Response xmlns:samlp="${protocolNamespace}" xmlns:saml="${assertionNamespace}"${attr('ID', say.responseId)} Version="2.0"`,
    ` IssueInstant="${say.now.toISOString()}"${attr('Destination', say.destination)}${attr('InResponseTo', say.requestId)}>`,
    `<saml:Issuer>${escapeXml(say.issuer)}</saml:Issuer>`,
    `<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:${status}"/></samlp:Status>`,
    content,
    '</samlp:Response>',
  ].join('');

export interface Signing {
  privateKeyPem: string;
  certificatePem: string;
  signatureAlgorithm?: string;
  digestAlgorithm?: string;
  canonicalization?: string;
  prefix?: string;
}

/** Signs the root of a document, as SAML does: enveloped, right after the issuer. */
export function signRoot(xml: string, signing: Signing): string {
  const signer = new SignedXml({
    privateKey: signing.privateKeyPem,
    publicCert: signing.certificatePem,
    signatureAlgorithm: signing.signatureAlgorithm ?? rsaSha256,
    canonicalizationAlgorithm: signing.canonicalization ?? exclusiveC14n,
  });
  signer.addReference({
    xpath: '/*',
    transforms: [enveloped, signing.canonicalization ?? exclusiveC14n],
    digestAlgorithm: signing.digestAlgorithm ?? sha256,
  });
  signer.computeSignature(xml, {
    ...(signing.prefix === undefined ? {} : { prefix: signing.prefix }),
    location: { reference: "/*/*[local-name(.)='Issuer']", action: 'after' },
  });
  return signer.getSignedXml();
}

export type ContentEncryption =
  | 'http://www.w3.org/2009/xmlenc11#aes256-gcm'
  | 'http://www.w3.org/2001/04/xmlenc#aes256-cbc';

export function encryptAssertion(
  xml: string,
  certificatePem: string,
  encryptionAlgorithm: ContentEncryption = 'http://www.w3.org/2009/xmlenc11#aes256-gcm',
  keyEncryptionAlgorithm:
    | 'http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p'
    | 'http://www.w3.org/2001/04/xmlenc#rsa-1_5' = 'http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p',
): Promise<string> {
  const options = { rsa_pub: certificatePem, pem: certificatePem, encryptionAlgorithm, keyEncryptionAlgorithm };
  return new Promise((resolve, reject) => {
    encrypt(xml, { ...options, warnInsecureAlgorithm: false }, (error, encrypted) =>
      error
        ? reject(error)
        : resolve(`<saml:EncryptedAssertion xmlns:saml="${assertionNamespace}">${encrypted}</saml:EncryptedAssertion>`),
    );
  });
}

export interface DescribedIdp {
  entityId: string;
  signOnUrl: string;
  certificatePems: readonly string[];
  logoutUrl?: string;
}

export function idpMetadataXml({ entityId, signOnUrl, certificatePems, logoutUrl }: DescribedIdp): string {
  const keys = certificatePems.map(
    (pem) =>
      `<KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>${pem.replaceAll(/-----[A-Z ]+-----|\s/g, '')}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></KeyDescriptor>`,
  );
  const redirect = 'Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"';
  return [
    '<?xml version="1.0" encoding="UTF-8"?>\n',
    `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata"${attr('entityID', entityId)}>`,
    `<IDPSSODescriptor protocolSupportEnumeration="${protocolNamespace}">`,
    ...keys,
    logoutUrl ? `<SingleLogoutService ${redirect}${attr('Location', logoutUrl)}/>` : '',
    `<SingleSignOnService ${redirect}${attr('Location', signOnUrl)}/>`,
    '</IDPSSODescriptor></EntityDescriptor>',
  ].join('');
}

export const asField = (xml: string): string => Buffer.from(xml).toString('base64');
