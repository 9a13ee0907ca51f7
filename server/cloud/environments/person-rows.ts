import type { PersonRows } from '#server/db/person-rows.ts';
import { listMadeBy, listPinsOf } from './person-queries.ts';

/** Environments of hosted tasks that a person made or pinned. */
export const environmentsOfPerson: PersonRows = {
  kind: 'environments',
  async *read(db, person) {
    for (const row of await listMadeBy(db, person)) yield { what: 'made', ...row };
    for (const row of await listPinsOf(db, person)) yield { what: 'pinned', ...row };
  },
};
