import type { Services } from '#server/services.ts';
import { deleteLinks } from './link-queries.ts';

/** Used and expired links stay a month, so that the rows can still be matched with their audit events. */
const linksKeptMs = 30 * 24 * 60 * 60 * 1000;

/** Single-use links that can no longer be used. @returns how many rows went */
export const purgeExpiredDirectory = ({ db, clock }: Pick<Services, 'db' | 'clock'>): Promise<number> =>
  deleteLinks(db, { expiredBefore: new Date(clock().getTime() - linksKeptMs) });
