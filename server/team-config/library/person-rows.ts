import type { PersonRows } from '#server/db/person-rows.ts';
import { listDraftsOf, listReviewsOf } from './person-queries.ts';

/** What a person has in hand in the library: drafts they wrote a part of, and reviews of theirs. */
export const teamConfigOfPerson: PersonRows = {
  kind: 'team-config',
  async *read(db, person) {
    for (const row of await listDraftsOf(db, person)) yield { what: 'draft', ...row };
    for (const row of await listReviewsOf(db, person)) yield { what: 'review', ...row };
  },
};
