import type { Actor } from '#server/audit/index.ts';
import { actorOf, type RequestContext, signedIn } from '#server/http/request-context.ts';

/** Whoever connects git servers, or their own account on one. */
export interface ActingMember {
  workspaceId: string;
  memberId: string;
  label: string;
  actor: Actor;
}

export function actingMember(context: RequestContext): ActingMember {
  const { workspaceId, memberId, name } = signedIn(context);
  return { workspaceId, memberId, label: name, actor: actorOf(context) };
}
