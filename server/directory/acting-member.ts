import type { Permission } from '#contract/permissions.ts';
import type { Actor } from '#server/audit/index.ts';
import { ReeveError } from '#server/fail.ts';
import { actorOf, type RequestContext, signedIn } from '#server/http/request-context.ts';

/** The member who changes others. */
export interface ActingMember {
  workspaceId: string;
  memberId: string;
  name: string;
  isOwner: boolean;
  permissions: ReadonlySet<Permission>;
  actor: Actor;
}

export function actingMember(context: RequestContext): ActingMember {
  const { workspaceId, memberId, name, isOwner, permissions } = signedIn(context);
  return { workspaceId, memberId, name, isOwner, permissions, actor: actorOf(context) };
}

/** Managing people is a permission that a role can carry; making and unmaking owners is not. */
export function requireOwner({ isOwner }: { isOwner: boolean }): void {
  if (!isOwner)
    throw new ReeveError('not-permitted', {}, { message: 'Only a workspace owner can make or change an owner.' });
}
