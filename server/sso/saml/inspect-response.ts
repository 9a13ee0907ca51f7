import { certificatesNamed, checkSignatureForm } from './check-signature-form.ts';
import type { XmlElement } from './dom.ts';
import { attribute, children, descendants, isNamed, namespaces, normalText, parseXml, textOf } from './read-xml.ts';
import { SamlRefused } from './refuse-saml.ts';

/** Entra ID sends up to 150 groups, others more: as many names as elements are read fit. */
export const maxResponseBytes = 500_000;
const success = 'urn:oasis:names:tc:SAML:2.0:status:Success';

/** What a response says before its signature is verified. Only for deciding how to verify it, and for refusing. */
export interface ResponseOutline {
  /** The text that was checked; exactly this has to be verified. */
  text: string;
  inResponseTo: string | null;
  destination: string | null;
  issuer: string | null;
  isSigned: boolean;
  isAssertionSigned: boolean;
  /** The EncryptedAssertion element; null when the assertion is in clear. */
  encryptedAssertion: string | null;
  certificatesNamed: string[];
}

/** Decodes the form field. @throws SamlRefused */
export function decodeResponse(field: string): string {
  const compact = field.replaceAll(/\s/g, '');
  const refuse = (why: string): never => {
    throw new SamlRefused('malformed', why);
  };
  if (compact.length > (maxResponseBytes * 4) / 3 + 4) refuse(`the response is larger than ${maxResponseBytes} bytes`);
  if (compact === '' || !/^[A-Za-z0-9+/]+={0,2}$/.test(compact)) refuse('SAMLResponse is not base64');
  try {
    return normalText(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(compact, 'base64')));
  } catch {
    return refuse('the response is not UTF-8');
  }
}

const refuse = (detail: string): never => {
  throw new SamlRefused('unexpected-structure', detail);
};

/** An id that stands for two elements is how a signature over one vouches for the other. */
function checkIdsAreUnique(elements: readonly XmlElement[]): void {
  const ids = elements.flatMap(({ attributes }) =>
    Array.from(attributes).flatMap(({ name, value }) => (/^(xml:)?id$/i.test(name) ? [value] : [])),
  );
  if (new Set(ids).size !== ids.length) refuse('two elements have the same id');
}

/** Signatures stand directly under the response or the assertion, one each, and nowhere else (SAML core §5.4.1). */
export function checkSignatures(elements: readonly XmlElement[], signable: readonly XmlElement[]): XmlElement[] {
  const signatures = elements.filter(({ localName }) => localName === 'Signature');
  for (const signature of signatures) {
    const parent = signable.find((element) => element === signature.parentNode);
    if (!parent || !isNamed(signature, 'signature', 'Signature'))
      return refuse('a signature is in an unexpected place');
    if (children(parent, 'signature', 'Signature').length > 1) refuse(`the ${parent.localName} has two signatures`);
    checkSignatureForm(signature, parent);
  }
  return signatures;
}

function checkStatus(response: XmlElement): void {
  const [status] = children(response, 'protocol', 'Status');
  const [code] = status ? children(status, 'protocol', 'StatusCode') : [];
  const value = code && attribute(code, 'Value');
  if (!status || !code || !value) throw new SamlRefused('malformed', 'the response has no status');
  if (value === success) return;
  const [nested] = children(code, 'protocol', 'StatusCode');
  const lastWord = (uri: string | null | undefined) => uri?.split(':').at(-1)?.slice(0, 60);
  const said = children(status, 'protocol', 'StatusMessage').map(textOf)[0]?.slice(0, 300);
  const words = [lastWord(value), lastWord(nested && attribute(nested, 'Value')), said].filter(Boolean);
  throw new SamlRefused('idp-refused', words.join(': '));
}

/** Checks that a text holds one assertion, alone, with its own signature in its place. @throws SamlRefused */
export function inspectAssertion(text: string, what: string): { isSigned: boolean; certificatesNamed: string[] } {
  const root = parseXml(text, { problem: 'unexpected-structure', what }).documentElement;
  const elements = descendants(root);
  if (!isNamed(root, 'assertion', 'Assertion')) refuse(`${what} is no assertion`);
  if (elements.filter(({ localName }) => localName === 'Assertion').length !== 1)
    refuse(`${what} holds a second assertion`);
  checkIdsAreUnique(elements);
  const signatures = checkSignatures(elements, [root]);
  return { isSigned: signatures.length > 0, certificatesNamed: signatures.flatMap(certificatesNamed) };
}

/**
 * Reads a response's outline and refuses every shape that signature wrapping needs: more than one response or assertion anywhere, an
 * assertion elsewhere than directly under the response, signatures in other places, doubled ids.
 * @throws SamlRefused
 */
export function inspectResponse(text: string): ResponseOutline {
  const response = parseXml(text, { problem: 'malformed', what: 'the response' }).documentElement;
  if (!isNamed(response, 'protocol', 'Response'))
    throw new SamlRefused(
      'malformed',
      `the document is a ${response.localName}, not a Response of ${namespaces.protocol}`,
    );
  if (attribute(response, 'Version') !== '2.0') throw new SamlRefused('malformed', 'it is not SAML version 2.0');
  const elements = descendants(response);
  const named = (...names: string[]) => elements.filter(({ localName }) => names.includes(localName));
  if (named('Response').length !== 1) refuse('there is a response within the response');
  checkIdsAreUnique(elements);
  checkStatus(response);

  const assertions = named('Assertion', 'EncryptedAssertion');
  const [assertion] = assertions;
  if (!assertion) throw new SamlRefused('malformed', 'the response holds no assertion');
  if (assertions.length > 1) refuse(`the response holds ${assertions.length} assertions`);
  if (assertion.parentNode !== response || assertion.namespaceURI !== namespaces.assertion)
    refuse('the assertion is not directly under the response');
  const isEncrypted = assertion.localName === 'EncryptedAssertion';
  const signatures = checkSignatures(elements, isEncrypted ? [response] : [response, assertion]);
  const [issuer] = children(response, 'assertion', 'Issuer');
  return {
    text,
    inResponseTo: attribute(response, 'InResponseTo'),
    destination: attribute(response, 'Destination'),
    issuer: issuer ? textOf(issuer) : null,
    isSigned: children(response, 'signature', 'Signature').length > 0,
    isAssertionSigned: !isEncrypted && children(assertion, 'signature', 'Signature').length > 0,
    encryptedAssertion: isEncrypted ? assertion.toString() : null,
    certificatesNamed: signatures.flatMap(certificatesNamed),
  };
}
