import { sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';

export interface ReportedCache {
  fingerprint: string;
  environmentId: string;
  builtAt: string;
  bytes: number;
}

/**
 * What a runner says it has kept takes the place of what it said before. Only of environments that are there; how long it serves is
 * what the environment says.
 * @returns the fingerprints that are known now
 */
export async function replaceCaches(
  tx: Database,
  workspaceId: string,
  { runnerId, caches }: { runnerId: string; caches: readonly ReportedCache[] },
): Promise<Set<string>> {
  const fingerprints = caches.map(({ fingerprint }) => fingerprint);
  await sql`delete from cloud_caches where workspace_id = ${workspaceId} and runner_id = ${runnerId}
    and not (fingerprint = any(${sql.val(fingerprints)}::text[]))`.execute(tx);
  if (caches.length === 0) return new Set();
  const { rows } = await sql<{ fingerprint: string }>`
    insert into cloud_caches (runner_id, fingerprint, environment_id, workspace_id, built_at, expires_at, bytes)
    select ${runnerId}, n.fingerprint, e.id, e.workspace_id, n."builtAt",
      n."builtAt" + make_interval(hours => (e.settings ->> 'cacheHours')::integer), n.bytes
    from json_to_recordset(${JSON.stringify(caches)}::json)
      as n(fingerprint text, "environmentId" text, "builtAt" timestamptz, bytes bigint)
    join cloud_environments e on e.id = n."environmentId"
    where e.workspace_id = ${workspaceId} and e.deleted_at is null
    on conflict (runner_id, fingerprint) do update
      set built_at = excluded.built_at, expires_at = excluded.expires_at, bytes = excluded.bytes
    returning fingerprint`.execute(tx);
  return new Set(rows.map(({ fingerprint }) => fingerprint));
}

/** Kept on this runner and past its time. */
export const listExpiredCaches = async (
  db: Database,
  workspaceId: string,
  { runnerId, now }: { runnerId: string; now: Date },
): Promise<string[]> => {
  const rows = await db
    .selectFrom('cloud_caches')
    .select('fingerprint')
    .where('workspace_id', '=', workspaceId)
    .where('runner_id', '=', runnerId)
    .where('expires_at', '<=', now)
    .execute();
  return rows.map(({ fingerprint }) => fingerprint);
};
