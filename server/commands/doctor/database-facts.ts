import { sql } from 'kysely';
import { z } from 'zod';
import type { BlobStore } from '#server/blobs/open-blobs.ts';
import { pendingMigrations } from '#server/db/migrate.ts';
import type { OpenDatabase } from '#server/db/open-database.ts';

export const DatabaseFacts = z.object({
  engine: z.enum(['pglite', 'postgres']),
  serverVersion: z.string(),
  now: z.iso.datetime(),
  pending: z.array(z.string()),
  unknown: z.array(z.string()),
  upstreamUrls: z.array(z.string()),
  blobs: z.object({ total: z.number(), damaged: z.array(z.string()) }),
});
export type DatabaseFacts = z.infer<typeof DatabaseFacts>;

const damagedNamed = 10;

/** What the database tells about itself, and whether the files it names are there; changes nothing. */
export async function readDatabaseFacts(
  { db, engine }: Pick<OpenDatabase, 'db' | 'engine'>,
  blobs: Pick<BlobStore, 'findDamaged'>,
): Promise<DatabaseFacts> {
  const { rows } = await sql<{ version: string; now: Date }>`
    select current_setting('server_version') as version, clock_timestamp() as now`.execute(db);
  const { pending, unknown } = await pendingMigrations(db);
  const upstreams =
    pending.length === 0 ? await db.selectFrom('model_upstreams').select('base_url').distinct().execute() : [];
  return {
    engine,
    serverVersion: rows[0]?.version ?? 'unknown',
    now: (rows[0]?.now ?? new Date()).toISOString(),
    pending,
    unknown,
    blobs: pending.length === 0 ? await blobs.findDamaged(damagedNamed) : { total: 0, damaged: [] },
    upstreamUrls: upstreams.map(({ base_url }) => base_url),
  };
}
