import type { Services } from '#server/services.ts';
import { deleteEndedSecrets } from './queries.ts';

/** Secrets whose overlap is over are refused already; this only takes their rows away. Returns how many went. */
export const purgeEndedSecrets = ({ db, clock }: Pick<Services, 'db' | 'clock'>): Promise<number> =>
  deleteEndedSecrets(db, clock());
