import { sql } from 'kysely';
import type { Config } from '#server/config.ts';
import type { Database } from './open-database.ts';

/**
 * The embedded database has no autovacuum: without this its planner takes every table for small, and sorts 100,000 members for a page of
 * fifty. PostgreSQL keeps its statistics itself.
 */
export async function keepStatistics({
  db,
  config,
}: {
  db: Database;
  config: Pick<Config, 'databaseUrl'>;
}): Promise<{ analyzed: boolean }> {
  if (config.databaseUrl !== null) return { analyzed: false };
  await sql`analyze`.execute(db);
  return { analyzed: true };
}
