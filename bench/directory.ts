/**
 * The lists of members and groups at 100,000 members in 1,000 groups, on the embedded database and on PostgreSQL: pages, sorts, searches,
 * filters and counts as the console asks for them, each as a ratio to reading one member by id. Goal: a page within 50 ms whatever is
 * searched. Both have statistics: PostgreSQL's autovacuum keeps them, for the
 * embedded database a background job does.
 */
import { performance } from 'node:perf_hooks';
import { sql } from 'kysely';
import type { z } from 'zod';
import type { directory } from '#contract/directory.ts';
import { migrate } from '#server/db/migrate.ts';
import { type Database, type OpenDatabase, openDatabase } from '#server/db/open-database.ts';
import { readGroups } from '#server/directory/groups.ts';
import { findMember } from '#server/directory/member-queries.ts';
import { countMembers, readMembers } from '#server/directory/read-members.ts';
import { startPostgres } from '#testing/servers/postgres.ts';
import { ms, printTable, quantile, times } from './measure.ts';

const size = { members: 100_000, groups: 1_000, inGroups: 3 };
const workspaceId = 'ws_bench';
const rounds = 9;
const goalMs = 50;

const first = ['Ada', 'Grace', 'Alan', 'Barbara', 'Edsger', 'Linus', 'Margaret', 'Donald', 'Frances', 'Niklaus'];
const syllables = ['ka', 'lo', 'mi', 'ren', 'tar', 'vos', 'shi', 'bel', 'dun', 'fer', 'gol', 'hax', 'jun'];

/** Names of many kinds, so that a part of one is in few of them. */
async function seed(db: Database): Promise<void> {
  const names = sql`(array[${sql.join(first)}])[1 + n % ${sql.lit(first.length)}]`;
  const part = (step: number) =>
    sql`(array[${sql.join(syllables)}])[1 + (n / ${sql.lit(step)}) % ${sql.lit(syllables.length)}]`;
  const surname = sql`initcap(${part(1)} || ${part(13)} || ${part(169)} || ${part(2197)})`;
  await sql`insert into workspaces (id, name, created_at, updated_at) values (${workspaceId}, 'Bench', now(), now())`.execute(
    db,
  );
  await sql`insert into members (id, workspace_id, email, name, status, source, created_at, last_active_at)
    select 'mem_' || n, ${workspaceId}, lower(${names} || '.' || ${surname}) || n || '@example.com', ${names} || ' ' || ${surname},
      case when n % 1000 = 0 then 'suspended' when n % 50 = 0 then 'invited' else 'active' end,
      case when n % 3 = 0 then 'scim' else 'manual' end,
      timestamptz '2026-01-01' + n * interval '1 minute', timestamptz '2026-06-01' + (n * 7919 % 100000) * interval '1 second'
    from generate_series(0, ${sql.lit(size.members - 1)}) n`.execute(db);
  await sql`insert into groups (id, workspace_id, name, created_at)
    select 'grp_' || n, ${workspaceId}, case when n = 0 then 'Everybody' else 'Team ' || n end, now()
    from generate_series(0, ${sql.lit(size.groups - 1)}) n`.execute(db);
  await sql`insert into group_members (workspace_id, group_id, member_id, added_at)
    select distinct ${workspaceId}, 'grp_' || (1 + (n * 7 + k * 131) % ${sql.lit(size.groups - 1)}), 'mem_' || n, now()
    from generate_series(0, ${sql.lit(size.members - 1)}) n, generate_series(1, ${sql.lit(size.inGroups)}) k`.execute(
    db,
  );
  await sql`insert into group_members (workspace_id, group_id, member_id, added_at)
    select ${workspaceId}, 'grp_0', 'mem_' || n, now() from generate_series(0, 99999, 10) n`.execute(db);
  await sql`insert into role_grants (workspace_id, role_id, group_id, granted_at)
    select ${workspaceId}, 'codex-admin', 'grp_' || n, now() from generate_series(1, 20) n`.execute(db);
  await sql`insert into role_grants (workspace_id, role_id, member_id, granted_at)
    select ${workspaceId}, 'analytics-viewer', 'mem_' || n, now() from generate_series(0, 99999, 100) n`.execute(db);
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await run();
  return performance.now() - startedAt;
}

type Query = z.output<NonNullable<(typeof directory.members.list)['~orpc']['inputSchema']>>;

