import { sql } from 'kysely';
import type { CopyPlace } from '#server/db/audit-tables.ts';
import type { Database } from '#server/db/open-database.ts';

export const insertCopies = (
  tx: Database,
  { chain, number, at }: { chain: string; number: number; at: Date },
  places: readonly CopyPlace[],
) =>
  tx
    .insertInto('audit_copies')
    .values(places.map((place) => ({ chain, number, place, next_at: at, problem: null, done_at: null, answer: null })))
    .execute();

/** Takes copies that are due, the oldest first, so that nobody else makes them meanwhile. */
export async function claimCopies(
  db: Database,
  { now, until, places, limit }: { now: Date; until: Date; places: readonly CopyPlace[]; limit: number },
) {
  const { rows } = await sql<{
    chain: string;
    number: number;
    place: CopyPlace;
    attempts: number;
    jws: string;
  }>`
    update audit_copies as c set next_at = ${until}
    from audit_checkpoints as p
    where p.chain = c.chain and p.number = c.number and (c.chain, c.number, c.place) in (
      select d.chain, d.number, d.place from audit_copies as d
      where d.done_at is null and d.next_at <= ${now} and d.place in (${sql.join(places)})
      order by d.next_at limit ${limit} for update skip locked)
    returning c.chain, c.number, c.place, c.attempts, p.jws`.execute(db);
  return rows;
}

export interface CopyId {
  chain: string;
  number: number;
  place: CopyPlace;
}

const one = (db: Database, { chain, number, place }: CopyId) =>
  db.updateTable('audit_copies').where('chain', '=', chain).where('number', '=', number).where('place', '=', place);

export const finishCopy = (db: Database, id: CopyId, { at, answer }: { at: Date; answer: string | null }) =>
  one(db, id).set({ done_at: at, answer, problem: null }).execute();

export const postponeCopy = (db: Database, id: CopyId, { nextAt, problem }: { nextAt: Date; problem: string }) =>
  one(db, id)
    .set((by) => ({ next_at: nextAt, problem, attempts: by('attempts', '+', 1) }))
    .execute();

/** Of each place: what arrived last, and what has not arrived. */
export async function readCopyStates(db: Database, chain: string) {
  const { rows } = await sql<{
    place: CopyPlace;
    done_number: number | null;
    done_at: Date | null;
    waiting: number;
    waiting_since: Date | null;
    attempts: number;
    problem: string | null;
  }>`
    select c.place, max(c.number) filter (where c.done_at is not null) as done_number, max(c.done_at) as done_at,
      count(*) filter (where c.done_at is null) as waiting, min(p.at) filter (where c.done_at is null) as waiting_since,
      coalesce(max(c.attempts) filter (where c.done_at is null), 0) as attempts,
      (array_agg(c.problem order by c.number desc) filter (where c.done_at is null and c.problem is not null))[1] as problem
    from audit_copies c join audit_checkpoints p on p.chain = c.chain and p.number = c.number
    where c.chain = ${chain} group by c.place order by c.place`.execute(db);
  return rows;
}

/** Places where copies have failed to arrive for a while, over all chains. */
export async function listFailingPlaces(db: Database, { since }: { since: Date }) {
  const { rows } = await sql<{ place: CopyPlace; waiting: number; problem: string | null }>`
    select c.place, count(*) as waiting, max(c.problem) as problem
    from audit_copies c join audit_checkpoints p on p.chain = c.chain and p.number = c.number
    where c.done_at is null and c.attempts > 0 and p.at <= ${since} group by c.place order by c.place`.execute(db);
  return rows;
}
