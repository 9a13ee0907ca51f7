import { X509Certificate } from 'node:crypto';
import type { XmlElement } from './dom.ts';
import { attribute, children, descendants, isNamed, namespaces, normalText, parseXml, textOf } from './read-xml.ts';
import { SamlRefused } from './refuse-saml.ts';

export interface IdpCertificate {
  pem: string;
  subject: string;
  expiresAt: string;
}

export interface IdpMetadata {
  entityId: string;
  signOnUrl: string;
  /** Single logout by the redirect binding; null where there is none. */
  logoutUrl: string | null;
  certificates: IdpCertificate[];
  wantsSignedRequests: boolean;
}

const redirectBinding = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect';
const maxLength = 500_000;

const refuse = (detail: string, cause?: unknown): never => {
  throw new SamlRefused('metadata', detail, cause === undefined ? undefined : { cause });
};

function findEntity(root: XmlElement): XmlElement {
  const entities = descendants(root).filter((element) => isNamed(element, 'metadata', 'EntityDescriptor'));
  const providers = entities.filter((entity) => children(entity, 'metadata', 'IDPSSODescriptor').length > 0);
  const [provider, another] = providers;
  if (!provider)
    return refuse(
      entities.length === 0
        ? `the root is ${root.localName}, not an EntityDescriptor of ${namespaces.metadata}`
        : 'it describes an application (SPSSODescriptor), not an identity provider: take the metadata of the identity provider',
    );
  if (another) refuse(`it describes ${providers.length} identity providers; take the metadata of one`);
  return provider;
}

function checkUrl(text: string | null, what: string): string {
  const url = URL.parse(text ?? '');
  const isLoopback = url !== null && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  if (!url || (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback)) || url.href.length > 2000)
    return refuse(`the ${what} has to be an https address, and it is ${text?.slice(0, 200) ?? 'missing'}`);
  return url.href;
}

function findLocation(descriptor: XmlElement, name: string): string | null {
  const endpoint = children(descriptor, 'metadata', name).find(
    (element) => attribute(element, 'Binding') === redirectBinding,
  );
  return endpoint ? attribute(endpoint, 'Location') : null;
}

function readCertificate(text: string): IdpCertificate {
  const body = text.replaceAll(/\s/g, '');
  const pem = `-----BEGIN CERTIFICATE-----\n${body.match(/.{1,64}/g)?.join('\n') ?? ''}\n-----END CERTIFICATE-----\n`;
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(pem);
  } catch (cause) {
    return refuse('a signing certificate cannot be read', cause);
  }
  const { asymmetricKeyType, asymmetricKeyDetails } = certificate.publicKey;
  if (asymmetricKeyType !== 'rsa')
    refuse(`a signing certificate has a key of the kind ${asymmetricKeyType}; signatures are verified with RSA only`);
  if ((asymmetricKeyDetails?.modulusLength ?? 0) < 2048)
    refuse('a signing certificate has an RSA key of less than 2048 bits');
  const expiresAt = new Date(certificate.validTo).toISOString();
  return { pem, subject: certificate.subject.replaceAll('\n', ', '), expiresAt };
}

const readCertificates = (descriptor: XmlElement): IdpCertificate[] => {
  const certificates = children(descriptor, 'metadata', 'KeyDescriptor')
    .filter((key) => attribute(key, 'use') !== 'encryption')
    .flatMap((key) => children(key, 'signature', 'KeyInfo'))
    .flatMap((info) => children(info, 'signature', 'X509Data'))
    .flatMap((data) => children(data, 'signature', 'X509Certificate'))
    .map((element) => readCertificate(textOf(element)));
  const byPem = new Map(certificates.map((certificate) => [certificate.pem, certificate]));
  if (byPem.size === 0) refuse('it has no signing certificate');
  if (byPem.size > 10) refuse(`it has ${byPem.size} signing certificates; ten are enough for any rollover`);
  return [...byPem.values()];
};

/**
 * Reads the metadata of an identity provider: a file an administrator chose, or what its address answered over TLS. That is what the
 * trust rests on; a signature over the metadata is not checked.
 * @throws SamlRefused metadata, with what is missing
 */
export function readMetadata(xml: string, now: Date): IdpMetadata {
  if (xml.length > maxLength) refuse(`it is longer than ${maxLength} characters`);
  const text = normalText(xml).trim();
  const entity = findEntity(parseXml(text, { problem: 'metadata', what: 'the metadata' }).documentElement);
  const entityId = attribute(entity, 'entityID');
  if (!entityId || entityId.length > 1000) return refuse('the EntityDescriptor has no entityID');
  const validUntil = attribute(entity, 'validUntil');
  if (validUntil && !(new Date(validUntil) > now)) refuse(`it was valid until ${validUntil.slice(0, 40)}`);
  const descriptor = children(entity, 'metadata', 'IDPSSODescriptor').find((element) =>
    attribute(element, 'protocolSupportEnumeration')?.split(/\s+/).includes(namespaces.protocol),
  );
  if (!descriptor) return refuse('the identity provider does not say that it supports SAML 2.0');
  const signOn = findLocation(descriptor, 'SingleSignOnService');
  if (!signOn) refuse('it has no SingleSignOnService with the binding HTTP-Redirect');
  const logout = findLocation(descriptor, 'SingleLogoutService');
  return {
    entityId,
    signOnUrl: checkUrl(signOn, 'sign-on address'),
    logoutUrl: logout === null ? null : checkUrl(logout, 'logout address'),
    certificates: readCertificates(descriptor),
    wantsSignedRequests: ['true', '1'].includes(attribute(descriptor, 'WantAuthnRequestsSigned') ?? ''),
  };
}