/** A cursor far into the list, as somebody has who went on and on. */
async function deepCursor(db: Database, query: Query): Promise<string> {
  let cursor: string | null = null;
  for (let page = 0; page < 250; page += 1) {
    const next: { nextCursor: string | null } = await readMembers(db, workspaceId, {
      ...query,
      limit: 200,
      ...(cursor !== null && { cursor }),
    });
    cursor = next.nextCursor;
  }
  if (cursor === null) throw new Error('the list ended before it was deep');
  return cursor;
}

const rows: string[][] = [];

async function measure(engine: string, { db }: OpenDatabase): Promise<void> {
  await migrate(db);
  // Entry by entry the index of the search would take most of the time of this run.
  await sql`drop index members_by_text`.execute(db);
  await seed(db);
  await sql`create index members_by_text on members using gin (reeve_grams(lower(name) || ' ' || email))`.execute(db);
  await sql`analyze`.execute(db);
  const base: Query = { limit: 50, sort: 'name', direction: 'asc' };
  const members = (more: Partial<Query>) => () => readMembers(db, workspaceId, { ...base, ...more });
  const count = (more: Partial<Query>) => () => countMembers(db, workspaceId, more);
  const cursor = await deepCursor(db, base);
  const cases: [what: string, run: () => Promise<unknown>][] = [
    ['first page by name', members({})],
    ['first page by e-mail, descending', members({ sort: 'email', direction: 'desc' })],
    ['first page by last activity', members({ sort: 'lastActiveAt', direction: 'desc' })],
    ['page 1,000 by name', members({ cursor })],
    ['search: a few people', members({ search: 'linus.loshimi' })],
    ['search: rare part of a name', members({ search: 'Shihaxbel' })],
    ['search: a tenth of all (`ada`)', members({ search: 'ada' })],
    ['search: nobody', members({ search: 'nobody of this name' })],
    ['search: one character', members({ search: 'x' })],
    ['search: the name of a group of 300', members({ search: 'team 417' })],
    ['search: the name of every group', members({ search: 'team' })],
    ['filter: suspended', members({ status: 'suspended' })],
    ['filter: role by groups', members({ roleId: 'codex-admin' })],
    ['filter: the default role', members({ roleId: 'codex-user' })],
    ['filter: in no group', members({ grouped: 'no' })],
    ['a group of 10,000', members({ groupId: 'grp_0' })],
    ['a group of 10,000, searched', members({ groupId: 'grp_0', search: 'loshi' })],
    ['counts of all', count({})],
    ['counts of a search', count({ search: 'Shihaxbel' })],
    ['counts of a search that finds a tenth', count({ search: 'ada' })],
    ['groups: first page, with sizes', () => readGroups(db, workspaceId, { limit: 50 })],
    ['groups: by a member', () => readGroups(db, workspaceId, { limit: 50, member: 'linus.loshimi' })],
  ];
  const point: number[] = [];
  for (let index = -20; index < 200; index += 1) {
    const taken = await timed(() => findMember(db, workspaceId, `mem_${((index + 20) * 7919) % size.members}`));
    if (index >= 0) point.push(taken);
  }
  const pointMs = quantile(point, 0.5);
  for (const [what, run] of cases) {
    const taken: number[] = [];
    for (let round = -2; round < rounds; round += 1) {
      const one = await timed(run);
      if (round >= 0) taken.push(one);
    }
    const median = quantile(taken, 0.5);
    const worst = quantile(taken, 0.95);
    rows.push([engine, what, ms(median), ms(worst), times(median / pointMs), worst <= goalMs ? 'yes' : 'no']);
  }
  rows.push([engine, 'one member by id (the unit)', ms(pointMs), ms(quantile(point, 0.95)), times(1), 'yes']);
}

const embedded = await openDatabase({ url: null, dataFolder: 'memory' });
await measure('PGlite', embedded);
await embedded.close();
const server = await startPostgres();
const opened = await openDatabase({ url: server.url, dataFolder: 'memory' });
await measure('PostgreSQL', opened);
await opened.close();
await server.stop();
printTable(
  `Directory: ${size.members} members, ${size.groups} groups`,
  ['database', 'what', 'median', 'p95', 'ratio to one member by id', `p95 ≤ ${goalMs} ms`],
  rows,
);
