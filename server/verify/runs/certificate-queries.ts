import type { Selectable } from 'kysely';
import type { Database } from '#server/db/open-database.ts';
import type { Tables } from '#server/db/tables.ts';

export type CertificateRow = Selectable<Tables['proof_certificates']>;

/** Once for a run; a certificate never changes. */
export const insertCertificate = (tx: Database, row: CertificateRow) =>
  tx.insertInto('proof_certificates').values(row).execute();

export const findCertificate = (
  db: Database,
  workspaceId: string,
  runId: string,
): Promise<CertificateRow | undefined> =>
  db
    .selectFrom('proof_certificates')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('run_id', '=', runId)
    .executeTakeFirst();

/** What the certificate says of where it is from. */
export const readWorkspaceName = async (db: Database, workspaceId: string): Promise<string> =>
  (await db.selectFrom('workspaces').select('name').where('id', '=', workspaceId).executeTakeFirstOrThrow()).name;
