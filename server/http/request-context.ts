import type { Logger } from 'pino';
import type { Permission } from '#contract/permissions.ts';
import type { Actor } from '#server/audit/index.ts';
import { ReeveError } from '#server/fail.ts';

/** The member behind a console session, as of this request. */
export interface SignedInMember {
  memberId: string;
  workspaceId: string;
  email: string;
  name: string;
  /** By whichever way: their own, their groups', the default. */
  roles: readonly { id: string; name: string }[];
  isOwner: boolean;
  permissions: ReadonlySet<Permission>;
  sessionId: string;
  signInMethod: SignInMethod;
  /** When a second factor, or a passkey, was last shown in this session. */
  secondFactorAt: Date | null;
}

export type SignInMethod = 'password' | 'sso' | 'passkey' | 'link';

/** What a handler of Reeve's own API gets besides its input. */
export interface RequestContext {
  requestId: string;
  log: Logger;
  ip: string | null;
  userAgent: string | null;
  member: SignedInMember | null;
  cookieHeader: string | null;
  /** Response headers a handler adds, for example Set-Cookie. */
  responseHeaders: Headers;
}

/** The signed-in member; only endpoints with `allow: 'anyone'` can reach a handler without one. */
export function signedIn(context: RequestContext): SignedInMember {
  if (!context.member) throw new ReeveError('not-signed-in');
  return context.member;
}

export function actorOf(context: RequestContext): Actor {
  const { member, ip } = context;
  if (!member) return { kind: 'anonymous', id: null, label: 'not signed in', workspaceId: null, ip };
  return {
    kind: 'member',
    id: member.memberId,
    label: `${member.name} <${member.email}>`,
    workspaceId: member.workspaceId,
    ip,
  };
}
