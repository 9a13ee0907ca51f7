import type { EmailDomain } from '#contract/sso.ts';
import { record } from '#server/audit/index.ts';
import { newId } from '#server/crypto/ids.ts';
import { mintToken } from '#server/crypto/token-hash.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { type ActingAdmin, requireOwnerFor } from './acting-admin.ts';
import { findConnection } from './connection-queries.ts';
import { type DomainRow, deleteDomain, findDomain, insertDomain, listDomains } from './domain-queries.ts';
import { domainProblem, normalDomain, txtNameOf } from './domain-rules.ts';

const asDomain = (row: DomainRow): EmailDomain => ({
  id: row.id,
  domain: row.domain,
  status: row.status,
  txtName: txtNameOf(row.domain),
  txtValue: row.txt_value,
  verifiedAt: row.verified_at?.toISOString() ?? null,
  lastCheckedAt: row.last_checked_at?.toISOString() ?? null,
  lastCheck: row.last_check,
  connectionId: row.connection_id,
});

export const readDomains = async (db: Database, workspaceId: string): Promise<EmailDomain[]> =>
  (await listDomains(db, workspaceId)).map(asDomain);

/** @throws ReeveError not-found */
export async function readDomain(db: Database, workspaceId: string, id: string): Promise<EmailDomain> {
  const row = await findDomain(db, workspaceId, id);
  if (!row) throw new ReeveError('not-found');
  return asDomain(row);
}

/** Claims a domain; it counts for nothing before its record was found. @returns its id */
export async function addDomain(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  { workspaceId, actor }: ActingAdmin,
  typed: string,
): Promise<string> {
  const domain = normalDomain(typed);
  const problem = domainProblem(domain);
  if (problem !== null) throw new ReeveError('domain-refused', { domain }, { message: problem });
  const id = newId('dom');
  await db.transaction().execute(async (tx) => {
    const at = clock();
    const isNew = await insertDomain(tx, {
      id,
      workspace_id: workspaceId,
      domain,
      txt_value: mintToken('reeve-verification=').token,
      connection_id: null,
      created_at: at,
      verified_at: null,
      last_checked_at: null,
      last_check: null,
      missing_since: null,
    });
    if (!isNew) throw new ReeveError('already-exists', {}, { message: `${domain} is in the list already.` });
    await record(tx, actor, 'email-domain.added', { at, subject: { kind: 'email-domain', id, label: domain } });
  });
  return id;
}

/** Its people are no longer sent to a connection, and nobody joins by it. */
export async function removeDomain(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  acting: ActingAdmin,
  id: string,
): Promise<void> {
  const { workspaceId, actor } = acting;
  await db.transaction().execute(async (tx) => {
    const row = await findDomain(tx, workspaceId, id);
    if (!row) throw new ReeveError('not-found');
    const connection = row.connection_id === null ? null : await findConnection(tx, workspaceId, row.connection_id);
    if (connection?.status === 'enabled') requireOwnerFor(`take ${row.domain} away from an enabled connection`, acting);
    await deleteDomain(tx, id);
    const subject = { kind: 'email-domain', id, label: row.domain };
    await record(tx, actor, 'email-domain.removed', {
      at: clock(),
      subject,
      before: { status: row.status, connection: connection?.name ?? null },
    });
  });
}
