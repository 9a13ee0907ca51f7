import { useEffect, useState } from 'react';

/** The id of the key that signed, as the head of the signature names it; for keys of the audit log that is their thumbprint. */
export function keyIdOf(jws: string): string | null {
  const [head = ''] = jws.split('.');
  try {
    const text = atob(head.replaceAll('-', '+').replaceAll('_', '/'));
    const header: unknown = JSON.parse(text);
    return typeof header === 'object' && header !== null && 'kid' in header ? String(header.kid) : null;
  } catch {
    return null;
  }
}

/** SHA-256 of a text in hexadecimal, as the printed certificate has it; null until it is worked out. */
export function useSha256(text: string): string | null {
  const [digest, setDigest] = useState<string | null>(null);
  useEffect(() => {
    let isWanted = true;
    void crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)).then((bytes) => {
      const hex = Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
      if (isWanted) setDigest(hex);
    });
    return () => {
      isWanted = false;
    };
  }, [text]);
  return digest;
}
