import { sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';

/**
 * A workspace that exists for one proof, with what the real one says about clients. Codex Local and device codes are on in it: whether they
 * are in the real one is not what is proved.
 */
export async function insertProofWorkspace(
  tx: Database,
  { id, like, runId, keepsMinimum, at }: { id: string; like: string; runId: string; keepsMinimum: boolean; at: Date },
): Promise<void> {
  await sql`
    insert into workspaces (id, name, proof_run_id, codex_local_enabled, device_code_enabled, local_content_kept, api_keys_allowed,
      old_clients_allowed, policy_grace_minutes, access_token_max_days, key_max_days, minimum_client_version, minimum_client_from,
      created_at, updated_at)
    select ${id}, name, ${runId}, true, true, local_content_kept, api_keys_allowed, old_clients_allowed, policy_grace_minutes,
      access_token_max_days, key_max_days, case when ${keepsMinimum}::boolean then minimum_client_version end,
      case when ${keepsMinimum}::boolean then minimum_client_from end, ${at}::timestamptz, ${at}::timestamptz
    from workspaces where id = ${like} and proof_run_id is null`.execute(tx);
}
