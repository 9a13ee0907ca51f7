import ipaddr from 'ipaddr.js';
import { CompiledQuery } from 'kysely';
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import type { Database } from './open-database.ts';

export type Admission = { allowed: true } | { allowed: false; retryAfterSeconds: number; isFirst: boolean };

export interface RateLimit {
  /** Counts one attempt before it is made, so that attempts in parallel cannot slip past. `isFirst`: the first one refused. */
  take(key: string): Promise<Admission>;
  /** Takes one counted attempt back, because it was a good one. */
  giveBack(key: string): Promise<void>;
  clear(key: string): Promise<void>;
}

/** What rate-limiter-flexible asks of a PostgreSQL client, answered by Kysely: the same on both engines. */
const asClient = (db: Database) => ({
  query: async ({ text, values }: { text: string; values: unknown[] }) => {
    const { rows, numAffectedRows } = await db.executeQuery(CompiledQuery.raw(text, values));
    return { rows, rowCount: Number(numAffectedRows ?? rows.length) };
  },
});

/** A limit kept in the table `rate_limits`, so that a restart forgets nothing and several processes count together. Never inside a transaction. */
export function rateLimit(
  db: Database,
  { name, points, perSeconds }: { name: string; points: number; perSeconds: number },
): RateLimit {
  const limiter = new RateLimiterPostgres({
    storeClient: asClient(db),
    storeType: 'client',
    tableName: 'rate_limits',
    tableCreated: true,
    keyPrefix: name,
    points,
    duration: perSeconds,
  });
  return {
    async take(key) {
      try {
        await limiter.consume(key);
        return { allowed: true };
      } catch (refusal) {
        if (!(refusal instanceof RateLimiterRes)) throw refusal;
        const retryAfterSeconds = Math.max(1, Math.ceil(refusal.msBeforeNext / 1000));
        return { allowed: false, retryAfterSeconds, isFirst: refusal.consumedPoints === points + 1 };
      }
    },
    giveBack: async (key) => {
      await limiter.reward(key);
    },
    clear: async (key) => {
      await limiter.delete(key);
    },
  };
}

/** One key per caller: whoever has an IPv6 address has its whole /64 and could count from zero with each of them. */
export function addressKey(ip: string | null): string {
  if (ip === null || !ipaddr.isValid(ip)) return 'unknown';
  const address = ipaddr.process(ip);
  if (address.kind() === 'ipv4') return address.toString();
  return `${(address as ipaddr.IPv6).parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(':')}::/64`;
}
