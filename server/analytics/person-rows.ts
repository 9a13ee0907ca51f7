import type { PersonRows } from '#server/db/person-rows.ts';
import { listUsageOf } from './person-queries.ts';

export const usageOfPerson: PersonRows = {
  kind: 'usage',
  async *read(db, person) {
    yield* await listUsageOf(db, person);
  },
};
