import { sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';
import { type AssignmentRow, listAssignments, readAssignmentState } from './assignment-queries.ts';

export interface ResolutionState {
  order: AssignmentRow[];
  fallbackPolicyId: string | null;
  baselinePolicyId: string | null;
}

/** What decides who gets which policy. */
export async function readResolutionState(db: Database, workspaceId: string): Promise<ResolutionState> {
  const { fallbackPolicyId, baselinePolicyId } = await readAssignmentState(db, workspaceId);
  return { order: await listAssignments(db, workspaceId), fallbackPolicyId, baselinePolicyId };
}

export interface PublishedPolicy {
  id: string;
  name: string;
  revision: number;
  contents: string;
  defaults: string;
}

/** Published policies among these, which are all that can apply. */
export const listPublished = async (
  db: Database,
  workspaceId: string,
  ids: readonly string[],
): Promise<PublishedPolicy[]> =>
  ids.length === 0
    ? []
    : db
        .selectFrom('policies')
        .select(['id', 'name', 'revision', 'contents', 'defaults'])
        .where('workspace_id', '=', workspaceId)
        .where('id', 'in', [...ids])
        .where('revision', '>', 0)
        .where('deleted_at', 'is', null)
        .execute();

/** Drafts of these, as they would be published. */
export const listDraftsOf = async (
  db: Database,
  workspaceId: string,
  ids: readonly string[],
): Promise<PublishedPolicy[]> =>
  ids.length === 0
    ? []
    : db
        .selectFrom('policy_drafts as d')
        .innerJoin('policies as p', 'p.id', 'd.policy_id')
        .select(['p.id', 'd.name', sql<number>`p.revision + 1`.as('revision'), 'd.contents', 'd.defaults'])
        .where('d.workspace_id', '=', workspaceId)
        .where('p.deleted_at', 'is', null)
        .where('d.policy_id', 'in', [...ids])
        .execute();

export const readMemberByEmail = (db: Database, workspaceId: string, email: string) =>
  db
    .selectFrom('members')
    .select(['id', 'name', 'email', 'status'])
    .where('workspace_id', '=', workspaceId)
    .where('email', '=', email.trim().toLowerCase())
    .executeTakeFirst();

export const listGroupIdsOfMember = async (db: Database, workspaceId: string, memberId: string): Promise<string[]> =>
  (
    await db
      .selectFrom('group_members')
      .select('group_id')
      .where('workspace_id', '=', workspaceId)
      .where('member_id', '=', memberId)
      .execute()
  ).map(({ group_id }) => group_id);

export const listGroupNames = async (
  db: Database,
  workspaceId: string,
  ids: readonly string[],
): Promise<{ id: string; name: string }[]> =>
  ids.length === 0
    ? []
    : db
        .selectFrom('groups')
        .select(['id', 'name'])
        .where('workspace_id', '=', workspaceId)
        .where('id', 'in', [...ids])
        .execute();
