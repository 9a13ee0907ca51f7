import type { Logger } from 'pino';
import type { KeyScope } from '#contract/key-scopes.ts';
import type { Permission } from '#contract/permissions.ts';
import type { StepUpMethod } from '#contract/second-factor.ts';
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
  secondFactor: SecondFactorStanding;
}

/** What the rule of the workspace and the factors of the member mean for this request. */
export interface SecondFactorStanding {
  /** The rule is about this member … */
  isRequired: boolean;
  /** … and its day has come. */
  isInForce: boolean;
  /** When it will come; null once it has. */
  graceUntil: Date | null;
  isEnrolled: boolean;
  /** How they can confirm a dangerous action. Empty: they are not asked. */
  methods: readonly StepUpMethod[];
  /** Shown in this session within the last ten minutes. */
  isFresh: boolean;
}

export type SignInMethod = 'password' | 'sso' | 'passkey' | 'link';

/** The API key of the workspace behind a call, as of this request. */
export interface KeyHolder {
  keyId: string;
  workspaceId: string;
  name: string;
  scopes: ReadonlySet<KeyScope>;
  /** What the scopes carry in Reeve's own API. */
  permissions: ReadonlySet<Permission>;
  actor: Actor;
}

/** @throws ReeveError key-invalid, key-expired, key-address-refused */
export type ReadKey = (token: string, facts: { ip: string | null }) => Promise<KeyHolder>;

/** What a handler of Reeve's own API gets besides its input. */
export interface RequestContext {
  requestId: string;
  log: Logger;
  ip: string | null;
  userAgent: string | null;
  /** Null for a call with a key: a call has one or the other. */
  member: SignedInMember | null;
  key: KeyHolder | null;
  cookieHeader: string | null;
  /** Response headers a handler adds, for example Set-Cookie. */
  responseHeaders: Headers;
}

/** Whoever calls, a member or a key; for handlers that need no more than whose workspace it is and what they may do. */
export function callerOf(context: RequestContext): {
  workspaceId: string;
  permissions: ReadonlySet<Permission>;
  actor: Actor;
} {
  const { workspaceId, permissions } = context.key ?? signedIn(context);
  return { workspaceId, permissions, actor: actorOf(context) };
}

/** The signed-in member; only endpoints with `allow: 'anyone'` can reach a handler without one. */
export function signedIn(context: RequestContext): SignedInMember {
  if (!context.member) throw new ReeveError('not-signed-in');
  return context.member;
}

export function actorOf(context: RequestContext): Actor {
  const { member, key, ip } = context;
  if (key) return key.actor;
  if (!member) return { kind: 'anonymous', id: null, label: 'not signed in', workspaceId: null, ip };
  return {
    kind: 'member',
    id: member.memberId,
    label: `${member.name} <${member.email}>`,
    workspaceId: member.workspaceId,
    ip,
  };
}
