import { sql } from 'kysely';
import { distinctNames, memberFigures } from '#server/analytics/figures.ts';
import type { Database } from '#server/db/open-database.ts';

export const workspaceId = 'ws_bench';
export const lastDay = '2026-11-26';

/** Figures of a row: tens of calls, a few threads and turns. `x` is a number that differs from row to row. */
const figures = sql.join(
  memberFigures.map((name) => {
    if (name.startsWith('threads')) return sql`1 + x % 3`;
    if (name.startsWith('turns')) return sql`1 + x % 9`;
    if (name.endsWith('tokens')) return sql`x % 50000`;
    if (name === 'credits' || name === 'cost_usd') return sql`(x % 1000) / 7.0`;
    return name === 'calls' ? sql`1 + x % 40` : sql`x % 2`;
  }),
);
const columns = sql.join([...memberFigures].map((name) => sql.ref(name)));
const leaves = sql`(values (0, 'CODEX_CLI', 'codex_exec', 'gpt-5.5'), (1, 'CODEX_CLI', 'codex_cli_rs', 'gpt-5.5'),
  (2, 'CODEX_IDE_VSCODE', 'codex_vscode', 'gpt-5.5'), (3, 'CODEX_IDE_VSCODE', 'codex_vscode', 'gpt-5.5-mini')) as l (l, surface, client, model)`;

export async function seedPeople(
  db: Database,
  { members, groups }: { members: number; groups: number },
): Promise<void> {
  await sql`insert into workspaces (id, name, created_at, updated_at) values (${workspaceId}, 'Bench', now(), now())`.execute(
    db,
  );
  // Entry by entry the index of the search would take most of the time.
  await sql`drop index if exists members_by_text`.execute(db);
  await sql`insert into members (id, workspace_id, email, name, status, source, created_at)
    select 'mem_' || n, ${workspaceId}, 'person-' || n || '@example.com', 'Person ' || n, 'active', 'manual', now()
    from generate_series(0, ${sql.lit(members - 1)}) n`.execute(db);
  await sql`insert into groups (id, workspace_id, name, created_at)
    select 'grp_' || n, ${workspaceId}, 'Team ' || n, now() from generate_series(0, ${sql.lit(groups - 1)}) n`.execute(
    db,
  );
  await sql`insert into group_members (workspace_id, group_id, member_id, added_at)
    select distinct ${workspaceId}, 'grp_' || (n * 7 + k * 131) % ${sql.lit(groups)}, 'mem_' || n, now()
    from generate_series(0, ${sql.lit(members - 1)}) n, generate_series(1, 3) k`.execute(db);
}

/** A year of months and totals, and the last days of every other member: what the dashboard reads of a year. */
export async function seedYear(
  db: Database,
  { members, groups, days }: { members: number; groups: number; days: number },
): Promise<void> {
  const scattered = sql`(n * 7919 + m * 104729 + l.l * 31) % 1000003`;
  await sql`insert into usage_months (workspace_id, zone, month, member_id, surface, client, model, days, ${columns})
    select ${workspaceId}, 'UTC', month, member_id, surface, client, model, (x % 1048576) * 2 + 1, ${figures} from (
      select (date '2025-12-01' + m * interval '1 month')::date as month, 'mem_' || n as member_id, l.*, ${scattered} as x
      from generate_series(0, 11) m, generate_series(0, ${sql.lit(members - 1)}) n, ${leaves} where l.l = n % 4 or (n % 3 = 0 and l.l = 0)) s`.execute(
    db,
  );
  await sql`insert into usage_days (workspace_id, zone, day, member_id, surface, client, model, ${columns})
    select ${workspaceId}, 'UTC', day, member_id, surface, client, model, ${figures} from (
      select ${lastDay}::date - m as day, 'mem_' || n as member_id, l.*, ${scattered} as x
      from generate_series(0, ${sql.lit(days - 1)}) m, generate_series(0, ${sql.lit(members - 1)}) n, ${leaves}
      where l.l = n % 4 and (n + m) % 2 = 0) s`.execute(db);
  const totals = (grain: 'day' | 'week', first: string, count: number, step: number) =>
    sql`insert into usage_totals (workspace_id, zone, grain, day, group_id, surface, client, model, ${columns}, ${sql.join(distinctNames('members').map((name) => sql.ref(name)))})
    select ${workspaceId}, 'UTC', ${grain}, day, group_id, surface, client, model, ${figures}, ${sql.join(distinctNames('members').map(() => sql`1 + x % 40`))} from (
      select ${first}::date - m * ${sql.lit(step)} as day, case when n < 0 then '' else 'grp_' || n end as group_id, l.*, abs(${scattered}) as x
      from generate_series(0, ${sql.lit(count - 1)}) m, generate_series(-1, ${sql.lit(groups - 1)}) n, ${leaves}) s`.execute(
      db,
    );
  await totals('day', lastDay, 365, 1);
  await totals('week', '2026-11-23', 52, 7);
  await sql`insert into usage_mark_totals (workspace_id, zone, day, group_id, surface, client, model, what, name, tool, decided_by, rule, policy_name,
      times, failed, duration_ms, timed, members)
    select ${workspaceId}, 'UTC', ${lastDay}::date - m, '', 'CODEX_CLI', 'codex_exec', 'gpt-5.5', w.what, w.what || k, '', w.by,
      case when w.what = 'decision' then '12.3.' || k else '' end, 'Policy ' || k, 10 + k, k % 7, 1000, 10, 5
    from generate_series(0, 364) m, generate_series(1, 60) k,
      (values ('tool', ''), ('decision', 'policy'), ('refusal', '')) as w (what, by)`.execute(db);
}

/** Model calls of members over thirty days, each with its thread and turn. */
export async function seedEvents(
  db: Database,
  { from, count, members }: { from: number; count: number; members: number },
): Promise<void> {
  await sql`insert into activity_events (workspace_id, id, at, received_at, source, kind, member_id, surface, client, model, thread_id, turn_id,
      outcome, input_tokens, cached_input_tokens, output_tokens, reasoning_tokens, cost_usd, credits)
    select ${workspaceId}, lpad(to_hex(n), 12, '0') || md5(n::text), at, at, 'gateway', 'model.call', 'mem_' || (n * 7919) % ${sql.lit(members)},
      'CODEX_CLI', 'codex_exec', 'gpt-5.5', 't' || n / 20, 'u' || n / 5, 'completed', n % 5000, n % 3000, n % 900, n % 100, 0.01, 0.2
    from (select n, timestamptz '2026-10-28' + (n::bigint * 104729 % 2592000) * interval '1 second' as at
      from generate_series(${sql.lit(from)}, ${sql.lit(from + count - 1)}) n) s`.execute(db);
}
