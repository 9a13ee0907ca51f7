import type { Permission } from '#contract/permissions.ts';
import type { Actor } from '#server/audit/index.ts';
import { ReeveError } from '#server/fail.ts';
import { actorOf, type RequestContext, signedIn } from '#server/http/request-context.ts';

/** Whoever sets single sign-on up. */
export interface ActingAdmin {
  workspaceId: string;
  memberId: string;
  sessionId: string;
  label: string;
  isOwner: boolean;
  permissions: ReadonlySet<Permission>;
  actor: Actor;
}

export function actingAdmin(context: RequestContext): ActingAdmin {
  const { workspaceId, memberId, sessionId, isOwner, permissions } = signedIn(context);
  const actor = actorOf(context);
  return { workspaceId, memberId, sessionId, label: actor.label, isOwner, permissions, actor };
}

/** A connection that is on says who everybody is, owners included: whoever can change it could become one. */
export function requireOwnerFor(what: string, { isOwner }: Pick<ActingAdmin, 'isOwner'>): void {
  if (!isOwner)
    throw new ReeveError(
      'not-permitted',
      {},
      { message: `Only a workspace owner can ${what}: a connection that is on signs in everybody, owners included.` },
    );
}
