import { z } from 'zod';
import { RoleRef } from './session-state.ts';

export const At = z.iso.datetime();
export const Id = z.object({ id: z.string() });
export const Done = z.object({});
export const tag = 'Members and groups';

export const MemberStatus = z.enum(['invited', 'active', 'suspended', 'deprovisioned']);

export const MemberSource = z
  .enum(['manual', 'scim', 'sso'])
  .describe('Who decides about the entry: the console, SCIM, or a first single sign-on.');

export const GroupName = z.string().trim().min(1).max(120);
export const GroupRef = z.object({ id: z.string(), name: z.string() });

export const Member = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string(),
  roles: z.array(RoleRef).describe('Their own, not those of their groups.'),
  status: MemberStatus,
  source: MemberSource,
  groups: z.array(GroupRef),
  createdAt: At,
  lastActiveAt: At.nullable(),
});
export type Member = z.infer<typeof Member>;

const SeenClient = z.object({ client: z.string(), version: z.string(), lastSeenAt: At });

export const MemberDetail = Member.extend({
  groups: z.array(GroupRef.extend({ source: z.enum(['manual', 'scim']) })),
  permissions: z.array(z.string()),
  policy: z.object({ id: z.string(), name: z.string(), because: z.string() }).nullable(),
  clients: z.array(SeenClient),
  invitation: z.object({ expiresAt: At }).nullable(),
});

export const Group = z.object({
  id: z.string(),
  name: z.string().describe('One that the identity provider gave may be longer than those given here.'),
  description: z.string(),
  source: z.enum(['manual', 'scim']),
  memberCount: z.number().int(),
  createdAt: At,
});
export type Group = z.infer<typeof Group>;

export const Invitation = z.object({
  memberId: z.string(),
  email: z.string(),
  link: z.string().describe('Single use. Shown to whoever invites; also mailed when asked and mail is set up.'),
  mailed: z.boolean(),
  expiresAt: At,
});

export const LinkPreview = z.object({
  kind: z.enum(['owner', 'invitation']),
  workspaceName: z.string().nullable(),
  email: z.string().nullable().describe('Null when the owner chooses one.'),
  name: z.string().nullable(),
  invitedBy: z.string().nullable(),
  expiresAt: At,
});
