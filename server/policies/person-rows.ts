import type { PersonRows } from '#server/db/person-rows.ts';
import { listReceiptsOf } from './person-queries.ts';

/** Which versions of which policies the clients of a person fetched. */
export const deliveriesToPerson: PersonRows = {
  kind: 'policy-deliveries',
  async *read(db, person) {
    yield* await listReceiptsOf(db, person);
  },
};
