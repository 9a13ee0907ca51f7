import type { PolicyDocument } from '#contract/policies.ts';
import type { Database } from '#server/db/open-database.ts';

export interface NewRevision {
  policyId: string;
  revision: number;
  document: PolicyDocument;
  message: string;
  at: Date;
  publishedBy: string;
  approvedBy: string | null;
  restoredFrom: number | null;
}

/** Makes a document what is published, and keeps it as a version. */
export async function putRevision(
  tx: Database,
  workspaceId: string,
  { policyId, revision, document, message, at, publishedBy, approvedBy, restoredFrom }: NewRevision,
): Promise<void> {
  const { name, contents, defaults, contact, explainsRules } = document;
  const row = {
    revision,
    name,
    contents,
    defaults,
    tests: JSON.stringify(document.tests),
    contact,
    explains_rules: explainsRules,
  };
  await tx
    .updateTable('policies')
    .set({ ...row, updated_at: at, updated_by: publishedBy })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', policyId)
    .execute();
  await tx
    .insertInto('policy_revisions')
    .values({
      workspace_id: workspaceId,
      policy_id: policyId,
      ...row,
      message,
      approved_by: approvedBy,
      restored_from: restoredFrom,
      created_at: at,
      created_by: publishedBy,
    })
    .execute();
}

const versions = (db: Database, workspaceId: string, policyId: string) =>
  db
    .selectFrom('policy_revisions')
    .select([
      'revision',
      'name',
      'message',
      'created_at as publishedAt',
      'created_by as publishedBy',
      'approved_by as approvedBy',
      'restored_from as restoredFrom',
    ])
    .where('workspace_id', '=', workspaceId)
    .where('policy_id', '=', policyId);

export type VersionRow = Awaited<ReturnType<typeof listVersions>>[number];

/** The newest first; one row more than the limit, when there is one. */
export const listVersions = (
  db: Database,
  workspaceId: string,
  { policyId, before, limit }: { policyId: string; before: number | null; limit: number },
) => {
  const query = versions(db, workspaceId, policyId)
    .orderBy('revision', 'desc')
    .limit(limit + 1);
  return (before === null ? query : query.where('revision', '<', before)).execute();
};

export const readVersion = (
  db: Database,
  workspaceId: string,
  { policyId, revision }: { policyId: string; revision: number },
) =>
  versions(db, workspaceId, policyId)
    .select(['contents', 'defaults', 'tests', 'contact', 'explains_rules as explainsRules'])
    .where('revision', '=', revision)
    .executeTakeFirst();
