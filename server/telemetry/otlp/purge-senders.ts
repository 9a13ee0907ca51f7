import type { Services } from '#server/services.ts';
import { purgeSenders } from './sender-queries.ts';

/** Who reported on which day is asked for the last months only. */
const keptDays = 90;

/** @returns how many rows went */
export const purgeTelemetry = ({ db, clock }: Pick<Services, 'db' | 'clock'>): Promise<number> =>
  purgeSenders(db, new Date(clock().getTime() - keptDays * 86_400_000));
