import type { PersonRows } from '#server/db/person-rows.ts';
import { listProvisioningOf } from './person-queries.ts';

/** What the identity provider's SCIM said about a person. */
export const provisioningOfPerson: PersonRows = {
  kind: 'provisioning',
  async *read(db, person) {
    yield* await listProvisioningOf(db, person);
  },
};
