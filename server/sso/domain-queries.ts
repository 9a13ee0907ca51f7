import type { Insertable, Updateable } from 'kysely';
import type { Database } from '#server/db/open-database.ts';
import type { Tables } from '#server/db/tables.ts';

export const listDomains = (db: Database, workspaceId: string) =>
  db.selectFrom('email_domains').selectAll().where('workspace_id', '=', workspaceId).orderBy('domain').execute();

export type DomainRow = Awaited<ReturnType<typeof listDomains>>[number];

export const listEveryDomain = (db: Database): Promise<DomainRow[]> =>
  db.selectFrom('email_domains').selectAll().orderBy('id').execute();

export const findDomain = (db: Database, workspaceId: string, id: string) =>
  db
    .selectFrom('email_domains')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst();

export const findVerifiedDomain = (db: Database, workspaceId: string, domain: string) =>
  db
    .selectFrom('email_domains')
    .select(['id', 'connection_id'])
    .where('workspace_id', '=', workspaceId)
    .where('domain', '=', domain)
    .where('status', '=', 'verified')
    .executeTakeFirst();

/** The enabled connection of a verified domain. There is one workspace to an installation, and a domain is verified once. */
export const findConnectionOfDomain = (db: Database, domain: string) =>
  db
    .selectFrom('email_domains')
    .innerJoin('sso_connections', 'sso_connections.id', 'email_domains.connection_id')
    .select(['sso_connections.id', 'sso_connections.name'])
    .where('email_domains.domain', '=', domain)
    .where('email_domains.status', '=', 'verified')
    .where('sso_connections.status', '=', 'enabled')
    .executeTakeFirst();

/** False when it is claimed already. */
export const insertDomain = async (tx: Database, row: Insertable<Tables['email_domains']>): Promise<boolean> =>
  (await tx
    .insertInto('email_domains')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()) !== undefined;

export const updateDomain = (tx: Database, id: string, change: Updateable<Tables['email_domains']>) =>
  tx.updateTable('email_domains').set(change).where('id', '=', id).execute();

export const deleteDomain = (tx: Database, id: string) => tx.deleteFrom('email_domains').where('id', '=', id).execute();

/** The connection has exactly these domains afterwards. */
export async function bindDomains(
  tx: Database,
  { connectionId, domainIds }: { connectionId: string; domainIds: readonly string[] },
): Promise<void> {
  await tx
    .updateTable('email_domains')
    .set({ connection_id: null })
    .where('connection_id', '=', connectionId)
    .$if(domainIds.length > 0, (query) => query.where('id', 'not in', domainIds))
    .execute();
  if (domainIds.length > 0)
    await tx.updateTable('email_domains').set({ connection_id: connectionId }).where('id', 'in', domainIds).execute();
}
