import { CompactEncrypt, compactDecrypt, decodeProtectedHeader } from 'jose';
import type { KeyRing } from './key-ring.ts';

/** A stored secret that cannot be opened: a missing master key, a changed text, or one moved from another row. */
export class SecretUnreadable extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SecretUnreadable';
  }
}

export interface SecretBox {
  /** `context` says where the secret belongs (`upstreams/ups_…/api_key`); it opens with exactly the same one. */
  seal(plaintext: string, context: string): Promise<string>;
  /** @throws SecretUnreadable */
  open(sealed: string, context: string): Promise<string>;
  /** True when another key than the current one sealed it. */
  needsReseal(sealed: string): boolean;
  readonly currentKeyId: string;
}

const keyWrapping = 'A256GCMKW';
const contentEncryption = 'A256GCM';

function keyIdOf(sealed: string): string | undefined {
  try {
    return decodeProtectedHeader(sealed).kid;
  } catch (cause) {
    throw new SecretUnreadable('this is not a sealed secret', { cause });
  }
}

/**
 * Envelope encryption: each secret has its own content key, wrapped by the current master key (JWE, RFC 7516). The context stands in
 * the protected header, which is authenticated, so a ciphertext copied to another row or column does not open there.
 */
export function createSecretBox({ current, all }: KeyRing): SecretBox {
  const keyFor = (kid: string | undefined) => {
    const key = all.find(({ id }) => id === kid);
    if (key) return key.bytes;
    throw new SecretUnreadable(
      `sealed with the master key ${kid ?? '(unnamed)'}, which is not loaded; put it back into the key file or REEVE_MASTER_KEY`,
    );
  };
  return {
    currentKeyId: current.id,
    seal: (plaintext, context) =>
      new CompactEncrypt(new TextEncoder().encode(plaintext))
        .setProtectedHeader({ alg: keyWrapping, enc: contentEncryption, kid: current.id, context })
        .encrypt(current.bytes),
    async open(sealed, context) {
      const key = keyFor(keyIdOf(sealed));
      const opened = await compactDecrypt(sealed, key, {
        keyManagementAlgorithms: [keyWrapping],
        contentEncryptionAlgorithms: [contentEncryption],
      }).catch((cause: unknown) => {
        throw new SecretUnreadable(`the secret at ${context} was changed or belongs to another key`, { cause });
      });
      if (opened.protectedHeader.context !== context)
        throw new SecretUnreadable(`the secret at ${context} was sealed for another place`);
      return new TextDecoder().decode(opened.plaintext);
    },
    needsReseal: (sealed) => keyIdOf(sealed) !== current.id,
  };
}
