import { hashToken } from '#server/crypto/token-hash.ts';
import type { Database } from '#server/db/open-database.ts';
import { type Admission, addressKey, type RateLimit, rateLimit } from '#server/db/rate-limit.ts';

const quarterHourSeconds = 15 * 60;
const hourSeconds = 60 * 60;

/** Who tries to sign in, as far as it can be known before the password is checked. */
export interface Attempt {
  email: string;
  ip: string | null;
  /** A browser or an address the member has used. Null and false for accounts that do not exist. */
  knownDevice: string | null;
  isKnownAddress: boolean;
}

export interface SignInLimits {
  admit(attempt: Attempt): Promise<Admission>;
  /** After the right password: good attempts do not count. */
  forgive(attempt: Attempt): Promise<void>;
  /** Whether one more refusal may be audited: an attack must not fill the log. */
  mayAuditRefusal(workspaceId: string): Promise<Admission>;
}

/**
 * A browser the member has used is counted for itself alone. Everyone else is counted by address, by address and account, and,
 * unless the member is signed in from that very address, by account: that last limit is what a guess from many addresses meets,
 * and because it never applies to known browsers and addresses it locks nobody out of what they use.
 */
export function signInLimits(db: Database): SignInLimits {
  const byDevice = rateLimit(db, { name: 'sign-in-device', points: 10, perSeconds: quarterHourSeconds });
  const byAddress = rateLimit(db, { name: 'sign-in-address', points: 50, perSeconds: quarterHourSeconds });
  const byBoth = rateLimit(db, { name: 'sign-in-both', points: 10, perSeconds: quarterHourSeconds });
  const byAccount = rateLimit(db, { name: 'sign-in-account', points: 100, perSeconds: hourSeconds });
  const audited = rateLimit(db, { name: 'sign-in-audited', points: 300, perSeconds: hourSeconds });

  const countedBy = ({ email, ip, knownDevice, isKnownAddress }: Attempt): [RateLimit, string][] => {
    if (knownDevice !== null) return [[byDevice, knownDevice]];
    // Hashed, so that the table holds no list of addresses people tried.
    const account = hashToken(email);
    const address = addressKey(ip);
    return [
      [byAddress, address],
      [byBoth, `${address}/${account}`],
      ...(isKnownAddress ? [] : ([[byAccount, account]] satisfies [RateLimit, string][])),
    ];
  };

  return {
    async admit(attempt) {
      for (const [limit, key] of countedBy(attempt)) {
        const admission = await limit.take(key);
        if (!admission.allowed) return admission;
      }
      return { allowed: true };
    },
    async forgive(attempt) {
      for (const [limit, key] of countedBy(attempt)) {
        if (limit === byBoth || limit === byDevice) await limit.clear(key);
        else await limit.giveBack(key);
      }
    },
    mayAuditRefusal: (workspaceId) => audited.take(workspaceId),
  };
}
