import type { PolicyDocument } from '#contract/policies.ts';
import type { Database } from '#server/db/open-database.ts';
import type { Author } from '#server/db/policy-tables.ts';

export const readDraft = (db: Database, workspaceId: string, policyId: string) =>
  db
    .selectFrom('policy_drafts')
    .select([
      'version',
      'based_on as basedOn',
      'name',
      'contents',
      'defaults',
      'tests',
      'contact',
      'explains_rules as explainsRules',
      'restored_from as restoredFrom',
      'authors',
      'updated_at as updatedAt',
      'updated_by as updatedBy',
    ])
    .where('workspace_id', '=', workspaceId)
    .where('policy_id', '=', policyId)
    .executeTakeFirst();

export type DraftRow = NonNullable<Awaited<ReturnType<typeof readDraft>>>;

export interface NewDraft {
  policyId: string;
  version: number;
  basedOn: number;
  document: PolicyDocument;
  restoredFrom: number | null;
  authors: readonly Author[];
  at: Date;
  by: string;
}

export async function putDraft(
  tx: Database,
  workspaceId: string,
  { policyId, version, basedOn, document, restoredFrom, authors, at, by }: NewDraft,
): Promise<void> {
  const { name, contents, defaults, contact, explainsRules } = document;
  const row = {
    version,
    based_on: basedOn,
    name,
    contents,
    defaults,
    tests: JSON.stringify(document.tests),
    contact,
    explains_rules: explainsRules,
    restored_from: restoredFrom,
    authors: JSON.stringify(authors),
    updated_at: at,
    updated_by: by,
  };
  await tx
    .insertInto('policy_drafts')
    .values({ policy_id: policyId, workspace_id: workspaceId, ...row })
    .onConflict((conflict) => conflict.column('policy_id').doUpdateSet(row))
    .execute();
}

export async function deleteDraft(tx: Database, workspaceId: string, policyId: string): Promise<void> {
  await tx
    .deleteFrom('policy_drafts')
    .where('workspace_id', '=', workspaceId)
    .where('policy_id', '=', policyId)
    .execute();
}
