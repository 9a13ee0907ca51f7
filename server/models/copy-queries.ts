import { sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';

/** The models that `from` allows, allowed in `to` as well; without their prices. @returns how many */
export async function copyModels(
  tx: Database,
  { from, to, at }: { from: string; to: string; at: Date },
): Promise<number> {
  const { numAffectedRows } = await sql`
    insert into models (workspace_id, slug, display_name, upstream_model, context_window_tokens, reasoning_efforts, is_default, created_at)
    select ${to}, slug, display_name, upstream_model, context_window_tokens, reasoning_efforts, is_default, ${at}::timestamptz
    from models where workspace_id = ${from}`.execute(tx);
  return Number(numAffectedRows ?? 0);
}

/** Where none is allowed yet, a proof still needs one to ask. */
export async function insertProofModel(tx: Database, workspaceId: string, at: Date): Promise<void> {
  const row = {
    workspace_id: workspaceId,
    slug: 'proof-model',
    display_name: 'Scripted model',
    upstream_model: null,
    context_window_tokens: 200_000,
    reasoning_efforts: JSON.stringify(['low', 'medium']),
    is_default: true,
    created_at: at,
  };
  await tx.insertInto('models').values(row).execute();
}
