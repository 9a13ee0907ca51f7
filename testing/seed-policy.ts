import { newId } from '#server/crypto/ids.ts';
import type { Database } from '#server/db/open-database.ts';
import { supersedePolicy } from '#server/policies/delivery-queries.ts';

interface Revision {
  name?: string;
  contents?: string;
  defaults?: string;
  contact?: string;
  explainsRules?: boolean;
  at?: Date;
}

/** A policy with one published version, straight into the tables. */
export async function seedPolicy(
  db: Database,
  workspaceId: string,
  {
    name = 'Policy',
    contents = '',
    defaults = '',
    contact = '',
    explainsRules = false,
    at = new Date(),
  }: Revision = {},
): Promise<string> {
  const id = newId('pol');
  const { highest } = await db
    .selectFrom('policies')
    .select(({ fn }) => fn.max('number').as('highest'))
    .where('workspace_id', '=', workspaceId)
    .executeTakeFirstOrThrow();
  const document = { name, contents, defaults, contact, explains_rules: explainsRules, revision: 1 };
  const stamps = { created_at: at, updated_at: at, updated_by: 'Ada Lovelace' };
  await db
    .insertInto('policies')
    .values({ id, workspace_id: workspaceId, number: (highest ?? 0) + 1, ...document, ...stamps })
    .execute();
  const owned = { workspace_id: workspaceId, policy_id: id, created_at: at, created_by: 'Ada Lovelace' };
  await db
    .insertInto('policy_revisions')
    .values({ ...owned, ...document })
    .execute();
  return id;
}

/** Its next version, as publishing makes it: with the former one superseded in the same transaction. */
export async function publishAgain(db: Database, policyId: string, change: Revision): Promise<void> {
  const at = change.at ?? new Date();
  await db.transaction().execute(async (tx) => {
    const before = await tx.selectFrom('policies').selectAll().where('id', '=', policyId).executeTakeFirstOrThrow();
    const document = {
      name: change.name ?? before.name,
      contents: change.contents ?? before.contents,
      defaults: change.defaults ?? before.defaults,
      contact: change.contact ?? before.contact,
      explains_rules: change.explainsRules ?? before.explains_rules,
      revision: before.revision + 1,
    };
    await tx
      .updateTable('policies')
      .set({ ...document, updated_at: at })
      .where('id', '=', policyId)
      .execute();
    const owned = {
      workspace_id: before.workspace_id,
      policy_id: policyId,
      created_at: at,
      created_by: 'Ada Lovelace',
    };
    await tx
      .insertInto('policy_revisions')
      .values({ ...owned, ...document })
      .execute();
    await supersedePolicy(tx, before.workspace_id, { policyId, at });
  });
}

export const setFallback = async (db: Database, workspaceId: string, policyId: string | null): Promise<void> => {
  await db.updateTable('workspaces').set({ fallback_policy_id: policyId }).where('id', '=', workspaceId).execute();
};

export const setBaseline = async (db: Database, workspaceId: string, policyId: string | null): Promise<void> => {
  await db.updateTable('workspaces').set({ baseline_policy_id: policyId }).where('id', '=', workspaceId).execute();
};

/** First match wins, in this order. */
export async function setOrder(
  db: Database,
  workspaceId: string,
  items: readonly { groupId: string; policyId: string }[],
): Promise<void> {
  await db.deleteFrom('policy_assignments').where('workspace_id', '=', workspaceId).execute();
  for (const [position, { groupId, policyId }] of items.entries())
    await db
      .insertInto('policy_assignments')
      .values({ workspace_id: workspaceId, position, group_id: groupId, policy_id: policyId })
      .execute();
}

export async function seedGroup(
  db: Database,
  workspaceId: string,
  { name, memberIds = [] }: { name: string; memberIds?: readonly string[] },
): Promise<string> {
  const id = newId('grp');
  const at = new Date();
  await db.insertInto('groups').values({ id, workspace_id: workspaceId, name, created_at: at }).execute();
  for (const memberId of memberIds)
    await db
      .insertInto('group_members')
      .values({ workspace_id: workspaceId, group_id: id, member_id: memberId, added_at: at })
      .execute();
  return id;
}
