import type { Database } from '#server/db/open-database.ts';
import type { Author } from '#server/db/policy-tables.ts';

const openRequests = (db: Database, workspaceId: string) =>
  db
    .selectFrom('policy_requests as r')
    .innerJoin('policies as p', 'p.id', 'r.policy_id')
    .innerJoin('policy_drafts as d', 'd.policy_id', 'r.policy_id')
    .select([
      'r.id',
      'r.policy_id as policyId',
      'd.name as policyName',
      'r.draft_version as draftVersion',
      'r.message',
      'r.requested_at as requestedAt',
      'r.requested_by as requestedBy',
      'r.requested_by_id as requestedById',
      'r.authors',
    ])
    .where('r.workspace_id', '=', workspaceId)
    .where('r.state', '=', 'open')
    .where('p.deleted_at', 'is', null);

export const listOpenRequests = (db: Database, workspaceId: string) =>
  openRequests(db, workspaceId).orderBy('r.requested_at').orderBy('r.id').execute();

export type RequestRow = Awaited<ReturnType<typeof listOpenRequests>>[number];

export const readOpenRequest = (db: Database, workspaceId: string, id: string): Promise<RequestRow | undefined> =>
  openRequests(db, workspaceId).where('r.id', '=', id).executeTakeFirst();

export const readOpenRequestOf = (
  db: Database,
  workspaceId: string,
  policyId: string,
): Promise<RequestRow | undefined> =>
  openRequests(db, workspaceId).where('r.policy_id', '=', policyId).executeTakeFirst();

interface NewRequest {
  id: string;
  policyId: string;
  draftVersion: number;
  message: string;
  authors: readonly Author[];
  at: Date;
  by: Author;
}

export async function insertRequest(
  tx: Database,
  workspaceId: string,
  { id, policyId, draftVersion, message, authors, at, by }: NewRequest,
): Promise<void> {
  await tx
    .insertInto('policy_requests')
    .values({
      id,
      workspace_id: workspaceId,
      policy_id: policyId,
      draft_version: draftVersion,
      message,
      authors: JSON.stringify(authors),
      state: 'open',
      requested_at: at,
      requested_by_id: by.id,
      requested_by: by.label,
      decided_at: null,
      decided_by: null,
    })
    .execute();
}

export async function decideRequest(
  tx: Database,
  workspaceId: string,
  {
    id,
    state,
    at,
    by,
    reason,
  }: {
    id: string;
    state: 'approved' | 'declined' | 'withdrawn';
    at: Date;
    by: string;
    reason: string;
  },
): Promise<void> {
  await tx
    .updateTable('policy_requests')
    .set({ state, decided_at: at, decided_by: by, reason })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .execute();
}
