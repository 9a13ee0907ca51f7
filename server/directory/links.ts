import type { z } from 'zod';
import type { LinkPreview } from '#contract/directory.ts';
import { record, systemActor } from '#server/audit/index.ts';
import { newId } from '#server/crypto/ids.ts';
import { hashToken, mintToken } from '#server/crypto/token-hash.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { readOnlyWorkspace } from '#server/workspace/index.ts';
import { findUsableLink, insertLinks, type UsableLink, withdrawOwnerLinks } from './link-queries.ts';

const hourMs = 60 * 60 * 1000;
export const ownerLinkHours = 24;
export const invitationDays = 7;

/** The token stands behind `#`: browsers never send that part, so it is in no log, proxy or referrer. */
const linkTo = (origin: string, kind: 'owner' | 'invitation', token: string): string =>
  `${origin}/${kind === 'owner' ? 'setup' : 'join-workspace'}#${token}`;

export interface OwnerLink {
  url: string;
  expiresAt: Date;
}

/**
 * A single-use link that makes its holder an owner: the first one, who creates the workspace, or later another one or an owner
 * who lost the password. Older unused ones stop working.
 */
export async function createOwnerLink(
  { db, clock, origin }: Pick<Services, 'db' | 'clock' | 'origin'>,
  { madeBy }: { madeBy: 'first start' | 'reeve owner-link' },
): Promise<OwnerLink> {
  const { token, hash } = mintToken('owner-');
  const at = clock();
  const expiresAt = new Date(at.getTime() + ownerLinkHours * hourMs);
  await db.transaction().execute(async (tx) => {
    const workspace = await readOnlyWorkspace(tx);
    const id = newId('lnk');
    const workspaceId = workspace?.id ?? null;
    await withdrawOwnerLinks(tx);
    await insertLinks(tx, [
      {
        id,
        workspace_id: workspaceId,
        kind: 'owner',
        member_id: null,
        token_hash: hash,
        created_by: null,
        created_at: at,
        expires_at: expiresAt,
      },
    ]);
    const subject = { kind: 'link', id, label: 'set-up link for an owner' };
    const actor = systemActor(madeBy, workspaceId);
    await record(tx, actor, 'owner-link.created', { at, subject, expiresAt: expiresAt.toISOString() });
  });
  return { url: linkTo(origin, 'owner', token), expiresAt };
}

export interface NewInvitation {
  workspaceId: string;
  memberIds: readonly string[];
  invitedBy: string;
  at: Date;
}

/** One link for each member, in the order given. */
export async function createInvitationLinks(
  tx: Database,
  origin: string,
  { workspaceId, memberIds, invitedBy, at }: NewInvitation,
): Promise<{ links: string[]; expiresAt: Date }> {
  const expiresAt = new Date(at.getTime() + invitationDays * 24 * hourMs);
  const minted = memberIds.map((memberId) => ({ memberId, ...mintToken('join-') }));
  await insertLinks(
    tx,
    minted.map(({ memberId, hash }) => ({
      id: newId('lnk'),
      workspace_id: workspaceId,
      kind: 'invitation',
      member_id: memberId,
      token_hash: hash,
      created_by: invitedBy,
      created_at: at,
      expires_at: expiresAt,
    })),
  );
  return { links: minted.map(({ token }) => linkTo(origin, 'invitation', token)), expiresAt };
}

/** Throws `link-invalid`: why is not told, so that guessing teaches nothing. */
export async function readLink(db: Database, token: string, now: Date): Promise<UsableLink> {
  const link = await findUsableLink(db, hashToken(token), now);
  if (!link) throw new ReeveError('link-invalid');
  if (link.kind === 'invitation' && link.status !== 'invited') throw new ReeveError('link-invalid');
  return link;
}

export async function previewLink(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  token: string,
): Promise<z.infer<typeof LinkPreview>> {
  const link = await readLink(db, token, clock());
  return {
    kind: link.kind,
    workspaceName: link.workspace_name,
    email: link.email,
    // An invitation without a name carries the e-mail in its place.
    name: link.name === link.email ? null : link.name,
    invitedBy: link.created_by,
    expiresAt: link.expires_at.toISOString(),
  };
}
