import { sql } from 'kysely';
import type { VerifyCheck } from '#contract/setup.ts';
import type { Database } from '#server/db/open-database.ts';
import { type HeldRole, heldRoles } from '#server/roles/index.ts';

export interface MemberWithRoles {
  id: string;
  name: string;
  held: HeldRole[];
}

/** Active members with every role they have, by whichever way, as a session of theirs would read them. */
export const listMembersWithRoles = (db: Database, workspaceId: string): Promise<MemberWithRoles[]> =>
  db
    .selectFrom('members')
    .select(['id', 'name', heldRoles('members.id', 'members.workspace_id').as('held')])
    .where('workspace_id', '=', workspaceId)
    .where('status', '=', 'active')
    .orderBy('name')
    .orderBy('id')
    .execute();

export const listCustomRoles = (db: Database, workspaceId: string) =>
  db
    .selectFrom('roles')
    .select(['id', 'name', 'permissions'])
    .where('workspace_id', '=', workspaceId)
    .orderBy('name')
    .execute();

export interface SignInCounts {
  active: number;
  with_password: number;
  break_glass: number;
  without_connection: number;
}

/** How active members can sign in; `without_connection`: those whose domain leads to no enabled connection. */
export async function countSignIn(db: Database, workspaceId: string): Promise<SignInCounts> {
  const { rows } = await sql<SignInCounts>`
    select count(*)::int as active, count(m.password_hash)::int as with_password,
      count(*) filter (where m.is_break_glass)::int as break_glass,
      count(*) filter (where c.id is null)::int as without_connection
    from members m
    left join email_domains d on d.workspace_id = m.workspace_id and d.status = 'verified' and d.domain = split_part(m.email, '@', 2)
    left join sso_connections c on c.id = d.connection_id and c.status = 'enabled'
    where m.workspace_id = ${workspaceId} and m.status = 'active'`.execute(db);
  return rows[0] ?? { active: 0, with_password: 0, break_glass: 0, without_connection: 0 };
}

export interface Freshness {
  newest_event: Date | null;
  /** Since when the oldest event waits to be counted. */
  uncounted_since: Date | null;
}

export async function readFreshness(db: Database, workspaceId: string): Promise<Freshness> {
  const { rows } = await sql<Freshness>`select
    (select received_at from activity_events where workspace_id = ${workspaceId} order by seq desc limit 1) as newest_event,
    (select min(since) from activity_due where workspace_id = ${workspaceId}) as uncounted_since`.execute(db);
  return rows[0] ?? { newest_event: null, uncounted_since: null };
}

/** Whether this connection to PostgreSQL is encrypted; null: it goes over a socket of this machine. */
export async function readConnectionTls(db: Database): Promise<{ version: string | null; isLocal: boolean }> {
  const { rows } = await sql<{ version: string | null; is_local: boolean }>`
    select s.version, (a.client_addr is null or a.client_addr <<= '127.0.0.0/8' or a.client_addr = '::1') as is_local
    from pg_stat_activity a left join pg_stat_ssl s on s.pid = a.pid and s.ssl
    where a.pid = pg_backend_pid()`.execute(db);
  return { version: rows[0]?.version ?? null, isLocal: rows[0]?.is_local ?? true };
}

export interface CheckState {
  check_id: string;
  /** `host:port`; empty where it does not matter which server looked. */
  server: string;
  state: VerifyCheck['state'];
  evidence: string;
  next: string | null;
  facts: VerifyCheck['facts'];
  since: Date;
  checked_at: Date;
}

export const listStates = (db: Database, workspaceId: string): Promise<CheckState[]> =>
  db
    .selectFrom('setup_check_states')
    .select(['check_id', 'server', 'state', 'evidence', 'next', 'facts', 'since', 'checked_at'])
    .where('workspace_id', '=', workspaceId)
    .execute();

/** Since when it is so stays as long as the state does. */
export async function saveState(
  db: Database,
  workspaceId: string,
  { check_id, server, state, evidence, next, facts, checked_at }: Omit<CheckState, 'since'>,
): Promise<void> {
  const values = [workspaceId, check_id, server, state, evidence, next, JSON.stringify(facts), checked_at, checked_at];
  await sql`
    insert into setup_check_states (workspace_id, check_id, server, state, evidence, next, facts, since, checked_at)
    select ${sql.join(values)} where exists (select 1 from workspaces where id = ${workspaceId})
    on conflict (workspace_id, check_id, server) do update set
      since = case when setup_check_states.state = excluded.state then setup_check_states.since else excluded.since end,
      state = excluded.state, evidence = excluded.evidence, next = excluded.next, facts = excluded.facts,
      checked_at = excluded.checked_at`.execute(db);
}

/** Checks that this version does not have any more, and servers that have not been seen since then. */
export const forgetOtherStates = (
  db: Database,
  workspaceId: string,
  { ids, seenBefore }: { ids: readonly string[]; seenBefore: Date },
) =>
  db
    .deleteFrom('setup_check_states')
    .where('workspace_id', '=', workspaceId)
    .where((by) =>
      by.or([by('check_id', 'not in', [...ids]), by.and([by('server', '!=', ''), by('checked_at', '<', seenBefore)])]),
    )
    .execute();

/** Workspaces of people; one that exists for a proof is nobody's. */
export const listRealWorkspaces = (db: Database) =>
  db.selectFrom('workspaces').select(['id', 'name']).where('proof_run_id', 'is', null).orderBy('created_at').execute();
