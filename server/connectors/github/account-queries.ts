import type { Insertable } from 'kysely';
import type { Database } from '#server/db/open-database.ts';
import type { Person } from '#server/db/person-rows.ts';
import type { Tables } from '#server/db/tables.ts';

export const listAccountsOf = (db: Database, workspaceId: string, memberId: string) =>
  db
    .selectFrom('git_accounts')
    .select(['connection_id', 'login', 'linked_at'])
    .where('workspace_id', '=', workspaceId)
    .where('member_id', '=', memberId)
    .orderBy('linked_at')
    .execute();

export const findAccountOwner = async (
  tx: Database,
  workspaceId: string,
  { connectionId, externalId }: { connectionId: string; externalId: string },
): Promise<string | null> =>
  (
    await tx
      .selectFrom('git_accounts')
      .select('member_id')
      .where('workspace_id', '=', workspaceId)
      .where('connection_id', '=', connectionId)
      .where('external_id', '=', externalId)
      .executeTakeFirst()
  )?.member_id ?? null;

/** Null: it is nobody's. */
export const findLinkedAt = async (
  db: Database,
  workspaceId: string,
  { connectionId, externalId }: { connectionId: string; externalId: string },
): Promise<Date | null> =>
  (
    await db
      .selectFrom('git_accounts')
      .select('linked_at')
      .where('workspace_id', '=', workspaceId)
      .where('connection_id', '=', connectionId)
      .where('external_id', '=', externalId)
      .executeTakeFirst()
  )?.linked_at ?? null;

/** A member has one account on a server: another takes its place. */
export const saveAccount = (tx: Database, row: Insertable<Tables['git_accounts']>) =>
  tx
    .insertInto('git_accounts')
    .values(row)
    .onConflict((conflict) =>
      conflict
        .columns(['member_id', 'connection_id'])
        .doUpdateSet({ external_id: row.external_id, login: row.login, linked_at: row.linked_at }),
    )
    .execute();

/** @returns what was linked */
export const deleteAccount = async (
  tx: Database,
  workspaceId: string,
  { connectionId, memberId }: { connectionId: string; memberId: string },
): Promise<{ login: string; externalId: string } | null> =>
  (await tx
    .deleteFrom('git_accounts')
    .where('workspace_id', '=', workspaceId)
    .where('connection_id', '=', connectionId)
    .where('member_id', '=', memberId)
    .returning(['login', 'external_id as externalId'])
    .executeTakeFirst()) ?? null;

export const deleteAccountByExternalId = (
  tx: Database,
  workspaceId: string,
  { connectionId, externalId, linkedBefore }: { connectionId: string; externalId: string; linkedBefore: Date },
) =>
  tx
    .deleteFrom('git_accounts')
    .where('workspace_id', '=', workspaceId)
    .where('connection_id', '=', connectionId)
    .where('external_id', '=', externalId)
    .where('linked_at', '<', linkedBefore)
    .returning(['login', 'member_id'])
    .executeTakeFirst();

/** For whoever asks what is kept about a person. */
export const listAccountsOfPerson = (db: Database, { workspaceId, memberId }: Person) =>
  db
    .selectFrom('git_accounts as a')
    .innerJoin('git_connections as c', 'c.id', 'a.connection_id')
    .select(['c.name as connection', 'c.base_url as server', 'a.login', 'a.external_id', 'a.linked_at'])
    .where('a.workspace_id', '=', workspaceId)
    .where('a.member_id', '=', memberId)
    .orderBy('a.linked_at')
    .execute();
