import { type BuiltInRole, builtInRoles, permissionsOf } from '#contract/built-in-roles.ts';
import type { Permission } from '#contract/permissions.ts';
import type { SignedInMember } from '#server/http/request-context.ts';

/** A console session of somebody with this role, for tests that mount the API without signing in. */
export const signedInAs = (
  { memberId, workspaceId }: { memberId: string; workspaceId: string },
  {
    role = 'owner',
    more = [],
    email = 'ada@example.com',
    name = 'Ada Lovelace',
  }: { role?: BuiltInRole; more?: readonly Permission[]; email?: string; name?: string } = {},
): SignedInMember => ({
  memberId,
  workspaceId,
  email,
  name,
  roles: [{ id: role, name: builtInRoles[role].name }],
  isOwner: role === 'owner',
  permissions: new Set([...permissionsOf(role), ...more]),
  sessionId: 'ses_x',
  signInMethod: 'password',
  secondFactorAt: null,
  secondFactor: {
    isRequired: false,
    isInForce: false,
    graceUntil: null,
    isEnrolled: false,
    methods: [],
    isFresh: false,
  },
});
