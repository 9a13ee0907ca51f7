import { type ExpressionBuilder, sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';
import type { Tables } from '#server/db/tables.ts';
import { versionColumns } from './queries.ts';

export interface VersionKey {
  id: string;
  number: number;
}

const ofKeys = (each: ExpressionBuilder<Tables, 'team_config_versions'>, keys: readonly VersionKey[]) =>
  each(
    each.refTuple('bundle_id', 'number'),
    'in',
    keys.map(({ id, number }) => each.tuple(id, number)),
  );

/** One of each of these bundles, in one query. */
export const listVersionsOf = async (db: Database, workspaceId: string, keys: readonly VersionKey[]) =>
  keys.length === 0
    ? []
    : db
        .selectFrom('team_config_versions')
        .select(['bundle_id as bundleId', ...versionColumns])
        .where('workspace_id', '=', workspaceId)
        .where((each) => ofKeys(each, keys))
        .execute();

/** What decides the bytes of tars, without the files: only where they lie. */
export const listTarFacts = async (db: Database, workspaceId: string, keys: readonly VersionKey[]) =>
  keys.length === 0
    ? []
    : db
        .selectFrom('team_config_versions')
        .select(['bundle_id as id', 'number', 'name', 'origin', 'sha256', 'published_at as publishedAt'])
        .select(sql<string[]>`jsonb_path_query_array(files, '$[*].path')`.as('paths'))
        .where('workspace_id', '=', workspaceId)
        .where((each) => ofKeys(each, keys))
        .execute();
