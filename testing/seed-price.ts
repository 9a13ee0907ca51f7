import { newId } from '#server/crypto/ids.ts';
import type { Database } from '#server/db/open-database.ts';

interface SeedPrice {
  workspaceId: string;
  model: string;
  input: number;
  cachedInput?: number | null;
  output: number;
  unit?: 'usd' | 'credits';
  validFrom?: Date;
}

/** A price, from the beginning unless said otherwise, written straight into the database. */
export async function seedPrice(
  { db }: { db: Database },
  { workspaceId, model, input, cachedInput = null, output, unit = 'usd', validFrom = new Date(0) }: SeedPrice,
): Promise<void> {
  await db
    .insertInto('model_prices')
    .values({
      id: newId('price'),
      workspace_id: workspaceId,
      model,
      unit,
      input_per_million: input,
      cached_input_per_million: cachedInput,
      output_per_million: output,
      per_usd: null,
      valid_from: validFrom,
      // Before any that a test records, whatever day it makes it.
      recorded_at: new Date(0),
      recorded_by: 'Ada Lovelace <ada@example.com>',
      message: null,
      withdrawn_at: null,
      withdrawn_by: null,
    })
    .execute();
}
