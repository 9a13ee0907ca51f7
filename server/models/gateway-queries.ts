import { type Selectable, sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';
import type { Tables } from '#server/db/tables.ts';
import { heldRoles } from '#server/roles/index.ts';
import { priceRules } from './price-queries.ts';

/** The sealed upstream key in table `secrets`. */
export const upstreamKeyName = 'models.upstream-key';

export type CallRow = Selectable<Tables['model_calls']>;

/** What the workspace says about model calls, and where they go: read for every call. */
export async function readCallSettings(db: Database, workspaceId: string) {
  return db
    .selectFrom('workspaces as w')
    .leftJoin('model_upstreams as u', 'u.workspace_id', 'w.id')
    .leftJoin('secrets as s', (join) => join.onRef('s.workspace_id', '=', 'w.id').on('s.name', '=', upstreamKeyName))
    .select([
      'w.name as workspaceName',
      'w.minimum_client_version as minimumClientVersion',
      'w.minimum_client_from as minimumClientFrom',
      'w.codex_local_enabled as isLocalOn',
      'w.codex_cloud_enabled as isCloudOn',
      'w.api_keys_allowed as apiKeysAllowed',
      'w.old_clients_allowed as oldClientsAllowed',
      'w.policy_grace_minutes as policyGraceMinutes',
      'w.local_content_kept as keepsContent',
      'u.base_url as baseUrl',
      's.sealed as sealedApiKey',
    ])
    .where('w.id', '=', workspaceId)
    .executeTakeFirst();
}
export type CallSettings = NonNullable<Awaited<ReturnType<typeof readCallSettings>>>;

/** With the history of its prices: which one counts, the start of the call says. */
export async function readAllowedModel(db: Database, workspaceId: string, slug: string) {
  return db
    .selectFrom('models as m')
    .select(['m.slug', 'm.upstream_model as upstreamModel', priceRules({ ref: 'm.slug' }).as('prices')])
    .where('m.workspace_id', '=', workspaceId)
    .where('m.slug', '=', slug)
    .executeTakeFirst();
}
export type AllowedModel = NonNullable<Awaited<ReturnType<typeof readAllowedModel>>>;

const finishedColumns = [
  'outcome',
  'refusal_code',
  'message',
  'response_id',
  'input_tokens',
  'cached_input_tokens',
  'output_tokens',
  'reasoning_tokens',
  'cost_usd',
  'alive_at',
  'ended_at',
  'duration_ms',
  'time_to_first_token_ms',
  'credits',
] as const satisfies readonly (keyof CallRow)[];

/** Half of a surrogate pair is no text to PostgreSQL; what clients and upstreams say may hold one. */
const asJson = (rows: readonly CallRow[]) =>
  JSON.stringify(rows, (_key, value) => (typeof value === 'string' ? value.toWellFormed() : value));

/**
 * Writes calls as they stand now: new ones whole, known ones what changes while they run. Safe to repeat. As one JSON value: a
 * parameter for every column of every row costs about twice as much, and with the embedded database streams wait for it.
 */
export async function saveCalls(db: Database, rows: readonly CallRow[]): Promise<void> {
  const changes = finishedColumns.map((name) => sql`${sql.ref(name)} = ${sql.ref(`excluded.${name}`)}`);
  await sql`insert into model_calls select * from json_populate_recordset(null::model_calls, ${asJson(rows)}::json)
    on conflict (id) do update set ${sql.join(changes)}`.execute(db);
}

export async function touchRunningCalls(
  db: Database,
  { ids, at }: { ids: readonly string[]; at: Date },
): Promise<void> {
  await db
    .updateTable('model_calls')
    .set({ alive_at: at })
    .where('id', 'in', [...ids])
    .where('outcome', '=', 'running')
    .execute();
}

/** Rows whose process is gone, as they stand then. Without `lastAliveBefore`: all that are marked running. */
export async function failOrphanedRows(
  tx: Database,
  { at, lastAliveBefore }: { at: Date; lastAliveBefore: Date | null },
): Promise<CallRow[]> {
  let orphans = tx
    .updateTable('model_calls')
    .set({ outcome: 'failed', message: 'Reeve stopped while this call ran.', ended_at: at })
    .where('outcome', '=', 'running');
  if (lastAliveBefore) orphans = orphans.where(sql`coalesce(alive_at, started_at)`, '<', lastAliveBefore);
  return orphans.returningAll().execute();
}

export async function saveSeenClient(
  db: Database,
  {
    workspaceId,
    memberId,
    client,
    version,
    at,
  }: { workspaceId: string; memberId: string; client: string; version: string; at: Date },
): Promise<void> {
  await db
    .insertInto('seen_clients')
    .values({ workspace_id: workspaceId, member_id: memberId, client, version, first_seen_at: at, last_seen_at: at })
    .onConflict((conflict) => conflict.columns(['member_id', 'client', 'version']).doUpdateSet({ last_seen_at: at }))
    .execute();
}

/** Of these members, what decides whether their calls may go on. */
export async function readStandings(db: Database, memberIds: readonly string[]) {
  return db
    .selectFrom('members as m')
    .innerJoin('workspaces as w', 'w.id', 'm.workspace_id')
    .select([
      'm.id as memberId',
      'm.status',
      'w.codex_local_enabled as isLocalOn',
      'w.codex_cloud_enabled as isCloudOn',
    ])
    .select(heldRoles('m.id', 'm.workspace_id').as('held'))
    .where('m.id', 'in', [...memberIds])
    .execute();
}

/**
 * The workspace to which refusals without a known member belong: the only one, or none. A proof tries with tokens that lead nowhere:
 * what names its workspace, or comes from where only proofs call, belongs there.
 */
export async function readOnlyWorkspaceId(
  db: Database,
  { named, isOfProof }: { named: string | null; isOfProof: boolean },
): Promise<string | null> {
  const rows = await db
    .selectFrom('workspaces')
    .select(['id', 'proof_run_id'])
    .where((by) =>
      by.or([by('proof_run_id', 'is', null), by('id', '=', named ?? ''), by(by.val(isOfProof), '=', true)]),
    )
    .orderBy(sql`proof_run_id is null`)
    .limit(3)
    .execute();
  const ofProof = rows.find(({ proof_run_id }) => proof_run_id !== null);
  if (ofProof) return ofProof.id;
  return rows.length === 1 ? (rows[0]?.id ?? null) : null;
}

export const isForeignKeyViolation = (error: unknown): boolean =>
  error instanceof Error && (error as Error & { code?: string }).code === '23503';

/** Part of `column` equal to the search, without its wildcards meaning anything. */
export const containing = (text: string) => sql<string>`${`%${text.replaceAll(/[\\%_]/g, '\\$&')}%`}`;
