import {
  browserSupportsWebAuthn,
  startAuthentication,
  startRegistration,
  WebAuthnError,
} from '@simplewebauthn/browser';
import type { AuthenticationAnswer, RegistrationAnswer } from '#contract/second-factor-proof.ts';
import { AuthenticationAnswer as Answer, RegistrationAnswer as Registration } from '#contract/second-factor-proof.ts';

const isAddress = /^(\d{1,3}\.){3}\d{1,3}$|^\[/.test(location.hostname);

/** Passkeys are bound to a name; browsers refuse them for an address. */
export const canUsePasskeys = (): boolean => !isAddress && browserSupportsWebAuthn();

/** The person closed the browser's own window, or nothing on this machine fits. No fault of anybody. */
export class PasskeyNotShown extends Error {
  constructor(options?: ErrorOptions) {
    super('No passkey was used. Try again, or choose another way.', options);
    this.name = 'PasskeyNotShown';
  }
}

/** This machine has a passkey of this account already. */
export class PasskeyThereAlready extends Error {
  constructor(options?: ErrorOptions) {
    super('This machine or key has a passkey of your account already.', options);
    this.name = 'PasskeyThereAlready';
  }
}

function inWords(cause: unknown): unknown {
  if (cause instanceof WebAuthnError && cause.code === 'ERROR_AUTHENTICATOR_PREVIOUSLY_REGISTERED')
    return new PasskeyThereAlready({ cause });
  const isBrokenOff = cause instanceof Error && (cause.name === 'NotAllowedError' || cause.name === 'AbortError');
  return isBrokenOff ? new PasskeyNotShown({ cause }) : cause;
}

type Options = Record<string, unknown>;
type RequestOptions = Parameters<typeof startAuthentication>[0]['optionsJSON'];
type CreationOptions = Parameters<typeof startRegistration>[0]['optionsJSON'];

/** Asks the browser to sign with a passkey. @throws PasskeyNotShown */
export async function showPasskey(options: Options): Promise<AuthenticationAnswer> {
  try {
    return Answer.parse(await startAuthentication({ optionsJSON: options as unknown as RequestOptions }));
  } catch (error) {
    throw inWords(error);
  }
}

/** Asks the browser to make a passkey. @throws PasskeyNotShown, PasskeyThereAlready */
export async function makePasskey(options: Options): Promise<RegistrationAnswer> {
  try {
    return Registration.parse(await startRegistration({ optionsJSON: options as unknown as CreationOptions }));
  } catch (error) {
    throw inWords(error);
  }
}
