import type { Services } from '#server/services.ts';
import { type ChallengeUse, insertChallenge, takeChallenge } from './passkey-queries.ts';

const lifetimeMs = 5 * 60_000;

/** Remembers what was given out to be signed. */
export const keepChallenge = (
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  challenge: string,
  use: ChallengeUse,
): Promise<unknown> => insertChallenge(db, { ...use, challenge, expiresAt: new Date(clock().getTime() + lifetimeMs) });

/** For the library: whether this very challenge was given out for this use. Asking takes it, so no answer counts twice. */
export const isChallengeOf =
  ({ db, clock }: Pick<Services, 'db' | 'clock'>, use: ChallengeUse) =>
  (challenge: string): Promise<boolean> =>
    takeChallenge(db, { ...use, challenge, now: clock() });
