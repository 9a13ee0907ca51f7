import { type Selectable, sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';
import type { Tables } from '#server/db/tables.ts';

export type RunRow = Selectable<Tables['proof_runs']>;
type NewRun = Pick<RunRow, 'id' | 'workspace_id' | 'trigger' | 'started_by' | 'created_at'>;

/** Under the lock of the workspace: numbers have no gap, and one run at a time is a promise. */
export async function insertRun(tx: Database, run: NewRun): Promise<RunRow> {
  const { last } = await tx
    .selectFrom('proof_runs')
    .select(({ fn }) => fn.max('number').as('last'))
    .where('workspace_id', '=', run.workspace_id)
    .executeTakeFirstOrThrow();
  return tx
    .insertInto('proof_runs')
    .values({
      ...run,
      number: (last ?? 0) + 1,
      state: 'waiting',
      verdict: null,
      started_at: null,
      alive_at: null,
      runner: null,
      finished_at: null,
      cancel_asked_at: null,
      error: null,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** A run with the sums of its cells, and its certificate. */
const withSums = (db: Database, workspaceId: string) =>
  db
    .selectFrom('proof_runs as r')
    .selectAll('r')
    .select(({ selectFrom }) => [
      selectFrom('proof_certificates as c').select('c.id').whereRef('c.run_id', '=', 'r.id').as('certificate_id'),
      selectFrom('proof_cells as c')
        .select(({ fn }) => fn.countAll<number>().as('n'))
        .whereRef('c.run_id', '=', 'r.id')
        .as('cells_total'),
      selectFrom('proof_cells as c')
        .select(({ fn }) => fn.countAll<number>().as('n'))
        .whereRef('c.run_id', '=', 'r.id')
        .where('c.state', 'in', ['done', 'failed', 'cancelled'])
        .as('cells_done'),
      selectFrom('proof_cells as c')
        .select(({ fn }) => fn.sum<number>('c.attempts_done').as('n'))
        .whereRef('c.run_id', '=', 'r.id')
        .as('attempts_done'),
      selectFrom('proof_cells as c')
        .select(({ fn }) => fn.sum<number>('c.attempts_total').as('n'))
        .whereRef('c.run_id', '=', 'r.id')
        .as('attempts_total'),
      selectFrom('proof_cells as c')
        .select(() => sql<unknown>`json_agg(c.counts)`.as('counts'))
        .whereRef('c.run_id', '=', 'r.id')
        .as('cell_counts'),
    ])
    .where('r.workspace_id', '=', workspaceId);

export const findRun = (db: Database, workspaceId: string, id: string) =>
  withSums(db, workspaceId).where('r.id', '=', id).executeTakeFirst();
export type RunWithSums = NonNullable<Awaited<ReturnType<typeof findRun>>>;

/** The newest first; one row more than the limit, when there is one. */
export const listRuns = (
  db: Database,
  workspaceId: string,
  { before, limit }: { before: number | null; limit: number },
) =>
  withSums(db, workspaceId)
    .$if(before !== null, (query) => query.where('r.number', '<', before ?? 0))
    .orderBy('r.number', 'desc')
    .limit(limit + 1)
    .execute();

export const findUnfinishedRun = (db: Database, workspaceId: string) =>
  withSums(db, workspaceId).where('r.state', 'in', ['waiting', 'running']).executeTakeFirst();

/** The newest run that has come to an end by itself. */
export const findEndedRun = (db: Database, workspaceId: string): Promise<RunRow | undefined> =>
  db
    .selectFrom('proof_runs')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('finished_at', 'is not', null)
    .where('state', 'in', ['done', 'failed'])
    .orderBy('finished_at', 'desc')
    .limit(1)
    .executeTakeFirst();

/** What a process can carry out; of the rest it takes what nobody has taken since then although nobody is busy. */
interface Able {
  clients: readonly string[];
  unclaimedBefore: Date;
}

const isFor = ({ clients, unclaimedBefore }: Able) => sql`(
  not exists (select 1 from proof_cells c where c.run_id = w.id
    and not (c.client_version in (select jsonb_array_elements_text(${JSON.stringify(clients)}::jsonb))))
  or (w.created_at < ${unclaimedBefore} and not exists (select 1 from proof_runs where state = 'running')))`;

/**
 * Takes the oldest run that waits, in whichever workspace. Two processes never take the same one.
 * @param able left out: whichever run it is
 */
export async function takeWaitingRun(
  db: Database,
  { runner, at, able }: { runner: string; at: Date; able?: Able },
): Promise<RunRow | undefined> {
  const { rows } = await sql<RunRow>`
    update proof_runs set state = 'running', runner = ${runner}, started_at = ${at}, alive_at = ${at}
    where id = (select w.id from proof_runs w where w.state = 'waiting' and ${able ? isFor(able) : sql`true`}
        order by w.created_at limit 1 for update skip locked)
      and state = 'waiting'
    returning *`.execute(db);
  return rows[0];
}

/** @returns whether it still is this runner's, and whether somebody wants it to stop */
export async function beat(
  db: Database,
  { id, runner, at }: { id: string; runner: string; at: Date },
): Promise<{ isOurs: boolean; isCancelled: boolean }> {
  const row = await db
    .updateTable('proof_runs')
    .set({ alive_at: at })
    .where('id', '=', id)
    .where('runner', '=', runner)
    .where('state', '=', 'running')
    .returning('cancel_asked_at')
    .executeTakeFirst();
  return { isOurs: row !== undefined, isCancelled: (row?.cancel_asked_at ?? null) !== null };
}

/** @returns false when another process has ended it meanwhile */
export async function finishRun(
  tx: Database,
  {
    id,
    runner,
    state,
    verdict,
    error,
    at,
  }: {
    id: string;
    runner: string;
    state: 'done' | 'failed' | 'cancelled';
    verdict: RunRow['verdict'];
    error: string | null;
    at: Date;
  },
): Promise<boolean> {
  const row = await tx
    .updateTable('proof_runs')
    .set({ state, verdict, error, finished_at: at })
    .where('id', '=', id)
    .where('runner', '=', runner)
    .where('state', '=', 'running')
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

/** A run that waits ends at once; one that runs is asked to. @returns the state it had; undefined when it had ended */
export async function askToCancel(
  tx: Database,
  { workspaceId, id, at }: { workspaceId: string; id: string; at: Date },
): Promise<'waiting' | 'running' | undefined> {
  const row = await tx
    .selectFrom('proof_runs')
    .select('state')
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  if (row?.state !== 'waiting' && row?.state !== 'running') return undefined;
  const ended = row.state === 'waiting' ? { state: 'cancelled' as const, finished_at: at } : {};
  await tx
    .updateTable('proof_runs')
    .set({ cancel_asked_at: at, ...ended })
    .where('id', '=', id)
    .execute();
  return row.state;
}

/** Runs whose process has said nothing since then. `runner` null: of any; else of any but this one. */
export const failSilentRuns = (
  tx: Database,
  { aliveBefore, error, at }: { aliveBefore: Date; error: string; at: Date },
): Promise<RunRow[]> =>
  tx
    .updateTable('proof_runs')
    .set({ state: 'failed', error, finished_at: at })
    .where('state', '=', 'running')
    .where('alive_at', '<', aliveBefore)
    .returningAll()
    .execute();

/** Workspaces of runs that are not under way: what a process that was killed left behind. */
export const listLeftWorkspaces = async (db: Database): Promise<string[]> => {
  const rows = await db
    .selectFrom('workspaces as w')
    .leftJoin('proof_runs as r', (join) => join.onRef('r.id', '=', 'w.proof_run_id').on('r.state', '=', 'running'))
    .select('w.id')
    .where('w.proof_run_id', 'is not', null)
    .where('r.id', 'is', null)
    .execute();
  return rows.map(({ id }) => id);
};

/** The evidence of old runs is let go; what was expected and observed stays. @returns of how many attempts */
export async function dropOldEvidence(db: Database, keptRuns: number): Promise<number> {
  const { numAffectedRows } = await sql`
    update proof_attempts a set evidence = '[]'::jsonb from proof_cells c
    where c.id = a.cell_id and a.evidence <> '[]'::jsonb and c.run_id in (
      select id from (
        select id, row_number() over (partition by workspace_id order by number desc) as place from proof_runs
      ) placed where place > ${keptRuns})`.execute(db);
  return Number(numAffectedRows ?? 0);
}
