/**
 * What somebody may do, decided from the database with nothing kept in memory: one query and the union, at 100,000 members in 500 groups
 * with 60 custom roles, on the embedded database and on PostgreSQL. Goal: 99 of 100 within 5 ms, the query included. Beside it, in turns,
 * the limit: a bare `select 1`. Then what the pages of roles ask for in the same workspace.
 */
import { performance } from 'node:perf_hooks';
import { sql } from 'kysely';
import { allPermissions, can } from '#contract/permissions.ts';
import { migrate } from '#server/db/migrate.ts';
import { type Database, type OpenDatabase, openDatabase } from '#server/db/open-database.ts';
import { findHeldRoles, permissionsFrom } from '#server/roles/index.ts';
import { measurePlan } from '#server/roles/measure-change.ts';
import { planChange } from '#server/roles/plan-change.ts';
import { readHolders, readRoles } from '#server/roles/read-roles.ts';
import { startPostgres } from '#testing/servers/postgres.ts';
import { ms, printTable, quantile, times } from './measure.ts';

const size = { members: 100_000, groups: 500, roles: 60, inGroups: 4 };
const decisions = 5_000;
const workspaceId = 'ws_bench';

/** Every member in four groups, every group with two roles, every tenth member with one of their own. */
async function seed(db: Database): Promise<void> {
  const { members, groups, roles, inGroups } = size;
  await sql`insert into workspaces (id, name, created_at, updated_at) values (${workspaceId}, 'Bench', now(), now())`.execute(
    db,
  );
  await sql`insert into members (id, workspace_id, email, name, status, created_at)
    select 'mem_' || n, ${workspaceId}, 'person-' || n || '@example.com', 'Person ' || n, 'active', now()
    from generate_series(0, ${sql.lit(members - 1)}) n`.execute(db);
  await sql`insert into groups (id, workspace_id, name, created_at)
    select 'grp_' || n, ${workspaceId}, 'Group ' || n, now() from generate_series(0, ${sql.lit(groups - 1)}) n`.execute(
    db,
  );
  await sql`insert into group_members (workspace_id, group_id, member_id, added_at)
    select distinct ${workspaceId}, 'grp_' || ((n * 7 + k * 131) % ${sql.lit(groups)}), 'mem_' || n, now()
    from generate_series(0, ${sql.lit(members - 1)}) n, generate_series(1, ${sql.lit(inGroups)}) k`.execute(db);
  for (let index = 0; index < roles; index += 1) {
    const granted = allPermissions.filter((_, place) => (place + index) % 5 === 0);
    await sql`insert into roles (id, workspace_id, name, permissions, created_at, updated_at)
      values (${`rol_${index}`}, ${workspaceId}, ${`Role ${index}`}, ${JSON.stringify(granted)}, now(), now())`.execute(
      db,
    );
  }
  await sql`insert into role_grants (workspace_id, role_id, group_id, granted_at)
    select ${workspaceId}, 'rol_' || ((n * 3 + k) % ${sql.lit(roles)}), 'grp_' || n, now()
    from generate_series(0, ${sql.lit(groups - 1)}) n, generate_series(0, 1) k`.execute(db);
  await sql`insert into role_grants (workspace_id, role_id, member_id, granted_at)
    select ${workspaceId}, 'rol_' || (n % ${sql.lit(roles)}), 'mem_' || n, now()
    from generate_series(0, ${sql.lit(members - 1)}, 10) n`.execute(db);
  await sql`analyze`.execute(db);
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await run();
  return performance.now() - startedAt;
}

const decide = async (db: Database, memberId: string): Promise<boolean> =>
  can(permissionsFrom(await findHeldRoles(db, workspaceId, memberId)), 'codex-local.use');

const decisionRows: string[][] = [];
const pageRows: string[][] = [];

async function measure(engine: string, { db }: OpenDatabase): Promise<void> {
  await migrate(db);
  await seed(db);
  const samples = { decision: [] as number[], bare: [] as number[] };
  for (let index = -200; index < decisions; index += 1) {
    const memberId = `mem_${((index + 200) * 7919) % size.members}`;
    const decision = await timed(() => decide(db, memberId));
    const bare = await timed(() => sql`select 1`.execute(db));
    // The first ones warm the caches of the database and of the runtime.
    if (index < 0) continue;
    samples.decision.push(decision);
    samples.bare.push(bare);
  }
  const of = (share: number) => [quantile(samples.decision, share), quantile(samples.bare, share)] as const;
  const [median, bareMedian] = of(0.5);
  const [p99, bareP99] = of(0.99);
  decisionRows.push([
    engine,
    ms(median),
    ms(p99),
    ms(bareMedian),
    ms(bareP99),
    times(median / bareMedian),
    p99 <= 5 ? 'yes' : 'no',
  ]);
  const page = async (what: string, run: () => Promise<unknown>) => {
    const taken: number[] = [];
    for (let round = 0; round < 4; round += 1) taken.push(await timed(run));
    pageRows.push([engine, what, ms(quantile(taken.slice(1), 0.5)), times(quantile(taken.slice(1), 0.5) / bareMedian)]);
  };
  const roleChange = { kind: 'role' as const, id: 'rol_1', permissions: ['audit.read' as const] };
  const defaultChange = { kind: 'default-role', roleId: null } as const;
  await page('list of roles, with who has each', () => readRoles(db, workspaceId));
  await page('who has a role: 50 of them', () => readHolders(db, workspaceId, { id: 'rol_1', limit: 50 }));
  await page('what a change of a role changes', async () =>
    measurePlan(db, workspaceId, await planChange(db, workspaceId, roleChange)),
  );
  await page('what another default role changes', async () =>
    measurePlan(db, workspaceId, await planChange(db, workspaceId, defaultChange)),
  );
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
  `Effective permissions: ${size.members} members, ${size.groups} groups, ${size.roles} custom roles`,
  ['database', 'median', 'p99', '`select 1`, median', '`select 1`, p99', 'ratio of medians', 'p99 ≤ 5 ms'],
  decisionRows,
);
printTable('Pages of roles in the same workspace', ['database', 'what', 'median', 'against `select 1`'], pageRows);
