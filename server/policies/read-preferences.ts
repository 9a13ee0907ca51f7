import { createRequire } from 'node:module';

// The part of the DOM that is used. The package's own declarations bring the browser's globals into every server file.
interface XmlElement {
  tagName: string;
  nodeType: number;
  textContent: string | null;
  nextSibling: XmlElement | null;
  getElementsByTagName(name: string): ArrayLike<XmlElement>;
}

interface Parser {
  parseFromString(text: string, mimeType: 'text/xml'): { documentElement: XmlElement | null };
}

const require = createRequire(import.meta.url);
const { DOMParser } = require('@xmldom/xmldom') as {
  DOMParser: new (options: { errorHandler: (level: string, message: unknown) => void }) => Parser;
};

/** The two values macOS device management holds for the client; null where one is missing. */
export interface ManagedPreferences {
  requirementsToml: string | null;
  configToml: string | null;
}

const keys = { requirementsToml: 'requirements_toml_base64', configToml: 'config_toml_base64' } as const;

/** Text in base64, or null when it is none or holds no UTF-8. */
export function decodeBase64Text(written: string): string | null {
  const compact = written.replaceAll(/\s/g, '');
  if (
    compact === '' ||
    compact.length % 4 === 1 ||
    (compact.endsWith('=') && compact.length % 4 !== 0) ||
    !/^[A-Za-z0-9+/]+={0,2}$/.test(compact)
  )
    return null;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(compact, 'base64'));
  } catch {
    return null;
  }
}

/** In a property list the value stands behind its key. */
function valueBehind(key: XmlElement): string | null {
  let next = key.nextSibling;
  while (next && next.nodeType !== 1) next = next.nextSibling;
  return next?.tagName === 'string' || next?.tagName === 'data' ? next.textContent : null;
}

function parsePropertyList(text: string): XmlElement | null {
  // A profile has no entities of its own, and those of others are not expanded here.
  if (/<!ENTITY/i.test(text)) return null;
  const errorHandler = (_: string, message: unknown) => {
    throw new Error(String(message));
  };
  try {
    const root = new DOMParser({ errorHandler }).parseFromString(text.trim(), 'text/xml').documentElement;
    return root?.tagName === 'plist' ? root : null;
  } catch {
    return null;
  }
}

/**
 * The client's keys in an XML property list, wherever they stand: preferences of the domain com.openai.codex, or a configuration
 * profile around them. Null: no property list, or a value in it is not base64.
 */
export function readPreferences(text: string): ManagedPreferences | null {
  const root = parsePropertyList(text);
  if (!root) return null;
  const found = (name: string): string | null => {
    const key = Array.from(root.getElementsByTagName('key')).find(({ textContent }) => textContent?.trim() === name);
    return key ? valueBehind(key) : null;
  };
  const written = { requirementsToml: found(keys.requirementsToml), configToml: found(keys.configToml) };
  const decoded = {
    requirementsToml: written.requirementsToml && decodeBase64Text(written.requirementsToml),
    configToml: written.configToml && decodeBase64Text(written.configToml),
  };
  const isBroken =
    (written.requirementsToml && !decoded.requirementsToml) || (written.configToml && !decoded.configToml);
  return isBroken ? null : decoded;
}
