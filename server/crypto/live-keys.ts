import { stat } from 'node:fs/promises';
import type { KeyRing } from './key-ring.ts';
import { loadMasterKeys, type MasterKeySource } from './master-key.ts';
import { createSecretBox, type SecretBox, SecretUnreadable } from './secret-box.ts';
import { createSigner, type Signer } from './signer.ts';

/** The master keys of a running process. A rotation of the key file takes hold without a restart. */
export interface LiveKeys {
  secrets: SecretBox;
  signerFor(purpose: string): Signer;
  /** Reads the key file again; keys from the environment stay what they are. */
  reload(): Promise<KeyRing>;
  ring(): KeyRing;
}

const modifiedAtMs = (source: MasterKeySource): Promise<number> =>
  source.from === 'environment'
    ? Promise.resolve(0)
    : stat(source.path).then(
        (found) => found.mtimeMs,
        () => 0,
      );

export async function openLiveKeys(source: MasterKeySource): Promise<LiveKeys> {
  let ring = await loadMasterKeys(source);
  let box = createSecretBox(ring);
  let readAtMs = await modifiedAtMs(source);
  const signers = new Map<string, Signer>();

  async function reload(): Promise<KeyRing> {
    readAtMs = await modifiedAtMs(source);
    ring = await loadMasterKeys(source);
    box = createSecretBox(ring);
    signers.clear();
    return ring;
  }
  /** Another process may have rotated the file: what this one cannot open, the new keys may. */
  const reloadIfChanged = async () => (await modifiedAtMs(source)) !== readAtMs && (await reload()) !== null;
  const current = (purpose: string): Signer => {
    const known = signers.get(purpose) ?? createSigner(ring, purpose);
    signers.set(purpose, known);
    return known;
  };
  return {
    ring: () => ring,
    reload,
    secrets: {
      get currentKeyId() {
        return box.currentKeyId;
      },
      seal: (plaintext, context) => box.seal(plaintext, context),
      needsReseal: (sealed) => box.needsReseal(sealed),
      open: (sealed, context) =>
        box.open(sealed, context).catch(async (error: unknown) => {
          if (!(error instanceof SecretUnreadable) || !(await reloadIfChanged())) throw error;
          return box.open(sealed, context);
        }),
    },
    signerFor: (purpose) => ({
      sign: (claims) => current(purpose).sign(claims),
      verify: (signed) => current(purpose).verify(signed),
    }),
  };
}
