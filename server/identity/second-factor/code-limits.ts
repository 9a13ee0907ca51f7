import type { Database } from '#server/db/open-database.ts';
import { addressKey, type RateLimit, rateLimit } from '#server/db/rate-limit.ts';
import { ReeveError } from '#server/fail.ts';

const quarterHourSeconds = 15 * 60;
const daySeconds = 24 * 60 * 60;

export interface CodeLimits {
  /** Counts one code before it is looked at. @throws ReeveError too-many-attempts */
  admit(who: CodeTyper): Promise<void>;
  /** After a right code: good ones do not count. */
  forgive(who: CodeTyper): Promise<void>;
  /** Challenges anybody may ask for. @throws ReeveError too-many-attempts */
  admitChallenge(ip: string | null): Promise<void>;
}

export interface CodeTyper {
  memberId: string;
  /** A browser the member has used before: counted for itself, so that a thief of the password cannot lock its owner out. */
  knownDevice: string | null;
}

/**
 * Three of a million codes are right at any moment. Ten tries in a quarter of an hour and sixty a day keep a thief of the password
 * below one in five thousand per day.
 */
export function codeLimits(db: Database): CodeLimits {
  const short = rateLimit(db, { name: 'second-factor', points: 10, perSeconds: quarterHourSeconds });
  const long = rateLimit(db, { name: 'second-factor-day', points: 60, perSeconds: daySeconds });
  const challenges = rateLimit(db, { name: 'passkey-challenge', points: 300, perSeconds: quarterHourSeconds });
  const keyOf = ({ memberId, knownDevice }: CodeTyper) =>
    knownDevice === null ? memberId : `${memberId}/${knownDevice}`;
  const take = async (limit: RateLimit, key: string) => {
    const admission = await limit.take(key);
    if (!admission.allowed)
      throw new ReeveError('too-many-attempts', { retryAfterSeconds: admission.retryAfterSeconds });
  };
  return {
    async admit(who) {
      await take(short, keyOf(who));
      await take(long, keyOf(who));
    },
    async forgive(who) {
      await short.clear(keyOf(who));
      await long.giveBack(keyOf(who));
    },
    admitChallenge: (ip) => take(challenges, addressKey(ip)),
  };
}
