import type { PersonRows } from '#server/db/person-rows.ts';
import { listAccountsOf } from './person-queries.ts';

/** Who a person is at the identity providers. */
export const accountsOfPerson: PersonRows = {
  kind: 'single-sign-on-accounts',
  async *read(db, person) {
    yield* await listAccountsOf(db, person);
  },
};
