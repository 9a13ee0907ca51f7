import { decrypt } from 'xml-encryption';
import type { XmlElement } from './dom.ts';
import { attribute, descendants, namespaces, normalText, parseXml } from './read-xml.ts';
import { SamlRefused } from './refuse-saml.ts';

const xmlenc11 = 'http://www.w3.org/2009/xmlenc11#';
// CBC is what Entra ID and AD FS send. Its padding oracle is closed by answering every failure alike and by taking one answer for each
// attempt that was started. RSA 1.5 is not taken.
const allowed: Record<string, readonly string[]> = {
  EncryptedData: [
    `${xmlenc11}aes128-gcm`,
    `${xmlenc11}aes256-gcm`,
    `${namespaces.encryption}aes128-cbc`,
    `${namespaces.encryption}aes256-cbc`,
  ],
  EncryptedKey: [`${namespaces.encryption}rsa-oaep-mgf1p`],
};

function checkMethods(elements: readonly XmlElement[]): void {
  for (const name of Object.keys(allowed)) {
    const found = elements.filter(({ localName }) => localName === name);
    const [element] = found;
    if (!element || found.length > 1) throw new SamlRefused('malformed', `the encrypted assertion needs one ${name}`);
  }
  for (const method of elements.filter(({ localName }) => localName === 'EncryptionMethod')) {
    const parent = elements.find((element) => element === method.parentNode)?.localName ?? '';
    const algorithm = attribute(method, 'Algorithm') ?? '';
    if (!allowed[parent]?.includes(algorithm))
      throw new SamlRefused('malformed', `the encryption method ${algorithm.slice(0, 100)} is not accepted`);
  }
}

const open = (xml: string, key: string) =>
  new Promise<string>((resolve, reject) => {
    decrypt(
      xml,
      { key, disallowDecryptionWithInsecureAlgorithm: false, warnInsecureAlgorithm: false },
      (error, text) => (error ? reject(error) : resolve(text)),
    );
  });

/**
 * Finds the key that opens an EncryptedAssertion. node-saml opens it once more with that key; the text is for looking at what it will see.
 * @throws SamlRefused
 */
export async function decryptAssertion(
  encryptedAssertion: string,
  privateKeyPems: readonly string[],
): Promise<{ text: string; privateKeyPem: string }> {
  const { documentElement } = parseXml(encryptedAssertion, { problem: 'malformed', what: 'the encrypted assertion' });
  checkMethods(descendants(documentElement));
  for (const privateKeyPem of privateKeyPems) {
    try {
      return { text: normalText(await open(encryptedAssertion, privateKeyPem)), privateKeyPem };
    } catch {
      // Another of our keys may open it.
    }
  }
  throw new SamlRefused('not-decryptable', 'no key of this connection opens it');
}
