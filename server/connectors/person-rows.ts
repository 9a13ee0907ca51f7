import type { PersonRows } from '#server/db/person-rows.ts';
import { listAccountsOfPerson } from './github/account-queries.ts';

/** Who a person is at the git servers. */
export const gitAccountsOfPerson: PersonRows = {
  kind: 'git-accounts',
  async *read(db, person) {
    yield* await listAccountsOfPerson(db, person);
  },
};
