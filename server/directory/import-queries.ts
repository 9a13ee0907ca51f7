import { sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';

const oneOf = (values: readonly string[]) => sql`any(cast(${[...values]} as text[]))`;

export const listStatusesByEmail = (db: Database, workspaceId: string, emails: readonly string[]) =>
  db
    .selectFrom('members')
    .select(['email', 'status'])
    .where('workspace_id', '=', workspaceId)
    .where(sql<boolean>`email = ${oneOf(emails)}`)
    .execute();

/** By names in lower case. */
export const listGroupsByName = (db: Database, workspaceId: string, names: readonly string[]) =>
  db
    .selectFrom('groups')
    .select(['id', 'name', 'source'])
    .where('workspace_id', '=', workspaceId)
    .where(sql<boolean>`lower(name) = ${oneOf(names)}`)
    .execute();

export const listCustomRoles = (db: Database, workspaceId: string) =>
  db.selectFrom('roles').select(['id', 'name']).where('workspace_id', '=', workspaceId).execute();
