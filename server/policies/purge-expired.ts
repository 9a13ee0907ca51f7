import type { Services } from '#server/services.ts';
import { purgeDeliveries } from './delivery-queries.ts';
import { purgeReceipts } from './receipt-queries.ts';

const dayMs = 24 * 60 * 60 * 1000;
/** Longer than the longest grace: a week after delivery (policy-revision.ts). */
const supersededKeptDays = 14;
/** A year and a month: who had which version when is evidence. */
const receiptsKeptDays = 400;

/** What clients were told to enforce long ago. @returns how many rows went */
export async function purgeExpiredPolicies({ db, clock }: Pick<Services, 'db' | 'clock'>): Promise<number> {
  const before = (days: number) => new Date(clock().getTime() - days * dayMs);
  const deliveries = await purgeDeliveries(db, before(supersededKeptDays));
  return deliveries + (await purgeReceipts(db, before(receiptsKeptDays)));
}
