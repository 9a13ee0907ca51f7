import { sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';

export interface ReportedCache {
  fingerprint: string;
  environmentId: string;
  builtAt: string;
  bytes: number;
}

/** What a runner has kept now, in one statement: what it had before and has no more goes. */
export async function replaceCaches(
  db: Database,
  workspaceId: string,
  { runnerId, caches }: { runnerId: string; caches: readonly (ReportedCache & { expiresAt: Date })[] },
): Promise<void> {
  await sql`
    with kept as (
      select * from json_to_recordset(${JSON.stringify(caches)}::json)
        as n(fingerprint text, "environmentId" text, "builtAt" timestamptz, "expiresAt" timestamptz, bytes bigint)
    ), gone as (
      delete from cloud_caches where workspace_id = ${workspaceId} and runner_id = ${runnerId}
        and fingerprint not in (select fingerprint from kept)
    )
    insert into cloud_caches (runner_id, fingerprint, environment_id, workspace_id, built_at, expires_at, bytes)
    select distinct on (fingerprint) ${runnerId}, fingerprint, "environmentId", ${workspaceId}, "builtAt", "expiresAt", bytes from kept
    on conflict (runner_id, fingerprint) do update
      set built_at = excluded.built_at, expires_at = excluded.expires_at, bytes = excluded.bytes
    where (cloud_caches.built_at, cloud_caches.expires_at, cloud_caches.bytes)
      is distinct from (excluded.built_at, excluded.expires_at, excluded.bytes)`.execute(db);
}
