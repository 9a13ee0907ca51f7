import { createRequire } from 'node:module';

// The part of the DOM that is used. The package's own declarations bring the browser's globals into every server file.
export interface XmlNode {
  nodeType: number;
  nodeValue: string | null;
  textContent: string | null;
  parentNode: XmlNode | null;
  childNodes: ArrayLike<XmlNode>;
  toString(): string;
}

export interface XmlElement extends XmlNode {
  localName: string;
  namespaceURI: string | null;
  attributes: ArrayLike<{ name: string; value: string }>;
  /** Empty where there is none. */
  getAttribute(name: string): string;
}

export interface XmlDocument extends XmlNode {
  documentElement: XmlElement;
}

interface Parser {
  parseFromString(text: string, mimeType: 'text/xml'): XmlDocument;
}

const require = createRequire(import.meta.url);
export const { DOMParser } = require('@xmldom/xmldom') as {
  DOMParser: new (options: { errorHandler: (level: string, message: unknown) => void }) => Parser;
};
