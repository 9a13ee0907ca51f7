import { sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';

export interface TeamConfigFacts {
  /** Bundles with a published version. */
  published: number;
  /** Groups that subscribe to one. */
  groups: number;
  /** Repositories that say what they have. */
  repositories: number;
  /** Of those, with another content than any published version. */
  modified: number;
}

/** What the overview says about Team Config. */
export async function readTeamConfigFacts(db: Database, workspaceId: string): Promise<TeamConfigFacts> {
  const { rows } = await sql<TeamConfigFacts>`select
    (select count(*)::int from team_config_bundles where workspace_id = ${workspaceId} and deleted_at is null and newest > 0) as published,
    (select count(distinct group_id)::int from team_config_subscriptions where workspace_id = ${workspaceId}) as groups,
    (select count(distinct repository)::int from team_config_usages where workspace_id = ${workspaceId}) as repositories,
    (select count(distinct repository)::int from team_config_usages where workspace_id = ${workspaceId} and is_modified) as modified`.execute(
    db,
  );
  return rows[0] ?? { published: 0, groups: 0, repositories: 0, modified: 0 };
}
