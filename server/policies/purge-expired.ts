import type { Services } from '#server/services.ts';
import { purgeDeliveries } from './delivery-queries.ts';

/** Longer than the longest grace: a week after delivery (policy-revision.ts). */
const supersededKeptMs = 14 * 24 * 60 * 60 * 1000;

/** What clients were told to enforce long ago. @returns how many rows went */
export const purgeExpiredPolicies = ({ db, clock }: Pick<Services, 'db' | 'clock'>): Promise<number> =>
  purgeDeliveries(db, new Date(clock().getTime() - supersededKeptMs));
