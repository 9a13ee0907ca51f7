import type { CDPSession, Page } from 'playwright-core';

export interface VirtualAuthenticator {
  /** How many passkeys it holds. */
  count(): Promise<number>;
  /** Its owner is there and unlocks it, or not. */
  setUnlocked(isUnlocked: boolean): Promise<void>;
}

/** A passkey provider inside the browser (Chrome DevTools Protocol, domain WebAuthn): real keys and signatures, no window. */
export async function addVirtualAuthenticator(page: Page): Promise<VirtualAuthenticator> {
  const cdp: CDPSession = await page.context().newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return {
    count: async () => (await cdp.send('WebAuthn.getCredentials', { authenticatorId })).credentials.length,
    setUnlocked: async (isUnlocked) => {
      await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: isUnlocked });
    },
  };
}
