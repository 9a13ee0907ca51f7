import type { XmlElement } from './dom.ts';
import { attribute, childElements, children, isNamed } from './read-xml.ts';
import { SamlRefused } from './refuse-saml.ts';

const exclusiveC14n = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const envelopedSignature = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature';

// No SHA-1 (collisions), no HMAC (a public key would become the secret), and only the transforms of SAML core §5.4.4 without the
// variant that keeps comments. Anything else could make the signed bytes differ from what is read.
const signatureMethods = [
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512',
];
const digestMethods = ['http://www.w3.org/2001/04/xmlenc#sha256', 'http://www.w3.org/2001/04/xmlenc#sha512'];
const transforms = [envelopedSignature, exclusiveC14n];

const refuse = (detail: string): never => {
  throw new SamlRefused('unexpected-structure', `signature: ${detail}`);
};

function only(parent: XmlElement, name: string): XmlElement {
  const [found, ...more] = children(parent, 'signature', name);
  return found && more.length === 0 ? found : refuse(`${parent.localName} needs exactly one ${name}`);
}

function checkAlgorithm(element: XmlElement, allowed: readonly string[]): void {
  const algorithm = attribute(element, 'Algorithm');
  if (!algorithm || !allowed.includes(algorithm))
    throw new SamlRefused('weak-signature', `${element.localName} is ${algorithm?.slice(0, 100) ?? 'missing'}`);
}

/**
 * Checks what a signature says about itself, before any cryptography: it signs its parent and nothing else, by methods that are
 * allowed, and carries no room for foreign content. Whether it is genuine is node-saml's part.
 * @throws SamlRefused
 */
export function checkSignatureForm(signature: XmlElement, parent: XmlElement): void {
  const allowedChildren = ['SignedInfo', 'SignatureValue', 'KeyInfo'];
  for (const child of childElements(signature))
    if (!allowedChildren.some((name) => isNamed(child, 'signature', name))) refuse(`it holds a ${child.localName}`);
  only(signature, 'SignatureValue');
  const signedInfo = only(signature, 'SignedInfo');
  checkAlgorithm(only(signedInfo, 'CanonicalizationMethod'), [exclusiveC14n]);
  checkAlgorithm(only(signedInfo, 'SignatureMethod'), signatureMethods);
  const reference = only(signedInfo, 'Reference');
  const id = attribute(parent, 'ID');
  if (!id || reference.getAttribute('URI') !== `#${id}`)
    refuse(`it does not refer to the ${parent.localName} it is in`);
  checkAlgorithm(only(reference, 'DigestMethod'), digestMethods);
  const steps = children(only(reference, 'Transforms'), 'signature', 'Transform');
  for (const step of steps) checkAlgorithm(step, transforms);
  if (attribute(steps[0] ?? reference, 'Algorithm') !== envelopedSignature || steps.length > 2)
    refuse('its transforms are not “enveloped signature” and “exclusive canonicalization”');
}

/** The certificates a signature says it was made with: a hint for when to look for new metadata, trusted for nothing. */
export function certificatesNamed(signature: XmlElement): string[] {
  return children(signature, 'signature', 'KeyInfo')
    .flatMap((info) => children(info, 'signature', 'X509Data'))
    .flatMap((data) => children(data, 'signature', 'X509Certificate'))
    .map((certificate) => (certificate.textContent ?? '').replaceAll(/\s/g, ''));
}
