import { sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';
import type { Person } from '#server/db/person-rows.ts';

const wrote = (memberId: string) => sql<boolean>`authors @> ${JSON.stringify([{ id: memberId }])}::jsonb`;

/** Drafts that a member wrote a part of. What is published keeps the name of whoever published it, as the audit log does. */
export const listDraftsOf = (db: Database, { workspaceId, memberId }: Person) =>
  db
    .selectFrom('team_config_drafts')
    .select(['bundle_id', 'version', 'updated_at'])
    .where('workspace_id', '=', workspaceId)
    .where(wrote(memberId))
    .orderBy('bundle_id')
    .execute();

/** Reviews that a member asked for, or of what they wrote. */
export const listReviewsOf = (db: Database, { workspaceId, memberId }: Person) =>
  db
    .selectFrom('team_config_reviews')
    .select(['bundle_id', 'draft_version', 'message', 'state', 'requested_at', 'decided_at', 'reason'])
    .where('workspace_id', '=', workspaceId)
    .where((each) => each.or([each('requested_by_id', '=', memberId), wrote(memberId)]))
    .orderBy('requested_at')
    .orderBy('id')
    .execute();
