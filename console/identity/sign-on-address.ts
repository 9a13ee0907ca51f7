import { paths } from '#console/paths.ts';

interface SignOn {
  connectionId: string;
  /** A place of this console. */
  next: string;
  /** Fills the first field at the identity provider. */
  email?: string | undefined;
  /** Asks for the credentials also of somebody who is signed in there and here. */
  isAgain?: boolean;
}

/** Where the browser goes to sign in at an identity provider; it comes back to `next`. */
export function signOnAddress({ connectionId, next, email, isAgain = false }: SignOn): string {
  const query = new URLSearchParams({ connection: connectionId, next });
  if (email) query.set('login_hint', email);
  if (isAgain) query.set('reauthenticate', '1');
  return `/sso/start?${query}`;
}

const signedInElsewhere = 'reeve-signed-in';

/** Signs in in a window of its own, so that the page below keeps what was typed. @returns whether the browser opened it */
export function openSignOn(to: Omit<SignOn, 'next'>): boolean {
  const address = signOnAddress({ ...to, next: paths.signInDone });
  return window.open(address, 'reeve-sign-in', 'popup,width=520,height=720') !== null;
}

export function tellSignedIn(): void {
  const channel = new BroadcastChannel(signedInElsewhere);
  channel.postMessage('signed-in');
  channel.close();
}

/** @returns the end of listening */
export function onSignedInElsewhere(listener: () => void): () => void {
  const channel = new BroadcastChannel(signedInElsewhere);
  channel.onmessage = listener;
  return () => channel.close();
}
