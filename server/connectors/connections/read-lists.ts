import type { z } from 'zod';
import type { GitDelivery, GitTokenUse } from '#contract/git-servers.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { listAccountsOf } from '../github/account-queries.ts';
import { listDeliveries } from '../webhooks/delivery-queries.ts';
import { findConnection, listConnections } from './connection-queries.ts';
import { listTokenUses } from './repository-list-queries.ts';

type Needs = Pick<Services, 'db'>;
const listedAtMost = 200;

/** @throws ReeveError not-found */
export async function readDeliveries(
  { db }: Needs,
  workspaceId: string,
  { connectionId, show }: { connectionId: string; show: 'all' | 'failed' },
): Promise<z.infer<typeof GitDelivery>[]> {
  if (!(await findConnection(db, workspaceId, connectionId))) throw new ReeveError('not-found');
  const rows = await listDeliveries(db, workspaceId, { connectionId, show, limit: listedAtMost });
  return rows.map(({ is_caught_up, received_at, due_at, ...row }) => ({
    ...row,
    isCaughtUp: is_caught_up,
    canRetry: row.state === 'failed' && row.tries > 0,
    dueAt: row.state === 'waiting' ? due_at.toISOString() : null,
    receivedAt: received_at.toISOString(),
  }));
}

export async function readTokenUses({ db }: Needs, workspaceId: string): Promise<z.infer<typeof GitTokenUse>[]> {
  const rows = await listTokenUses(db, workspaceId, listedAtMost);
  return rows.map((row) => ({
    id: row.id,
    at: row.at.toISOString(),
    operation: row.operation,
    repository: row.repository,
    permissions: row.permissions,
    expiresAt: row.expires_at.toISOString(),
    forWhom: row.for_whom,
  }));
}

/** A member's own accounts, and the servers that have accounts. */
export async function readAccounts(
  { db }: Needs,
  { workspaceId, memberId }: { workspaceId: string; memberId: string },
) {
  const accounts = await listAccountsOf(db, workspaceId, memberId);
  const servers = (await listConnections(db, workspaceId)).filter(({ kind }) => kind === 'github');
  return {
    items: accounts.map(({ connection_id, login, linked_at }) => ({
      connectionId: connection_id,
      login,
      linkedAt: linked_at.toISOString(),
    })),
    servers: servers.map(({ id, name, base_url }) => ({ connectionId: id, name, host: new URL(base_url).host })),
  };
}
