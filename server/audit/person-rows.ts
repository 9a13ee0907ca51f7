import { inPages, type PersonRows } from '#server/db/person-rows.ts';
import { listEntriesOf } from './person-queries.ts';

export const entriesOfPerson: PersonRows = {
  kind: 'audit',
  read: (db, person) =>
    inPages<Awaited<ReturnType<typeof listEntriesOf>>[number]>((after, limit) =>
      listEntriesOf(db, person, after?.id ?? null, limit),
    ),
};
