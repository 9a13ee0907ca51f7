import { z } from 'zod';
import type { policyDeliveries, Receipt } from '#contract/policy-delivery.ts';
import { cutPage, decodeCursor } from '#server/db/keyset.ts';
import type { Database } from '#server/db/open-database.ts';
import {
  currentKeys,
  type ListedReceipt,
  listReceipts,
  type ReceiptFilter,
  type ReceiptPosition,
  summarizeReach,
} from './receipt-queries.ts';

type Summary = z.infer<NonNullable<(typeof policyDeliveries.summary)['~orpc']['outputSchema']>>;

/** Clients start from what they fetched for so long without asking. */
const cachedForMs = 60 * 60 * 1000;

const Position = z.tuple([z.string(), z.string(), z.string(), z.string(), z.string(), z.string()]);

const asReceipt = (row: ListedReceipt, current: string | undefined): Receipt => ({
  memberId: row.member_id,
  memberName: row.member_name,
  memberEmail: row.member_email,
  policy: row.policy_id === null ? null : { id: row.policy_id, name: row.policy_name ?? '', revision: row.revision },
  isCurrent: row.policy_key === current,
  client: row.client,
  clientVersion: row.client_version === '' ? null : row.client_version,
  form: row.form,
  firstAt: row.first_at.toISOString(),
  lastAt: row.last_at.toISOString(),
  fetches: row.fetches,
  cachedUntil: new Date(row.last_at.getTime() + cachedForMs).toISOString(),
});

/** The newest first, each with whether it is what applies now. */
export async function readReceipts(
  db: Database,
  workspaceId: string,
  { filter, after, limit }: { filter: ReceiptFilter; after: string | null; limit: number },
): Promise<{ items: Receipt[]; nextCursor: string | null }> {
  const position: ReceiptPosition | null = after === null ? null : decodeCursor(after, Position);
  const rows = await listReceipts(db, workspaceId, { filter, after: position, limit });
  const { page, nextCursor } = cutPage(rows, limit, (row) => [
    row.position,
    row.member_id,
    row.policy_key,
    row.client,
    row.client_version,
    row.form,
  ]);
  const current = await currentKeys(db, workspaceId, [...new Set(page.map(({ member_id }) => member_id))]);
  return { items: page.map((row) => asReceipt(row, current.get(row.member_id))), nextCursor };
}

/** How far what is published has reached, of active members. */
export async function summarizeReceipts(db: Database, workspaceId: string): Promise<Summary> {
  const rows = await summarizeReach(db, workspaceId);
  const policies = rows.filter(({ is_version }) => is_version === 0);
  const versions = rows.filter(({ is_version, fetched }) => is_version === 1 && fetched > 0);
  const sum = (of: 'members' | 'fetched' | 'reached') => policies.reduce((total, row) => total + row[of], 0);
  return {
    activeMembers: sum('members'),
    current: sum('reached'),
    behind: sum('fetched') - sum('reached'),
    never: sum('members') - sum('fetched'),
    versions: versions.map(({ client_version, members }) => ({ clientVersion: client_version || null, members })),
    policies: policies.map(({ policy_id, policy_name, revision, members, reached }) => ({
      policy: policy_id === null ? null : { id: policy_id, name: policy_name ?? '', revision: revision ?? 0 },
      members,
      reached,
    })),
  };
}
