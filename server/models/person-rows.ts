import { inPages, type PersonRows } from '#server/db/person-rows.ts';
import { listCallsOf } from './keeping-queries.ts';

export const callsOfPerson: PersonRows = {
  kind: 'model-calls',
  read: (db, person) =>
    inPages<Awaited<ReturnType<typeof listCallsOf>>[number]>((after, limit) =>
      listCallsOf(db, person, after?.id ?? null, limit),
    ),
};
