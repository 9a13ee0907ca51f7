import { type Actor, record } from '#server/audit/index.ts';
import type { Services } from '#server/services.ts';
import { findGrant, type GrantWithMember, type RevokedBecause } from '../client-grant-queries.ts';
import { revokeGrant } from '../client-grants.ts';
import { clientName } from './clients.ts';

export type EndGrantParts = Pick<Services, 'db' | 'clock' | 'signals'>;

const clientActor = (grant: GrantWithMember, ip: string | null): Actor => ({
  kind: 'client',
  id: grant.memberId,
  label: `${grant.name} <${grant.email}>`,
  workspaceId: grant.workspaceId,
  ip,
});

interface GrantEnd {
  because: RevokedBecause;
  event: 'client.refused' | 'client.signed-out' | 'refresh-token.reused';
  ip: string | null;
}

/** Ends a sign-in for a reason that came from the client, with its audit event. Does nothing when it has ended meanwhile. */
export async function endGrant(
  { db, clock, signals }: EndGrantParts,
  grant: GrantWithMember,
  { because, event, ip }: GrantEnd,
): Promise<void> {
  const { workspaceId, memberId, id } = grant;
  const at = clock();
  const ended = await db.transaction().execute(async (tx) => {
    const revoked = await revokeGrant(tx, { workspaceId, memberId, id, at, because });
    const subject = { kind: 'client-sign-in', id, label: clientName(grant.clientId) };
    if (revoked) await record(tx, clientActor(grant, ip), event, { at, subject, because });
    return revoked !== null;
  });
  if (ended) signals.emit('access-changed', { workspaceId, memberId, because: 'signed-out' });
}

/** RFC 6749 §4.1.2: a code used twice takes the tokens of its first use with it. */
export async function endReusedCode(services: EndGrantParts, oauthGrantId: string): Promise<void> {
  const grant = await findGrant(services.db, oauthGrantId);
  if (grant) await endGrant(services, grant, { because: 'code-reused', event: 'client.signed-out', ip: null });
}
