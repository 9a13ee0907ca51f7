import { DOMParser, type XmlDocument, type XmlElement, type XmlNode } from './dom.ts';
import { type SamlProblem, SamlRefused } from './refuse-saml.ts';

export const namespaces = {
  protocol: 'urn:oasis:names:tc:SAML:2.0:protocol',
  assertion: 'urn:oasis:names:tc:SAML:2.0:assertion',
  metadata: 'urn:oasis:names:tc:SAML:2.0:metadata',
  signature: 'http://www.w3.org/2000/09/xmldsig#',
  encryption: 'http://www.w3.org/2001/04/xmlenc#',
} as const;
export type Namespace = keyof typeof namespaces;

const elementNode = 1;
const textNodes = [3, 4];
const maxDepth = 60;
/** Selecting nodes costs node-saml the square of their number: this many take a tenth of a second and hold 1,900 groups. */
const maxElements = 2000;
const maxAttributes = 8000;

const isElement = (node: XmlNode): node is XmlElement => node.nodeType === elementNode;

export const childElements = (parent: XmlNode): XmlElement[] => Array.from(parent.childNodes).filter(isElement);

export const isNamed = (element: XmlElement, namespace: Namespace, name: string): boolean =>
  element.localName === name && element.namespaceURI === namespaces[namespace];

export const children = (parent: XmlNode, namespace: Namespace, name: string): XmlElement[] =>
  childElements(parent).filter((child) => isNamed(child, namespace, name));

/** The attribute's value; null where it is absent or empty. */
export const attribute = (element: XmlElement, name: string): string | null => element.getAttribute(name) || null;

export const textOf = (element: XmlElement): string => (element.textContent ?? '').trim();

export function descendants(root: XmlElement): XmlElement[] {
  const found: XmlElement[] = [];
  const waiting = [{ element: root, depth: 1 }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    if (next.depth > maxDepth) throw new RangeError(`elements are nested more than ${maxDepth} deep`);
    found.push(next.element);
    if (found.length > maxElements) throw new RangeError(`there are more than ${maxElements} elements`);
    for (const child of childElements(next.element)) waiting.push({ element: child, depth: next.depth + 1 });
  }
  return found;
}

/** Newlines as XML 1.0 §2.11 wants them, without a byte order mark: what is checked, verified and read is then one and the same text. */
export const normalText = (text: string): string => text.replace(/^\u{FEFF}/u, '').replaceAll(/\r\n?/g, '\n');

const forbidden: readonly [RegExp, string][] = [
  // Entities can name files and grow without end; nothing in SAML needs one.
  [/<!DOCTYPE/i, 'it has a document type declaration'],
  [/<!ENTITY/i, 'it declares an entity'],
  // A signature does not cover comments, so they can split a signed name in two for a careless reader.
  [/<!--/, 'it holds a comment'],
  [/<\?(?!xml[\s?])/i, 'it holds a processing instruction'],
  // XML 1.0 §2.2 has no such character, not even written as a number; nor has PostgreSQL's text.
  [/\0|&#(?:0+|x0+);/i, 'it holds a NUL character'],
];

/** Parses a document of an identity provider. Nothing but elements, attributes and text is let through. */
export function parseXml(text: string, { problem, what }: { problem: SamlProblem; what: string }): XmlDocument {
  const refuse = (why: string, cause?: unknown): never => {
    throw new SamlRefused(problem, `${what}: ${why}`, cause === undefined ? undefined : { cause });
  };
  for (const [pattern, why] of forbidden) if (pattern.test(text)) refuse(why);
  const encoding = /^<\?xml[^>]*\sencoding\s*=\s*["']([^"']*)["']/i.exec(text)?.[1];
  if (encoding && !/^utf-?8$/i.test(encoding))
    refuse(`it says it is written in ${encoding.slice(0, 20)}; only UTF-8 is read`);
  if (!/^\s*</.test(text)) refuse('it does not begin with an element');
  let document: XmlDocument;
  try {
    document = new DOMParser({
      errorHandler: (level: string, message: unknown) => {
        throw new Error(`${level}: ${String(message).split('\n')[0]}`);
      },
    }).parseFromString(text, 'text/xml');
    const attributes = descendants(document.documentElement).map((element) => element.attributes.length);
    if (attributes.reduce((sum, count) => sum + count, 0) > maxAttributes)
      throw new RangeError(`there are more than ${maxAttributes} attributes`);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'unreadable';
    return refuse(cause instanceof RangeError ? why : `it is not well-formed XML (${why})`, cause);
  }
  // Text beside the root is how a second root hides from a tolerant parser.
  const stray = Array.from(document.childNodes).some(
    (node) => textNodes.includes(node.nodeType) && (node.nodeValue ?? '').trim() !== '',
  );
  if (childElements(document).length !== 1 || stray) refuse('it has more than one root');
  return document;
}
