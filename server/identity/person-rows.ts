import { inPages, type PersonRows } from '#server/db/person-rows.ts';
import { listGrantsOf, listPasskeysOf, listSessionsOf, listTokensOf } from './keeping-queries.ts';

/** How a person signs in; hints and names of tokens and passkeys, never what opens anything. */
export const accessOfPerson: readonly PersonRows[] = [
  {
    kind: 'sessions',
    async *read(db, person) {
      yield* await listSessionsOf(db, person);
    },
  },
  {
    kind: 'client-sign-ins',
    read: (db, person) =>
      inPages<Awaited<ReturnType<typeof listGrantsOf>>[number]>((after, limit) =>
        listGrantsOf(db, person, after?.id ?? null, limit),
      ),
  },
  {
    kind: 'access-tokens',
    async *read(db, person) {
      yield* await listTokensOf(db, person);
    },
  },
  {
    kind: 'passkeys',
    async *read(db, person) {
      yield* await listPasskeysOf(db, person);
    },
  },
];
