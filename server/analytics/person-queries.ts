import { sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';
import type { Person } from '#server/db/person-rows.ts';

/** Days of UTC: the same for every reader. */
export const listUsageOf = (db: Database, { workspaceId, memberId }: Person) =>
  db
    .selectFrom('usage_days')
    .select([sql<string>`day::text`.as('day'), 'surface', 'client', 'model', 'calls', 'failed_calls', 'refused_calls'])
    .select(['input_tokens', 'cached_input_tokens', 'output_tokens', 'reasoning_tokens', 'credits', 'cost_usd'])
    .where('workspace_id', '=', workspaceId)
    .where('member_id', '=', memberId)
    .where('zone', '=', 'UTC')
    .orderBy('day')
    .execute();
