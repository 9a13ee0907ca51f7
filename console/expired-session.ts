import { useSyncExternalStore } from 'react';

type Settle = (signedIn: boolean) => void;

let waiting: Settle[] = [];
let wasSignedIn = false;
const listeners = new Set<() => void>();
const tell = () => {
  for (const listener of listeners) listener();
};

/** Called when the session query has answered; without it a first visit would open the dialog instead of the sign-in page. */
export function rememberSignedIn(signedIn: boolean): void {
  wasSignedIn = signedIn;
}

/** Resolves true once the person has signed in again, false when they chose not to. */
export function waitForSignIn(): Promise<boolean> {
  if (!wasSignedIn) return Promise.resolve(false);
  return new Promise((settle) => {
    waiting = [...waiting, settle];
    tell();
  });
}

export function settleSignIn({ signedIn }: { signedIn: boolean }): void {
  const settled = waiting;
  waiting = [];
  if (!signedIn) wasSignedIn = false;
  for (const settle of settled) settle(signedIn);
  tell();
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

/** True while at least one request waits for the person to sign in again. */
export const useSessionExpired = () => useSyncExternalStore(subscribe, () => waiting.length > 0);
